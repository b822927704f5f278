"""Tiles of a preprocessed cube with the surroundings that the network looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.preprocess import Preprocessor


@dataclass(frozen=True, eq=False)
class Tile:
    """Network input over a window.

    Parameters
    ----------
    window : Window
        The pixels that get an answer.
    image : ndarray of float32 (C', rows + before + after, cols + before + after)
        Components with their surroundings, reflected at the borders of the cube.
    valid : ndarray of bool (rows, cols)
        False where nothing was measured.
    """

    window: Window
    image: NDArray[np.float32]
    valid: NDArray[np.bool_]


def read_tile(cube: Cube, preprocessor: Preprocessor, window: Window, before: int, after: int) -> Tile:
    """Read and preprocess a window with `before` and `after` more pixels on each side."""
    rows = reflected(window.row - before, window.row_stop + after, cube.rows)
    cols = reflected(window.col - before, window.col_stop + after, cube.cols)
    row, col = int(rows.min()), int(cols.min())
    inside = Window(row, col, int(rows.max()) + 1 - row, int(cols.max()) + 1 - col)
    stored = cube.block(inside, preprocessor.bands.tolist())
    components, valid = preprocessor.apply(cube.physical(stored))
    place = np.ix_(rows - row, cols - col)
    image = np.ascontiguousarray(components[place].transpose(2, 0, 1))
    own = (slice(before, before + window.rows), slice(before, before + window.cols))
    return Tile(window, image, valid[place][own])


def reflected(start: int, stop: int, length: int) -> NDArray[np.intp]:
    """Return indices into an axis of `length` for start…stop − 1, mirrored at both ends as needed."""
    if length == 1:
        return np.zeros(stop - start, np.intp)
    period = 2 * (length - 1)
    index = np.arange(start, stop) % period
    return np.where(index < length, index, period - index)


def tiles(whole: Window, side: int) -> Iterator[Window]:
    """Split a window into squares of `side` pixels, smaller at the far borders, row by row."""
    for row in range(whole.row, whole.row_stop, side):
        for col in range(whole.col, whole.col_stop, side):
            yield Window(row, col, min(side, whole.row_stop - row), min(side, whole.col_stop - col))
