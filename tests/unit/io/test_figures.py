"""Figures of reports: titles that fit, points that no line joins, files all or none."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from numpy.typing import NDArray

from hsi_studio.errors import HsiError
from hsi_studio.io.error_bar_figure import Curve, error_bars
from hsi_studio.io.heat_figure import write_heat_figure
from hsi_studio.io.result_folder import write_results


def dark(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(picture[..., :3].max(axis=2) < 0.5)


@pytest.mark.parametrize("shape", [(60, 60), (200, 20), (20, 200)])
def test_a_long_title_with_emoji_fits(tmp_path: Path, shape: tuple[int, int]) -> None:
    scores = np.random.default_rng(0).random(shape, np.float32)
    heights = []
    for title in ("dry straw", "dry straw 🌾 水 on bare soil, " * 400):
        write_heat_figure(tmp_path / "q.png", scores, title)
        picture = imread(tmp_path / "q.png")
        assert not dark(picture[:2]).any()
        assert not dark(picture[:, :2]).any()
        assert not dark(picture[:, -2:]).any()
        heights.append(int(np.flatnonzero(dark(picture).any(axis=1))[0]))
    assert min(heights) >= 2


def test_a_title_of_nothing_but_emoji_is_left_out(tmp_path: Path) -> None:
    write_heat_figure(tmp_path / "q.png", np.eye(9), "🌽🌽")
    assert (tmp_path / "q.png").exists()


def test_a_line_joins_only_what_is_ordered() -> None:
    def blue(names: list[str], *, ordered: bool) -> NDArray[np.bool_]:
        curves = [Curve("a", [50.0 + i for i in range(len(names))], [1.0] * len(names))]
        png = error_bars([("t", curves)], names, xlabel="x", ylabel="y", ordered=ordered)
        picture = imread(io.BytesIO(png))[..., :3]
        return np.asarray(np.abs(picture - np.array([0, 0x72, 0xB2]) / 255).max(axis=2) < 0.02)

    three = ["real", "names", "random"]
    joined, single = blue(three, ordered=True), blue(three, ordered=False)
    # Of the columns of the picture, a line crosses those between the points.
    assert joined.any(axis=0).sum() > 5 * single.any(axis=0).sum() > 0
    many = blue(["real", "shuffled", "names", "nonsense", "random", "one-hot", "softmax"], ordered=False)
    assert many.shape[1] > single.shape[1] * 1.25


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
def test_results_are_written_all_or_none(tmp_path: Path) -> None:
    import resource

    write_results(tmp_path, "a,b\n", "text", b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # stands for a disk that is full
    try:
        with pytest.raises(HsiError, match=r"results\.csv could not be written"):
            write_results(tmp_path, "c,d\n", "text", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["figure.png", "results.csv", "tables.md"]
    assert (tmp_path / "results.csv").read_text() == "a,b\n"
