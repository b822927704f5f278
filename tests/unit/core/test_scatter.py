"""Pixels as points of a plane."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import TILE, Labels
from hsi_studio.core.pca import components
from hsi_studio.core.region import Polygon, Rectangle
from hsi_studio.core.scatter import (
    BandValue,
    Component,
    Frame,
    IndexValue,
    Lasso,
    axis_names,
    axis_titles,
    density,
    first_axes,
    principal_component,
    read_points,
    selected,
)
from hsi_studio.core.scatter_sample import Sample, class_picture, marked
from hsi_studio.core.window import Window

MakeCube = Callable[..., Cube]
BANDS = (BandValue(0), BandValue(1))


@pytest.fixture
def cube(make_cube: MakeCube, rng: np.random.Generator) -> Cube:
    values = rng.normal(500, 100, (30, 40, 5)).astype(np.float32)
    values[3, 4, 1] = np.nan
    wavelengths = np.array([450.0, 550, 660, 860, 1600])
    return make_cube(values, wavelengths_nm=wavelengths, scale_factor=1000.0)


def test_axes_measure_physical_values_components_and_indices(cube: Cube) -> None:
    window, everything = Window(2, 3, 9, 11), cube.block()
    part = everything[window.slices(2)]
    points = read_points(cube, (BandValue(2), BandValue(1)), window, 2)
    assert np.array_equal(points, part[:, :, [2, 1]] / np.float32(1000), equal_nan=True)
    index = read_points(cube, (IndexValue("NDVI"), BandValue(2)), window)[:, :, 0]
    red, infrared = everything[window.slices()][:, :, 2], everything[window.slices()][:, :, 3]
    np.testing.assert_allclose(index, (infrared - red) / (infrared + red), rtol=1e-4, atol=1e-6)
    both = principal_component(cube, 0), principal_component(cube, 2)
    scores = components(cube).project(cube, window)
    for features, expected in (
        (both, scores[:, :, [0, 2]]),
        ((both[1], BandValue(0)), np.dstack([scores[:, :, 2], everything[window.slices()][:, :, 0] / 1000])),
    ):
        np.testing.assert_allclose(read_points(cube, features, window), expected, rtol=1e-4, atol=1e-5)


def test_titles_and_first_axes(cube: Cube, make_cube: MakeCube) -> None:
    assert first_axes(cube) == (BandValue(2), BandValue(3))
    assert axis_names(cube, first_axes(cube)) == ["660 nm", "860 nm"]
    assert axis_titles(cube, first_axes(cube)) == ["Value at 660 nm", "Value at 860 nm"]
    measured = replace(cube, quantity="reflectance")
    assert axis_titles(measured, first_axes(cube)) == ["Reflectance at 660 nm", "Reflectance at 860 nm"]
    bare = make_cube(np.ones((2, 2, 4)))
    assert axis_titles(bare, first_axes(bare)) == ["PC 1", "PC 2"]
    assert axis_titles(bare, [Component("MNF", 3), BandValue(3)]) == ["MNF 4", "Value in band 4"]
    assert first_axes(make_cube(np.ones((2, 2, 1)))) == (BandValue(0), BandValue(0))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=7),
    st.floats(-1e6, 1e6),
    st.floats(1e-4, 1e4),
)
@settings(deadline=None)
def test_a_lasso_holds_what_lies_inside(corners: list[tuple[int, int]], shift: float, scale: float) -> None:
    vertices = np.array(corners, float)
    points = np.random.default_rng(len(corners)).uniform(-1, 10, (200, 2))
    expected = np.zeros(200, bool)
    for (x0, y0), (x1, y1) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
            expected ^= crosses & (points[:, 0] < x0 + (points[:, 1] - y0) / (y1 - y0) * (x1 - x0))
    found = Lasso(vertices * scale + shift).inside(points * scale + shift)
    if scale > 1e-2 or abs(shift) < 100:
        assert np.array_equal(found, expected)
    assert found.shape == (200,)


def test_lassos_add_and_take_out_in_order_and_never_hold_nan() -> None:
    def box(low: float, high: float, adds: bool = True) -> Lasso:
        return Lasso(np.array([[low, low], [low, high], [high, high], [high, low]]), adds)

    points = np.array([[[1.0, 1], [2, 2], [3, 3]], [[4, 4], [np.nan, 2], [9, 9]]])
    assert selected(points, []).sum() == 0
    assert selected(points, [box(0, 3.5)]).tolist() == [[True, True, True], [False, False, False]]
    both = [box(0, 3.5), box(1.5, 2.5, adds=False), box(3.5, 9.5)]
    assert selected(points, both).tolist() == [[True, False, True], [True, False, True]]


def test_density_counts_points_from_the_lower_left() -> None:
    points = np.array([[0.5, 0.5]] * 7 + [[2.5, 1.5], [3.5, 0.5], [np.nan, 0.5]], np.float32)
    picture = density(points, Frame(0, 3, 0, 2), (2, 3))
    np.testing.assert_allclose(picture, np.array([[np.log1p(7), 0, 0], [0, 0, np.log1p(1)]]) / np.log1p(7))
    assert density(np.empty((0, 2), np.float32), Frame(0, 1, 0, 1), (2, 2)).tolist() == [[0, 0], [0, 0]]


def test_a_frame_is_not_squeezed_by_wild_values(rng: np.random.Generator) -> None:
    points = rng.random((5000, 2)).astype(np.float32)
    points[0], points[1] = 1e6, np.nan
    frame = Frame.around(points)
    assert -0.2 < frame.left < 0
    assert 1 < frame.right < 1.2
    constant = Frame.around(np.full((5, 2), 7, np.float32))
    assert constant.left < 7 < constant.right
    assert Frame.around(np.full((5, 2), np.nan)) == Frame(0, 1, 0, 1)


def test_a_sample_of_all_leaves_out_what_is_invalid(cube: Cube) -> None:
    sample = Sample.of_all(cube, BANDS)
    assert (sample.step, len(sample.points)) == (1, 30 * 40 - 1)
    row, col = sample.pixels[77]
    assert sample.points[77].tolist() == (cube.spectrum(row, col)[:2] / np.float32(1000)).tolist()
    coarse = Sample.of_all(cube, BANDS, most=100)
    assert coarse.step == 4
    assert set((coarse.pixels % 4).ravel().tolist()) == {0}


def test_labelled_pixels_are_all_found_wherever_they_lie(make_cube: MakeCube) -> None:
    rows, cols = TILE + 20, 2 * TILE
    values = np.arange(rows * cols * 2, dtype=np.float32).reshape(rows, cols, 2)
    ids = np.zeros((rows, cols), int)
    ids[5, 7], ids[TILE + 3, TILE - 1 : TILE + 2] = 3, 2
    sample = Sample.of_labelled(make_cube(values), BANDS, Labels.from_array(ids))
    assert {(int(r), int(c)): int(id) for (r, c), id in zip(sample.pixels, sample.ids, strict=True)} == {
        (int(r), int(c)): int(ids[r, c]) for r, c in np.argwhere(ids)
    }
    assert np.array_equal(sample.points, values[tuple(sample.pixels.T)])
    full = Labels.from_array(np.ones((rows, cols), int))
    some = Sample.of_labelled(make_cube(values), BANDS, full, most=1000)
    assert 500 < len(some.points) < 2000
    assert len(Sample.of_labelled(make_cube(values), BANDS, Labels(rows, cols)).points) == 0


def test_pixels_of_a_region(cube: Cube) -> None:
    sample = Sample.of_region(cube, BANDS, Rectangle(Window(28, 38, 9, 9)))
    assert sample.pixels.tolist() == [[28, 38], [28, 39], [29, 38], [29, 39]]
    assert len(Sample.of_region(cube, BANDS, Rectangle(Window(50, 50, 2, 2))).points) == 0


def test_a_large_region_is_read_in_strips(make_cube: MakeCube) -> None:
    cube = make_cube(np.broadcast_to(np.ones(2, np.float32), (4000, 4000, 2)))
    asked: list[int] = []

    class Asked(Polygon):
        def inside(self, window: Window) -> NDArray[np.bool_]:
            asked.append(window.size)
            return super().inside(window)

    triangle = Asked(np.array([[0.0, 0], [4000, 0], [4000, 4000]]))
    sample = Sample.of_region(cube, BANDS, triangle, most=1000)
    assert max(asked) < 5_000_000
    assert len(sample.points) == pytest.approx(500, rel=0.1)


def test_the_mask_of_a_sample_is_no_larger_than_a_screen(cube: Cube) -> None:
    sample = Sample.of_region(cube, BANDS, Rectangle(Window(10, 20, 2, 3)))
    mask, step = sample.mask(30, 40)
    assert step == 1
    assert np.argwhere(mask).tolist() == sample.pixels.tolist()
    mask, step = sample.mask(20_000, 15_000)
    assert (step, mask.shape) == (10, (2000, 1500))
    assert np.argwhere(mask).tolist() == [[1, 2]]


def test_a_bin_has_the_colour_of_its_largest_visible_class() -> None:
    classes = ClassTable(
        (
            ClassEntry(4, "a", (1, 2, 3)),
            ClassEntry(900, "b", (9, 8, 7)),
            ClassEntry(2, "c", (5, 5, 5), visible=False),
        )
    )
    ids = [4, 900, 900, 4, 2, 2, 2, 77]
    x = [0.5, 0.5, 0.5, 1.5, 0.5, 0.5, 1.5, 0.5]
    points = np.stack([x, [0.5] * 8], axis=1).astype(np.float32)
    sample = Sample(points, np.zeros((8, 2), np.int32), np.array(ids, np.uint16), 1)
    picture = class_picture(sample, classes, Frame(0, 3, 0, 1), (1, 3))
    assert picture[0, :, :3].tolist() == [[9, 8, 7], [1, 2, 3], [0, 0, 0]]
    assert picture[0, 0, 3] == 255
    assert 100 < picture[0, 1, 3] < 255
    assert picture[0, 2, 3] == 0


def test_marked_points_take_their_colours() -> None:
    groups = [
        (np.array([[0.5, 0.5]], np.float32), (1, 2, 3)),
        (np.array([[1.5, 0.5]], np.float32), (4, 5, 6)),
    ]
    picture = marked(groups, Frame(0, 3, 0, 1), (1, 3))
    assert picture[0].tolist() == [[1, 2, 3, 255], [4, 5, 6, 255], [0, 0, 0, 0]]
