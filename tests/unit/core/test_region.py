"""Regions and their statistics against NumPy."""

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hsi_studio.core import region as region_module
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.region import Polygon, Rectangle, Region, region_statistics
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled, UsageError
from hsi_studio.io.demo_scene import open_demo

MakeCube = Callable[..., Cube]
TRIANGLE = Polygon(np.array([[0.0, 0.0], [0.0, 8.0], [8.0, 0.0]]))


def test_a_rectangle_is_its_window() -> None:
    region = Rectangle(Window(-2, 3, 6, 100))
    assert region.window(10, 20) == Window(0, 3, 4, 17)
    inside = region.inside(Window(0, 0, 10, 20))
    assert inside.sum() == 4 * 17
    assert inside[:4, 3:].all()


def test_a_polygon_takes_pixels_by_their_centres() -> None:
    inside = TRIANGLE.inside(Window(0, 0, 8, 8))
    rows, cols = np.mgrid[:8, :8] + 0.5
    np.testing.assert_array_equal(inside[rows + cols < 7.9], True)
    np.testing.assert_array_equal(inside[rows + cols > 8.1], False)
    assert TRIANGLE.window(5, 20) == Window(0, 0, 5, 8)


@given(
    st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 25)), min_size=3, max_size=8),
    st.integers(0, 15),
    st.integers(0, 15),
)
@example([(0.0, 0.0), (7.0, 5.0), (2.0004999999999997, 0.0005)], 0, 2)
def test_a_window_of_a_polygon_is_a_part_of_it(
    vertices: list[tuple[float, float]], row: int, col: int
) -> None:
    region = Polygon(np.array(vertices))
    whole = region.inside(Window(0, 0, 20, 20))
    part = Window(row, col, 5, 4)
    np.testing.assert_array_equal(region.inside(part), whole[part.slices()])
    box = region.window(20, 20)
    assert whole[box.slices()].sum() == whole.sum()


@pytest.mark.parametrize("region", [Rectangle(Window(2, 3, 11, 9)), TRIANGLE])
def test_statistics_equal_numpy(make_cube: MakeCube, rng: np.random.Generator, region: Region) -> None:
    stored = rng.integers(0, 4000, (20, 15, 7)).astype(np.int16)
    stored[4, 3:5, 2] = -1
    stored[..., 6] = -1
    cube = make_cube(stored, nodata=-1.0)
    found = region_statistics(cube, region)
    pixels = stored[region.inside(cube.window)].astype(float)
    pixels[pixels == -1] = np.nan
    np.testing.assert_allclose(found.values[:6], np.nanmean(pixels[:, :6], axis=0), rtol=1e-6)
    assert found.std is not None
    np.testing.assert_allclose(found.std[:6], np.nanstd(pixels[:, :6], axis=0, ddof=1), rtol=1e-6)
    assert np.isnan([found.values[6], found.std[6]]).all()
    assert found.count == len(pixels)


def test_large_regions_stream(rng: np.random.Generator) -> None:
    class Watched(ArraySource):
        largest = 0

        def read(self, window: Window, bands: object, step: int = 1) -> np.ndarray:
            self.largest = max(self.largest, window.size * 3)
            return super().read(window, bands, step)  # type: ignore[arg-type]

    row = rng.normal(1e6, 1, (1, 3000, 3))
    source = Watched(np.broadcast_to(row, (3000, 3000, 3)))
    fractions: list[float | None] = []
    found = region_statistics(
        Cube(source, "large"), Rectangle(Window(0, 0, 3000, 3000)), Progress(lambda f, _: fractions.append(f))
    )
    assert source.largest <= 1_000_000
    assert fractions == sorted(fractions, key=float)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.values, row.mean(axis=(0, 1)), rtol=1e-6)
    assert found.std is not None
    # Squares summed without the mean would lose all digits here.
    np.testing.assert_allclose(found.std, row.std(axis=(0, 1)), rtol=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_merging_in_any_portions_gives_the_same(rows: int, cols: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(50, 3, (rows, cols, 2)).astype(np.float32)
    cube = Cube(ArraySource(values), "any")
    with patch.object(region_module, "_STRIP_VALUES", 12):
        found = region_statistics(cube, Rectangle(Window(0, 0, rows, cols)))
    np.testing.assert_allclose(found.values, values.mean(axis=(0, 1), dtype=float), rtol=1e-6)
    if rows * cols > 1:
        assert found.std is not None
        expected = values.astype(float).std(axis=(0, 1), ddof=1)
        np.testing.assert_allclose(found.std, expected, rtol=1e-5)


def test_it_can_be_cancelled() -> None:
    cube, _ = open_demo()
    with pytest.raises(Cancelled):
        region_statistics(cube, Rectangle(cube.window), Progress(is_cancelled=lambda: True))


@pytest.mark.parametrize(
    "region",
    [
        Rectangle(Window(50, 50, 4, 4)),
        Polygon(np.array([[1.0, 1.0], [2.0, 2.0]])),
        Polygon(np.empty((0, 2))),
        Polygon(np.array([[3.1, 3.1], [3.2, 3.1], [3.2, 3.2]])),
    ],
)
def test_a_region_without_pixels_is_told(make_cube: MakeCube, region: Region) -> None:
    with pytest.raises(UsageError, match="no pixel lies inside the region"):
        region_statistics(make_cube(np.ones((9, 9, 2), np.float32)), region)
