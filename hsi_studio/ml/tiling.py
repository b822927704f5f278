"""Squares that a cube is worked through in, and what lies beyond its borders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.window import Window


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
