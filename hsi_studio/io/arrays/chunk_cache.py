"""Decoded chunks kept for the next read, for libraries that keep none."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.io.arrays.boxes import Sliceable

_BYTES = 256 << 20


class CachedChunks:
    """An array whose chunks are decoded once while they are in use; reads from any thread.

    A slider that moves through neighbouring bands reads the same chunks again and again.

    Parameters
    ----------
    array : Sliceable
    chunks : tuple of int
        Shape of the chunks.
    """

    def __init__(self, array: Sliceable, chunks: tuple[int, ...]) -> None:
        self._array, self._chunks = array, chunks
        self._kept: OrderedDict[tuple[int, ...], NDArray[Any]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self._array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    def __getitem__(self, key: Sequence[slice | int]) -> NDArray[Any]:
        """Return a copy of a dense box; `key` has one slice (both ends given, or all) or number per axis."""
        box = [slice(k, k + 1) if isinstance(k, int) else k for k in key]
        bounds = [s.indices(length)[:2] for s, length in zip(box, self.shape, strict=True)]
        out = np.empty([stop - start for start, stop in bounds], self.dtype)
        grid = [range(a // c, -(-b // c)) for (a, b), c in zip(bounds, self._chunks, strict=True)]
        for index in product(*grid):
            first = [i * c for i, c in zip(index, self._chunks, strict=True)]
            chunk = self._chunk(index)
            spans = [
                (max(a, f), min(b, f + n)) for (a, b), f, n in zip(bounds, first, chunk.shape, strict=True)
            ]
            inside = tuple(slice(a - f, b - f) for (a, b), f in zip(spans, first, strict=True))
            place = tuple(slice(a - o, b - o) for (a, b), (o, _) in zip(spans, bounds, strict=True))
            out[place] = chunk[inside]
        return out[tuple(0 if isinstance(k, int) else slice(None) for k in key)]

    def _chunk(self, index: tuple[int, ...]) -> NDArray[Any]:
        with self._lock:
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
        cut = tuple(slice(i * c, (i + 1) * c) for i, c in zip(index, self._chunks, strict=True))
        chunk = np.asarray(self._array[cut])
        with self._lock:
            self._keep(index, chunk)
        return chunk

    def _keep(self, index: tuple[int, ...], chunk: NDArray[Any]) -> None:
        if index not in self._kept:
            self._kept[index] = chunk
            self._bytes += chunk.nbytes
        while self._bytes > _BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
