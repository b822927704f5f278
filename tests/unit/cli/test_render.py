"""`render`: the PNG and what the JSON says of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from hsi_studio.core.levels import compute_levels
from hsi_studio.core.presets import default_view
from hsi_studio.core.render import render
from hsi_studio.io import open_cube


def test_without_options_it_is_the_first_picture(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("render", scene, "-o", tmp_path / "a.png", "--json").json
    cube = open_cube(scene)
    view = default_view(cube)
    np.testing.assert_array_equal(np.round(imread(tmp_path / "a.png") * 255), render(cube, view))
    assert told["levels"] == [list(pair) for pair in compute_levels(cube, view).limits]
    assert told["file"] == str(tmp_path / "a.png")
    assert (told["width"], told["height"], told["step"]) == (8, 6, 1)


@pytest.mark.parametrize(
    ("arguments", "bands"),
    [
        (["--bands", "3,2,1"], [3, 2, 1]),
        (["--bands", "500nm,475nm,450nm"], [2, 1, 0]),
        (["--band", "4", "--colormap", "magma"], [4]),
        (["--band", "625nm"], [6]),  # 625 nm itself is marked bad
        (["--true-color"], None),
        (["--pca"], None),
        (["--index", "NDVI"], None),
        (["--preset", "single band"], [10]),
    ],
)
def test_composites(
    cli: Callable, scene: Path, tmp_path: Path, arguments: list[str], bands: list[int] | None
) -> None:
    result = cli("render", scene, "-o", tmp_path / "a.png", "--json", *arguments)
    assert result.status == 0, result.err
    assert result.json["bands"] == bands
    assert imread(tmp_path / "a.png").shape == (6, 8, 4)


def test_stretches(cli: Callable, scene: Path, tmp_path: Path) -> None:
    out = ["-o", tmp_path / "a.png", "--json", "--bands", "3,2,1"]
    assert cli("render", scene, *out, "--fixed", "0,3000").json["levels"] == [[0, 3000]] * 3
    assert cli("render", scene, *out, "--minmax").json["levels"] == [[3, 5703], [2, 5702], [1, 5701]]
    assert cli("render", scene, *out, "--minmax", "--joint").json["levels"] == [[1, 5703]] * 3
    low, high = cli("render", scene, *out, "--stretch", "10,90").json["levels"][0]
    assert 3 < low < high < 5703


def test_gamma_brightens(cli: Callable, scene: Path, tmp_path: Path) -> None:
    for gamma, name in ((1, "a.png"), (2, "b.png")):
        cli("render", scene, "-o", tmp_path / name, "--band", "3", "--gamma", gamma)
    assert imread(tmp_path / "b.png").mean() > imread(tmp_path / "a.png").mean()


def test_large_scenes_are_thinned(cli: Callable, scene: Path, tmp_path: Path) -> None:
    told = cli("render", scene, "-o", tmp_path / "a.png", "--max-size", "3", "--json").json
    assert (told["width"], told["height"], told["step"]) == (3, 2, 3)


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--bands", "1,2"], "--bands takes three bands, not '1,2'; write it like"),
        (["--bands", "1,2,20"], "there is no band 20; bands count from 0 to 19"),
        (["--bands", "1,2,x"], "'x' is no band"),
        (["--band", "1.5"], "there is no band 1.5"),
        (["--pca", "--true-color"], "--true-color and --pca exclude each other"),
        (["--minmax", "--fixed", "0,1"], "--minmax and --fixed exclude each other"),
        (["--stretch", "98,2"], "two rising percentages"),
        (["--fixed", "1,1"], "two rising values"),
        (["--preset", "Infrared glow"], "has no preset 'Infrared glow'; choose one of"),
        (["--index", "NOSUCH"], "NOSUCH"),
        (["--band", "3", "--colormap", "nosuch"], "there is no colour map 'nosuch'"),
        (["--colormap", "magma"], "--colormap needs"),
    ],
)
def test_wrong_wishes_are_told(
    cli: Callable, scene: Path, tmp_path: Path, arguments: list[str], cause: str
) -> None:
    result = cli("render", scene, "-o", tmp_path / "a.png", *arguments)
    assert result.status == 2
    assert cause in result.err
    assert not (tmp_path / "a.png").exists()


def test_wavelengths_need_wavelengths(
    cli: Callable, tmp_path: Path, indian_pines_files: tuple[Path, Path]
) -> None:
    result = cli("render", indian_pines_files[0], "-o", tmp_path / "a.png", "--band", "650nm")
    assert (result.status, "has no wavelengths" in result.err) == (2, True)


def test_the_cube_is_not_painted_over(cli: Callable, scene: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    assert cli("render", scene, "-o", picture).status == 0
    before = picture.read_bytes()
    result = cli("render", picture, "-o", picture)
    assert (result.status, "belongs to the cube" in result.err) == (1, True)
    assert picture.read_bytes() == before
    assert cli("render", scene, "-o", tmp_path / "a.bmp").status == 2


@pytest.mark.parametrize(
    "arguments", [["--bands", "650nm,1nm,550nm"], ["--band", "5000nm"], ["--fixed=-inf,inf"]]
)
def test_places_where_the_cube_has_nothing(
    cli: Callable, scene: Path, tmp_path: Path, arguments: list[str]
) -> None:
    assert cli("render", scene, "-o", tmp_path / "a.png", *arguments).status == 2
    assert not (tmp_path / "a.png").exists()
