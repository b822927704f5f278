"""What a writer of labels gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import TILE, Ids, Labels
from hsi_studio.core.window import Window


@dataclass(frozen=True, eq=False)
class LabelledScene:
    """Labels with everything that some format needs of them.

    `cube` may be None where only its place in a project is known; spectra cannot be written then.
    """

    labels: Labels
    classes: ClassTable
    grid: Grid
    cube: Cube | None = None

    def window(self) -> Window:
        """Return the smallest window of whole tiles that holds every label; its size is 0 without any."""
        if not self.labels.tiles:
            return Window(0, 0, 0, 0)
        rows, cols = zip(*self.labels.tiles, strict=True)
        first = min(rows) * TILE, min(cols) * TILE
        size = (max(rows) + 1) * TILE - first[0], (max(cols) + 1) * TILE - first[1]
        return Window(*first, *size).clipped(self.labels.rows, self.labels.cols)

    def pixels(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Ids]:
        """Return (rows, cols, ids), each (n,), of the labelled pixels, sorted by row and column."""
        found = [self._tile_pixels(key) for key in self.labels.tiles]
        if not found:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, np.zeros(0, np.uint16)
        rows, cols, ids = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((cols, rows))
        return rows[order], cols[order], ids[order]

    def _tile_pixels(self, key: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64], Ids]:
        tile = self.labels.tiles[key]
        rows, cols = np.nonzero(tile)
        return rows + key[0] * TILE, cols + key[1] * TILE, tile[rows, cols]


class LabelSource:
    """Labels as the one band of a cube, read tile by tile."""

    def __init__(self, labels: Labels, dtype: np.dtype[np.uint8] | np.dtype[np.uint16]) -> None:
        self._labels = labels
        self.dtype = dtype

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._labels.rows, self._labels.cols, 1

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[np.unsignedinteger]:
        """Return ids (rows, cols, len(bands))."""
        ids = self._labels.read(window, step).astype(self.dtype)
        return np.repeat(ids[:, :, np.newaxis], len(bands), axis=2)
