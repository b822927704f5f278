"""`spectrum`: values, windows, transforms, files."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.io import open_cube
from hsi_studio.io.envi_library import read_library


def test_pixel_is_physical_with_null_for_no_data(cli: Callable, scene: Path) -> None:
    told = cli("spectrum", scene, "--pixel", "2,3", "--json").json
    assert told["values"] == [round(230 + band / 10, 1) for band in range(20)]
    assert told["std"] is None
    assert told["wavelengths_nm"][0] == 450.0
    assert told["bad_bands"] == [7]
    assert cli("spectrum", scene, "--pixel", "0,0", "--json").json["values"][0] is None


def test_stored_values(cli: Callable, scene: Path) -> None:
    assert cli("spectrum", scene, "--pixel", "2,3", "--stored", "--json").json["values"][5] == 2305


def test_window_is_half_open_mean_and_std(cli: Callable, scene: Path) -> None:
    told = cli("spectrum", scene, "--window", "1,2,4,6", "--json").json
    inside = open_cube(scene).block()[1:4, 2:6].reshape(-1, 20) / 10
    np.testing.assert_allclose(told["values"], inside.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(told["std"], inside.std(axis=0, ddof=1), rtol=1e-5)
    assert told["pixels"] == 12


@pytest.mark.parametrize("kind", ["snv", "derivative", "continuum"])
def test_transforms_leave_out_bad_bands(cli: Callable, scene: Path, kind: str) -> None:
    told = cli("spectrum", scene, "--pixel", "2,3", "--transform", kind, "--json").json
    assert [band for band, value in enumerate(told["values"]) if value is None] == [7]


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ([], "one place is needed"),
        (["--pixel", "1,2", "--window", "0,0,1,1"], "one place is needed"),
        (["--pixel", "6,0"], "outside the 6 × 8 pixels; count rows and columns from 0"),
        (["--pixel", "one,two"], "--pixel takes 2 numbers, not 'one,two'; write it like --pixel 72,15"),
        (["--pixel", "1.5,2"], "--pixel takes whole numbers"),
        (["--pixel", "nan,2"], "--pixel takes whole numbers"),
        (["--window", "3,3,3,5"], "is empty"),
        (["--window", "0,0,7,8"], "outside"),
        (["--pixel", "1,2", "--transform", "snr"], "SNR needs the spread"),
        (["--pixel", "1,2", "-o", "spectrum.xls"], "end it in .csv or .sli"),
    ],
)
def test_wrong_places_are_told(cli: Callable, scene: Path, arguments: list[str], cause: str) -> None:
    result = cli("spectrum", scene, *arguments)
    assert result.status == 2
    assert cause in result.err


def test_csv(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("spectrum", scene, "--window", "0,0,2,2", "-o", tmp_path / "a.csv", "--json").json
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["band", "wavelength_nm", "good", told["name"], f"{told['name']} std"]
    assert [row["band"] for row in rows] == [str(i) for i in range(1, 21)]
    assert [row["good"] for row in rows].index("0") == 7
    assert [float(row[told["name"]]) for row in rows] == told["values"]
    assert told["file"] == str(tmp_path / "a.csv")


def test_library(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("spectrum", scene, "--pixel", "2,3", "-o", tmp_path / "a.sli", "--json").json
    library = read_library(tmp_path / "a.sli")
    assert library.names == ("2; 3",)
    np.testing.assert_allclose(library.spectra[0], told["values"], rtol=1e-6)


def test_table_for_people(cli: Callable, scene: Path) -> None:
    out = cli("spectrum", scene, "--pixel", "0,0").out
    assert "450.0" in out
    assert "–" in out  # no data


@pytest.mark.parametrize("ending", [".sli", ".csv"])
def test_the_cube_itself_is_never_written_to(cli: Callable, scene: Path, ending: str) -> None:
    data = scene.with_suffix(".img").rename(scene.with_suffix(ending))
    before = {path: path.read_bytes() for path in (data, scene)}
    told = cli("spectrum", data, "--pixel", "0,0", "-o", data)
    assert (told.status, "belongs to the cube" in told.err) == (1, True)
    assert cli("spectrum", scene, "--pixel", "0,0", "-o", scene.with_suffix(".sli")).status == 1
    assert {path: path.read_bytes() for path in before} == before
