"""`info`: the JSON contract, on generated and real files."""

from collections.abc import Callable
from pathlib import Path

import pytest

KEYS = {
    "format", "rows", "cols", "bands", "dtype", "interleave", "wavelengths_nm", "bad_bands", "scale_factor",
    "nodata", "crs", "fingerprint",
}  # fmt: skip


def test_json_tells_everything(cli: Callable, scene: Path) -> None:
    told = cli("info", scene, "--json").json
    assert told.keys() >= KEYS
    assert (told["rows"], told["cols"], told["bands"]) == (6, 8, 20)
    assert (told["format"], told["dtype"], told["interleave"]) == ("ENVI", "uint16", "bsq")
    assert (told["scale_factor"], told["nodata"], told["crs"]) == (10.0, 0.0, None)
    assert told["wavelengths_nm"][::19] == [450.0, 925.0]
    assert told["bad_bands"] == [7]
    assert told["size_bytes"] == 6 * 8 * 20 * 2
    assert len(told["fingerprint"]) == 32
    assert "NDVI" in told["indices"]
    assert "True colour" in told["presets"]


def test_table_for_people(cli: Callable, scene: Path) -> None:
    result = cli("info", scene)
    assert result.status == 0
    assert "6 rows × 8 columns × 20 bands" in result.out
    assert "450.0 to 925.0 nm" in result.out


def test_position_is_told(cli: Callable, shared_data: Path) -> None:
    told = cli("info", shared_data / "enmap_potsdam/images/enmap_potsdam_tile_128_0.tif", "--json").json
    assert told["crs"] == "EPSG:32633"
    assert told["pixel_size"] == [30.0, 30.0]
    assert len(told["bad_bands"]) + 218 == told["bands"] == 224


def test_remarks_go_to_standard_error(cli: Callable, shared_data: Path) -> None:
    result = cli("info", shared_data / "plantcv_corn/4-22-22_right_same_B73_top_00.hdr", "--json")
    assert "byte order" in result.err
    assert result.json["notes"]


@pytest.mark.parametrize("how", [[], ["--no-references"]])
def test_references_can_be_left_out(cli: Callable, shared_data: Path, how: list[str]) -> None:
    white = shared_data / "plantcv_corn/white_reference_crop.hdr"
    dark = shared_data / "plantcv_corn/dark_reference_crop.hdr"
    scene = shared_data / "plantcv_corn/4-22-22_right_same_B73_top_00.hdr"
    by_hand = cli("info", scene, "--white", white, "--dark", dark, "--json", *how).json
    assert by_hand["quantity"] == "reflectance"


def test_a_choice_is_asked_for_and_taken(cli: Callable, tmp_path: Path) -> None:
    import numpy as np

    arrays = {name: np.random.default_rng(1).random((30, 40, 50)) for name in ("morning", "noon")}
    np.savez(tmp_path / "both.npz", **arrays)
    asked = cli("info", tmp_path / "both.npz")
    assert asked.status == 1
    assert "--variable: morning, noon" in asked.err
    assert cli("info", tmp_path / "both.npz", "--variable", "noon", "--json").json["rows"] == 30
