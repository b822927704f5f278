"""White and dark references: folders, files beside the scene, and by hand."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled, ChoiceNeeded, CubeFileError
from hsi_studio.io import OpenOptions, open_cube
from hsi_studio.io.readers.capture import to_reflectance

Write = Callable[..., Path]
COLS, BANDS = 5, 6


@pytest.fixture
def lines(rng: np.random.Generator) -> dict[str, NDArray[np.uint16]]:
    """Raw scene and references with different numbers of lines, as a camera gives them."""
    dark = rng.integers(90, 110, (3, COLS, BANDS), np.uint16)
    white = rng.integers(3000, 4000, (4, COLS, BANDS), np.uint16)
    scene = rng.integers(50, 4000, (7, COLS, BANDS), np.uint16)
    return {"dark": dark, "white": white, "scene": scene}


def expected(lines: dict[str, NDArray[np.uint16]], ratio: float = 1.0) -> NDArray[np.float64]:
    dark, white = lines["dark"].mean(axis=0), lines["white"].mean(axis=0)
    return np.asarray((lines["scene"] - dark) / ((white - dark) * ratio))


@pytest.fixture
def capture(tmp_path: Path, write_envi: Write, lines: dict[str, NDArray[np.uint16]]) -> Callable[..., Path]:
    """Write a capture folder and return it; `tints` are the exposure times by name."""

    def build(tints: dict[str, float] | None = None, folder: str = "day1/capture") -> Path:
        place = tmp_path / folder
        place.mkdir(parents=True, exist_ok=True)
        for kind, prefix in (("scene", ""), ("white", "WHITEREF_"), ("dark", "DARKREF_")):
            fields = {"tint": tints[kind]} if tints and kind in tints else {}
            write_envi(place / f"{prefix}day1.hdr", lines[kind], "bil", suffix=".raw", fields=fields)
        return tmp_path / "day1"

    return build


def test_every_way_to_open_a_capture_gives_reflectance(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    folder = capture()
    for path in (
        folder,
        folder / "capture",
        folder / "capture" / "day1.hdr",
        folder / "capture" / "day1.raw",
    ):
        cube = open_cube(path)
        assert (cube.quantity, cube.dtype) == ("reflectance", np.float32)
        assert cube.path == (folder / "capture" / "day1.hdr" if path.is_dir() else path)
        np.testing.assert_allclose(cube.block(), expected(lines), rtol=1e-5, atol=1e-6)
        assert "WHITEREF_day1.hdr" in cube.notes[-1]


def test_parts_are_computed_like_the_whole(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    cube, whole = open_cube(capture()), expected(lines)
    window = Window(2, 1, 4, 3)
    part = cube.block(window, [5, 0, 5], 2)
    np.testing.assert_allclose(part, whole[2:6:2, 1:4:2][:, :, [5, 0, 5]], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cube.spectrum(6, 4), whole[6, 4], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cube.band(3, step=3), whole[::3, ::3, 3], rtol=1e-5, atol=1e-6)


def test_the_raw_values_can_be_had(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    cube = open_cube(capture(), options=OpenOptions(use_references=False))
    assert cube.quantity == "value"
    np.testing.assert_array_equal(cube.block(), lines["scene"])


def test_labels_stay_with_a_scene_shown_raw_or_as_reflectance(capture: Callable[..., Path]) -> None:
    raw = open_cube(capture(), options=OpenOptions(use_references=False))
    assert raw.fingerprint == open_cube(capture()).fingerprint


@pytest.mark.parametrize(
    ("tints", "ratio"),
    [({"scene": 10.0, "white": 4.0}, 2.5), ({"scene": 10.0}, 1.0), ({"scene": 0.0, "white": 4.0}, 1.0)],
)
def test_exposure_times_scale_the_white(
    capture: Callable[..., Path],
    lines: dict[str, NDArray[np.uint16]],
    tints: dict[str, float],
    ratio: float,
) -> None:
    cube = open_cube(capture(tints))
    np.testing.assert_allclose(cube.block(), expected(lines, ratio), rtol=1e-5, atol=1e-6)
    assert ("2.5 for the exposure times" in cube.notes[-1]) == (ratio == 2.5)


def test_exposure_times_in_comments_count(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    folder = capture() / "capture"
    for name, time in (("day1", 30), ("WHITEREF_day1", 10)):
        with (folder / f"{name}.hdr").open("a") as file:
            file.write(f";Exposure (ms) = {time}.0\n")
    np.testing.assert_allclose(open_cube(folder).block(), expected(lines, 3.0), rtol=1e-5, atol=1e-6)


def test_a_dark_of_the_white_is_used_for_the_white(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]], write_envi: Write
) -> None:
    folder = capture() / "capture"
    own = lines["dark"] + np.uint16(40)
    write_envi(folder / "WHITEDARKREF_day1.hdr", own, "bil", suffix=".raw")
    dark = lines["dark"].mean(axis=0)
    reflectance = (lines["scene"] - dark) / (lines["white"].mean(axis=0) - own.mean(axis=0))
    np.testing.assert_allclose(open_cube(folder).block(), reflectance, rtol=1e-5, atol=1e-6)


def test_dead_pixels_and_no_data_are_nan(
    tmp_path: Path, write_envi: Write, lines: dict[str, NDArray[np.uint16]]
) -> None:
    lines["white"][:, 2, 3] = lines["dark"][:, 2, 3] = 500
    lines["scene"][1, 0, 0] = 7
    for kind, values in lines.items():
        fields = {"data ignore value": 7} if kind == "scene" else {}
        write_envi(tmp_path / f"{kind}.hdr", values, fields=fields)
    raw = open_cube(tmp_path / "scene.hdr")
    result = to_reflectance(raw, tmp_path / "white.hdr", tmp_path / "dark.hdr", Progress()).block()
    assert np.isnan(result[:, 2, 3]).all()
    assert np.isnan(result[1, 0, 0])
    assert np.isnan(result).sum() == len(result) + 1


def test_white_or_dark_alone(tmp_path: Path, write_envi: Write, lines: dict[str, NDArray[np.uint16]]) -> None:
    for kind, values in lines.items():
        write_envi(tmp_path / f"{kind}.hdr", values)
    white = open_cube(tmp_path / "scene.hdr", options=OpenOptions(white=tmp_path / "white.hdr"))
    np.testing.assert_allclose(white.block(), lines["scene"] / lines["white"].mean(axis=0), rtol=1e-5)
    assert white.quantity == "reflectance"
    assert "no dark reference" in white.notes[-1]
    dark = open_cube(tmp_path / "scene.hdr", options=OpenOptions(dark=tmp_path / "dark.hdr"))
    np.testing.assert_allclose(
        dark.block(), lines["scene"] - lines["dark"].mean(axis=0), rtol=1e-5, atol=1e-4
    )
    assert dark.quantity == "value"
    assert "needs a white reference" in dark.notes[-1]


def test_references_chosen_by_hand_replace_those_beside_the_scene(
    capture: Callable[..., Path], write_envi: Write, lines: dict[str, NDArray[np.uint16]], tmp_path: Path
) -> None:
    write_envi(tmp_path / "other.hdr", lines["white"] * np.uint16(2))
    cube = open_cube(capture(), options=OpenOptions(white=tmp_path / "other.hdr"))
    np.testing.assert_allclose(
        cube.block(), lines["scene"] / (2 * lines["white"].mean(axis=0)), rtol=1e-5, atol=1e-6
    )


def test_references_of_another_size_are_refused_with_both_sizes(
    capture: Callable[..., Path], write_envi: Write, lines: dict[str, NDArray[np.uint16]]
) -> None:
    folder = capture()
    write_envi(folder / "capture" / "WHITEREF_day1.hdr", lines["white"][:, :3, :4], suffix=".raw")
    with pytest.raises(
        CubeFileError, match=r"WHITEREF_day1\.hdr is 3 columns × 4 bands but day1\.raw is 5 × 6"
    ):
        open_cube(folder)


def test_a_damaged_reference_is_told(capture: Callable[..., Path]) -> None:
    folder = capture()
    (folder / "capture" / "DARKREF_day1.raw").unlink()
    with pytest.raises(CubeFileError, match=r"DARKREF_day1\.hdr has no data file beside it"):
        open_cube(folder)


def test_references_beside_a_scene_of_another_name(
    tmp_path: Path, write_envi: Write, lines: dict[str, NDArray[np.uint16]]
) -> None:
    for name, kind in (("apple", "scene"), ("whiteref", "white"), ("DarkRef", "dark")):
        write_envi(tmp_path / f"{name}.hdr", lines[kind])
    np.testing.assert_allclose(
        open_cube(tmp_path / "apple.img").block(), expected(lines), rtol=1e-5, atol=1e-6
    )


def test_references_of_another_scene_are_not_taken(
    capture: Callable[..., Path], write_envi: Write, lines: dict[str, NDArray[np.uint16]]
) -> None:
    folder = capture() / "capture"
    write_envi(folder / "day2.hdr", lines["scene"])
    assert open_cube(folder / "day2.hdr").quantity == "value"
    assert open_cube(folder / "day1.hdr").quantity == "reflectance"


def test_a_reference_itself_opens_raw(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    cube = open_cube(capture() / "capture" / "WHITEREF_day1.raw")
    np.testing.assert_array_equal(cube.block(), lines["white"])


def test_a_folder_of_several_scenes_asks_which(
    tmp_path: Path, write_envi: Write, lines: dict[str, NDArray[np.uint16]]
) -> None:
    for name in ("a", "b"):
        write_envi(tmp_path / f"{name}.hdr", lines["scene"])
    with pytest.raises(
        ChoiceNeeded, match="folder with 2 scenes; choose one with --variable: a, b"
    ) as caught:
        open_cube(tmp_path)
    assert caught.value.option == "variable"
    assert open_cube(tmp_path, options=OpenOptions(variable="b")).name == "b.img"


def test_corn_kernels_with_references_by_hand(shared_data: Path) -> None:
    folder = shared_data / "plantcv_corn"
    options = OpenOptions(white=folder / "white_reference_crop.hdr", dark=folder / "dark_reference_crop.raw")
    path = folder / "4-22-22_right_same_B73_top_00.hdr"
    cube = open_cube(path, options=options)
    raw, white, dark = (
        open_cube(p).block().astype(float) for p in (path, options.white, options.dark) if p is not None
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ours = (raw - dark.mean(axis=0)) / (white.mean(axis=0) - dark.mean(axis=0))
    np.testing.assert_allclose(cube.block()[:, :, 200], ours[:, :, 200], rtol=1e-3)
    assert 0.0 < np.nanmedian(cube.block()[:, :, 100:400]) < 1.5


def test_references_of_different_types_and_layouts(
    shared_data: Path, tmp_path: Path, write_envi: Write, rng: np.random.Generator
) -> None:
    folder = shared_data / "mvx_white_dark"
    white, dark = folder / "whiteReference.hdr", folder / "darkReference.bin"
    scene = rng.integers(200, 4000, (2, 1020, 301), np.uint16)
    write_envi(tmp_path / "scene.hdr", scene)
    cube = open_cube(tmp_path / "scene.hdr", options=OpenOptions(white=white, dark=dark))
    span = open_cube(white).block()[0].astype(float) - open_cube(dark).block()[0]
    ours = (scene - open_cube(dark).block().astype(float)) / np.where(span == 0, np.nan, span)
    np.testing.assert_allclose(cube.block(), ours, rtol=1e-4, atol=1e-5)


def test_averaging_can_be_cancelled(capture: Callable[..., Path]) -> None:
    with pytest.raises(Cancelled):
        open_cube(capture(), progress=Progress(is_cancelled=lambda: True))


def test_unreadable_names_do_not_matter(tmp_path: Path, write_envi: Write, lines: dict[str, Any]) -> None:
    write_envi(tmp_path / "scene.hdr", lines["scene"])
    (tmp_path / "WHITEREF_folder.hdr").mkdir()
    assert open_cube(tmp_path / "scene.hdr").quantity == "value"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_hidden_headers_beside_the_scene_are_let_be(
    capture: Callable[..., Path], lines: dict[str, NDArray[np.uint16]]
) -> None:
    folder = capture() / "capture"
    os.mkfifo(folder / "pipe.hdr")
    shutil.copy(folder / "day1.hdr", folder / ".0123abcd.part.day2.hdr")
    np.testing.assert_allclose(open_cube(folder).block(), expected(lines), rtol=1e-5, atol=1e-6)
