"""`convert`: the command around `io.convert`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from hsi_studio.io import open_cube


def test_converts_and_names_the_files(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("convert", scene, tmp_path / "out.img", "--interleave", "bil", "--json").json
    assert told["file"] == str(tmp_path / "out.img")
    assert told["files"] == [str(tmp_path / "out.img"), str(tmp_path / "out.hdr")]
    assert told["seconds"] >= 0
    again = open_cube(told["file"])
    assert again.interleave == "bil"
    np.testing.assert_array_equal(again.block(), open_cube(scene).block())


def test_a_conversion_applies_references(cli: Callable, shared_data: Path, tmp_path: Path) -> None:
    corn = shared_data / "plantcv_corn"
    references = [
        *("--white", corn / "white_reference_crop.hdr"),
        *("--dark", corn / "dark_reference_crop.hdr"),
    ]
    scene = corn / "4-22-22_right_same_B73_top_00.hdr"
    told = cli("convert", scene, tmp_path / "r.zarr", *references, "--json").json
    again = open_cube(told["file"])
    assert again.quantity == "reflectance"
    assert again.dtype == np.float32


def test_what_is_in_the_way_is_told(cli: Callable, scene: Path, tmp_path: Path) -> None:
    assert cli("convert", scene, tmp_path / "out.tif").status == 0
    again = cli("convert", scene, tmp_path / "out.tif")
    assert (again.status, "pass --overwrite" in again.err) == (1, True)
    assert cli("convert", scene, tmp_path / "out.tif", "--overwrite").status == 0
    assert cli("convert", scene, scene, "--overwrite").status == 1
    assert cli("convert", scene, tmp_path / "out.xyz").status == 2


def test_remarks_go_to_standard_error(cli: Callable, scene: Path, tmp_path: Path) -> None:
    assert "ENVI header beside the array" in cli("convert", scene, tmp_path / "out.npy", "--json").err


def test_folders_of_the_user_are_kept(cli: Callable, scene: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.zarr").mkdir()
    (tmp_path / "mine.zarr" / "thesis.txt").touch()
    told = cli("convert", scene, tmp_path / "mine.zarr", "--overwrite")
    assert (told.status, "no Zarr store" in told.err) == (1, True)
    assert (tmp_path / "mine.zarr" / "thesis.txt").exists()
    (tmp_path / "empty.tif").mkdir()
    told = cli("convert", scene, tmp_path / "empty.tif")
    assert (told.status, "empty.tif is a folder; name a file in it" in told.err) == (1, True)


def test_a_name_too_long_for_the_disk_is_told(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("convert", scene, tmp_path / f"{'x' * 300}.npy")
    assert (told.status, "choose another name" in told.err) == (1, True)
