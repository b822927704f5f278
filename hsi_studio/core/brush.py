"""Shapes that tools draw, as selections of whole pixels.

Positions are (row, col) in image coordinates as in `Polygon`: pixel (r, c) reaches from (r, c) to
(r + 1, c + 1). The index of a pixel therefore stands for the pixel too.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.reading import row_strips
from hsi_studio.core.region import Polygon
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window

Shape = Literal["round", "square"]
Position = tuple[float, float]


def disc(row: float, col: float, size: int) -> Selection:
    """Return the pixels whose centres lie in a circle of `size` pixels across, 1 for the pixel itself.

    The circle is centred on the middle of a pixel for odd sizes and on a corner for even ones, whichever
    is nearest.
    """
    return sweep((row, col), (row, col), "round", size)


def square(row: float, col: float, size: int) -> Selection:
    """Return the `size` × `size` pixels around a position."""
    return sweep((row, col), (row, col), "square", size)


def footprint(row: float, col: float, size: int) -> Window:
    """Return the smallest window around what a brush covers at a position."""
    return Window(*_first((row, col), size), size, size)


def sweep(start: Position, stop: Position, shape: Shape, size: int) -> Selection:
    """Return what a brush of `size` pixels across covers on a straight way, both ends included.

    The brush moves by one pixel at a time, so however far apart the ends are, there are no gaps.
    """
    rows, cols = _way(_first(start, size), _first(stop, size))
    row, col = int(rows.min()), int(cols.min())
    window = Window(row, col, int(rows.max()) - row + size, int(cols.max()) - col + size)
    inside = np.zeros((window.rows, window.cols), bool)
    stamp = _stamp(shape, size)
    for r, c in zip((rows - row).tolist(), (cols - col).tolist(), strict=True):
        inside[r : r + size, c : c + size] |= stamp
    return Selection(window, inside)


def line(start: Position, stop: Position, size: int = 1) -> Selection:
    """Return the pixels of a straight line of a width in pixels, with round ends."""
    return sweep(start, stop, "round", size)


def rectangle(window: Window) -> Selection:
    """Return all pixels of a window."""
    return Selection(window, np.ones((window.rows, window.cols), bool))


def filled_polygon(vertices: NDArray[np.float64], rows: int, cols: int) -> Selection:
    """Return the pixels of an image whose centres lie inside a closed polygon (n, 2) or lasso."""
    region = Polygon(np.asarray(vertices, float).reshape(-1, 2))
    window = region.window(rows, cols)
    if not window.size:
        return Selection.empty()
    return Selection(window, np.concatenate([region.inside(strip) for strip in row_strips(window, 1)]))


def _first(position: Position, size: int) -> tuple[int, int]:
    """Return the upper left pixel of a stamp around a position."""
    row, col = position
    return math.floor(row - size / 2 + 0.5), math.floor(col - size / 2 + 0.5)


def _way(start: tuple[int, int], stop: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the (rows, cols) of the pixels from one to another, neighbours by edge or corner."""
    count = max(abs(stop[0] - start[0]), abs(stop[1] - start[1])) + 1
    rows, cols = (
        np.rint(np.linspace(a, b, count)).astype(np.int64) for a, b in zip(start, stop, strict=True)
    )
    return rows, cols


@lru_cache(64)
def _stamp(shape: Shape, size: int) -> NDArray[np.bool_]:
    if size < 1:
        raise ValueError(f"a brush of {size} pixels")
    if shape == "square":
        return np.ones((size, size), bool)
    offset = np.arange(size) + 0.5 - size / 2
    return np.asarray(offset[:, None] ** 2 + offset**2 <= (size / 2) ** 2)
