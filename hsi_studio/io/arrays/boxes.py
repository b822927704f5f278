"""Sources that read boxes of a compressed or chunked file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.window import Window
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.guard import damaged, readable

# What a decimated read may hold at once beside its result.
_SLAB_BYTES = 32 << 20


class BoxSource(ABC):
    """Source whose file is read in dense boxes: libraries stride far slower than NumPy.

    Parameters
    ----------
    shape : tuple of 3 int
    dtype : dtype
        Of the file; see `readable`.
    chunk_rows : int
        Rows that the file stores together; a decimated read skips those that it does not need.
    """

    def __init__(self, shape: tuple[int, int, int], dtype: np.dtype[Any], chunk_rows: int) -> None:
        self._shape = shape
        self._dtype = readable(dtype)
        self._chunk_rows = max(1, chunk_rows)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._dtype

    @abstractmethod
    def _box(self, rows: slice, cols: slice, bands: Sequence[int]) -> NDArray[Any]:
        """Return all values (rows, cols, bands) of a box; `bands` in any order."""

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        if len(bands) == 0:
            return np.empty((*window.shape(step), 0), self._dtype)
        if step == 1:
            rows, cols = window.slices()
            return np.asarray(self._box(rows, cols, bands), self._dtype)
        return self._read_decimated(window, bands, step)

    def _read_decimated(self, window: Window, bands: Sequence[int], step: int) -> NDArray[Any]:
        out = np.empty((*window.shape(step), len(bands)), self._dtype)
        wanted = np.arange(window.row, window.row_stop, step)
        row_bytes = max(1, window.cols * len(bands) * self._dtype.itemsize)
        for run in runs(wanted, self._chunk_rows, _SLAB_BYTES // row_bytes):
            rows = slice(int(wanted[run.start]), int(wanted[run.stop - 1]) + 1)
            out[run] = self._box(rows, slice(window.col, window.col_stop), bands)[::step, ::step]
        return out


def runs(wanted: NDArray[np.integer], chunk: int, most: int | None = None) -> list[slice]:
    """Split rising indices where whole chunks between them are not needed, or `most` would be exceeded.

    Parameters
    ----------
    wanted : ndarray of int (n,)
        Rising.
    chunk : int
        Indices that are stored together.
    most : int, optional
        Greatest hull of a run, rounded to whole chunks, at least one.
    """
    slots = wanted // chunk
    breaks = np.diff(slots) > 1
    if most is not None:
        breaks |= np.diff(slots // max(1, most // chunk)) > 0
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(wanted)]
    return [slice(a, b) for a, b in pairwise(edges)]


class Sliceable(Protocol):
    """What h5py and zarr arrays have in common."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def __getitem__(self, key: Any) -> Any: ...


class ChunkedSource(BoxSource):
    """Source over an HDF5 or Zarr array; chunks that a read does not touch are not decoded.

    Parameters
    ----------
    array : Sliceable
    layout : Layout
        Which axes are rows, cols and bands.
    chunks : tuple of int, optional
        Shape of the chunks; None where the values are stored in one piece.
    path : Path
        For messages.
    """

    def __init__(self, array: Sliceable, layout: Layout, chunks: tuple[int, ...] | None, path: Path) -> None:
        chunk_rows, _, self._chunk_bands = layout.pick(chunks or (1,) * layout.ndim)
        super().__init__(layout.pick(array.shape), array.dtype, chunk_rows)
        self._array, self._layout, self._path = array, layout, path

    def _box(self, rows: slice, cols: slice, bands: Sequence[int]) -> NDArray[Any]:
        wanted, place = np.unique(np.asarray(bands, np.intp), return_inverse=True)
        parts = [self._hull(rows, cols, wanted[run]) for run in runs(wanted, self._chunk_bands)]
        box = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)
        return box if np.array_equal(place, np.arange(len(wanted))) else box[:, :, place]

    def _hull(self, rows: slice, cols: slice, bands: NDArray[np.intp]) -> NDArray[Any]:
        first, last = int(bands[0]), int(bands[-1])
        with damaged(self._path):
            cut = np.asarray(self._array[self._layout.key(rows, cols, slice(first, last + 1))])
        hull = self._layout.arrange(cut)
        return hull if len(bands) == last - first + 1 else hull[:, :, bands - first]
