"""Shapes of tools against pixel-by-pixel definitions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.brush import Position, Shape, disc, filled_polygon, line, rectangle, square, sweep
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window

_places = st.tuples(st.floats(-40, 40), st.floats(-40, 40))
_sizes = st.integers(1, 17)
_shapes = st.sampled_from(["round", "square"])


def _pixels(selection: Selection) -> set[tuple[int, int]]:
    first = np.array([selection.window.row, selection.window.col])
    return {(int(row), int(col)) for row, col in np.argwhere(selection.inside) + first}


def _stamp(place: Position, shape: Shape, size: int) -> set[tuple[int, int]]:
    """Pixels whose centres lie in a disc or square around the nearest centre (odd) or corner (even)."""
    shift = 0.5 if size % 2 else 0.0
    centre = [np.floor(x - shift + 0.5) + shift for x in place]
    near = range(-60, 61)
    found = set()
    for row in near:
        for col in near:
            down, right = row + 0.5 - centre[0], col + 0.5 - centre[1]
            distance = np.hypot(down, right) if shape == "round" else max(abs(down), abs(right))
            if distance <= size / 2:
                found.add((row, col))
    return found


@pytest.mark.parametrize("shape", ["round", "square"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10, 31])
@pytest.mark.parametrize("place", [(0.5, 0.5), (3.0, -2.0), (7.2, 9.9), (-0.3, 5.6)])
def test_stamps_are_the_pixels_with_centres_inside(shape: Shape, size: int, place: Position) -> None:
    stamp = disc(*place, size) if shape == "round" else square(*place, size)
    assert _pixels(stamp) == _stamp(place, shape, size)
    assert stamp.window.rows == stamp.window.cols == size


@given(st.integers(-50, 50), st.integers(-50, 50), _sizes)
def test_the_index_of_a_pixel_and_its_middle_mean_that_pixel(row: int, col: int, size: int) -> None:
    odd = size + 1 - size % 2
    assert _pixels(disc(row, col, odd)) == _pixels(disc(row + 0.5, col + 0.5, odd))
    assert (row, col) in _pixels(square(row, col, size))
    assert _pixels(disc(row + 0.5, col + 0.5, 1)) == {(row, col)}


@given(_places, _places, _shapes, _sizes)
@settings(deadline=None)
def test_a_sweep_is_a_row_of_touching_stamps(
    start: Position, stop: Position, shape: Shape, size: int
) -> None:
    ends = [sweep(end, end, shape, size) for end in (start, stop)]
    way = _straight(*((end.window.row, end.window.col) for end in ends))
    assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 for a, b in pairwise(way))
    stamp = np.argwhere(ends[0].inside)
    expected = {(row + int(i), col + int(j)) for row, col in way for i, j in stamp}
    assert _pixels(sweep(start, stop, shape, size)) == expected


def _straight(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the nearest pixel for every step along the longer side."""
    down, right = last[0] - first[0], last[1] - first[1]
    steps = max(abs(down), abs(right))
    return [
        (round(first[0] + down * i / max(steps, 1)), round(first[1] + right * i / max(steps, 1)))
        for i in range(steps + 1)
    ]


def test_a_line_one_pixel_wide_has_one_pixel_per_step() -> None:
    assert _pixels(line((0, 0), (2, 6))) == {(0, 0), (0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (2, 6)}
    assert len(_pixels(line((5.5, 0.5), (5.5, 1000.5)))) == 1001


@given(
    st.lists(st.tuples(st.integers(-30, 90), st.integers(-30, 90)), min_size=3, max_size=8),
    st.sampled_from([(40, 60), (7, 3)]),
)
@settings(deadline=None)
def test_polygons_are_the_pixels_with_centres_inside(
    corners: list[tuple[int, int]], size: tuple[int, int]
) -> None:
    # A quarter off the centres, no centre lies on an edge's ends; those on an edge may count either way.
    vertices = np.array(corners) / 2 + 0.25
    found = filled_polygon(vertices, *size).read(Window.full(*size))
    inside, on_edge = _even_odd(vertices, size)
    assert np.array_equal(found[~on_edge], inside[~on_edge])


def _even_odd(
    vertices: NDArray[np.float64], size: tuple[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Count the edges to the right of every pixel's centre."""
    row, col = np.mgrid[: size[0], : size[1]] + 0.5
    inside, on_edge = np.zeros(size, bool), np.zeros(size, bool)
    for (r0, c0), (r1, c1) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        if r0 != r1:
            beside = (r0 > row) != (r1 > row)
            crossing = c0 + (row - r0) / (r1 - r0) * (c1 - c0)
            on_edge |= beside & (np.abs(crossing - col) < 1e-9)
            inside ^= beside & (crossing > col)
    return inside, on_edge


def test_a_polygon_outside_or_without_area_is_empty() -> None:
    outside = np.array([[-9.0, -9.0], [-9.0, -2.0], [-2.0, -2.0]])
    assert not filled_polygon(outside, 20, 20)
    assert not filled_polygon(np.array([[1.0, 1.0], [5.0, 5.0]]), 20, 20)
    assert not filled_polygon(np.empty((0, 2)), 20, 20)


def test_a_rectangle_is_its_window() -> None:
    window = Window(-2, 3, 4, 5)
    assert rectangle(window).window == window
    assert rectangle(window).count == 20


def test_a_brush_has_a_size() -> None:
    with pytest.raises(ValueError, match="0 pixels"):
        disc(1, 1, 0)
