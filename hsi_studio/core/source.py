"""What a reader hands over: something that reads blocks of pixels."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.window import Window

_CACHE_BYTES = 1 << 20


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
        """Return a copy in the memory order of the array, which is the fastest for every interleave."""
        view = self._array[window.slices(step)]
        shape = (*view.shape[:2], len(bands))
        block = np.empty_like(view, self.dtype, order="K", subok=False, shape=shape)
        runs = list(band_runs(bands))
        for rows in _pieces(view, len(runs)):
            for place, run in runs:
                block[rows, :, place] = view[rows, :, run]
        return block


def band_runs(bands: Sequence[int]) -> Iterator[tuple[slice, slice]]:
    """Split `bands` into evenly spaced rising runs: their places in `bands`, and the bands, as slices."""
    start = 0
    while start < len(bands):
        step = max(1, bands[start + 1] - bands[start]) if start + 1 < len(bands) else 1
        stop = start + 1
        while stop < len(bands) and bands[stop] - bands[stop - 1] == step:
            stop += 1
        yield slice(start, stop), slice(bands[start], bands[stop - 1] + 1, step)
        start = stop


def _pieces(view: NDArray[Any], passes: int) -> Iterator[slice]:
    """Yield slices of rows; pieces that stay in the cache where several passes touch the same memory."""
    rows = max(1, len(view))
    if passes > 1 and abs(view.strides[2]) < min(abs(view.strides[0]), abs(view.strides[1])):
        rows = max(1, _CACHE_BYTES // abs(view.strides[0]))
    for start in range(0, len(view), rows):
        yield slice(start, start + rows)
