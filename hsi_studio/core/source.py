"""What a reader hands over: something that reads blocks of pixels."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.window import Window


class CubeSource(Protocol):
    """Lazy array of (rows, cols, bands). Reads may come from several threads at once."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, cols, bands)."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values that `read` returns, in native byte order."""
        ...

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        """Return (ceil(rows/step), ceil(cols/step), len(bands)) values.

        `window` lies inside the cube and `bands` are valid 0-based indices. With `step` > 1 the value at
        (i, j) is that of pixel (window.row + i·step, window.col + j·step); a source with stored
        overviews may return their nearest value instead.
        """
        ...


class ArraySource:
    """Source over anything that slices like a NumPy array, memory-mapped or not.

    Parameters
    ----------
    array : array-like
        (rows, cols, bands) in any memory order, such as a transposed memory map. Byte order is made native
        on reading.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        if array.ndim != 3:
            raise ValueError(f"expected (rows, cols, bands), got {array.ndim} axes")
        self._array = array

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, bands = self._array.shape
        return rows, cols, bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype.newbyteorder("=")

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        rows, cols = window.slices(step)
        block = self._array[rows, cols, band_index(bands)]
        return np.asarray(block, dtype=self.dtype)


def band_index(bands: Sequence[int]) -> slice | list[int]:
    """Return a slice when `bands` is an evenly spaced rising run, which spares a copy; else a list."""
    if not bands:
        return slice(0, 0)
    step = bands[1] - bands[0] if len(bands) > 1 else 1
    if step > 0 and all(b - a == step for a, b in pairwise(bands)):
        return slice(bands[0], bands[-1] + 1, step)
    return list(bands)
