"""Bands read once: tiles of single bands, the least recently used dropped beyond a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window

TILE = 256
"""Side of a tile in values as read, that is in pixels of the cube divided by the step."""


@dataclass(frozen=True)
class _Key:
    cube: Cube
    band: int
    step: int
    tile_row: int
    tile_col: int

    def window(self) -> Window:
        side = TILE * self.step
        whole = Window(self.tile_row * side, self.tile_col * side, side, side)
        return whole.clipped(self.cube.rows, self.cube.cols)


class BandCache:
    """Stored values of bands, read tile by tile. May be used from any thread.

    Parameters
    ----------
    max_bytes : int
        Bytes of values to keep.
    """

    def __init__(self, max_bytes: int = 256 << 20) -> None:
        self._max_bytes = max_bytes
        self._tiles: OrderedDict[_Key, NDArray[Any]] = OrderedDict()
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of values held now."""
        return self._nbytes

    def read(
        self, cube: Cube, band: int, window: Window, step: int = 1, check: Callable[[], None] = lambda: None
    ) -> NDArray[Any]:
        """Return stored values (rows, cols) as `Cube.band` does.

        `check` is called before every tile that has to be read; what it raises ends the reading.
        """
        if window.row % step or window.col % step:
            return cube.band(band, window, step)
        row, col = window.row // step, window.col // step
        rows, cols = window.shape(step)
        values = np.empty((rows, cols), cube.dtype)
        for tile_row in range(row // TILE, (row + rows - 1) // TILE + 1):
            for tile_col in range(col // TILE, (col + cols - 1) // TILE + 1):
                tile = self._tile(_Key(cube, band, step, tile_row, tile_col), check)
                _paste(tile, values, tile_row * TILE - row, tile_col * TILE - col)
        return values

    def keep_only(self, cubes: Collection[Cube]) -> None:
        """Drop the values of all other cubes."""
        with self._lock:
            for key in [key for key in self._tiles if key.cube not in cubes]:
                self._nbytes -= self._tiles.pop(key).nbytes

    def _tile(self, key: _Key, check: Callable[[], None]) -> NDArray[Any]:
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        check()
        # A copy: a view would keep all of a memory map alive and read it again each time.
        tile = np.array(key.cube.band(key.band, key.window(), key.step), order="C")
        self._store(key, tile)
        return tile

    def _store(self, key: _Key, tile: NDArray[Any]) -> None:
        with self._lock:
            if key not in self._tiles:
                self._tiles[key] = tile
                self._nbytes += tile.nbytes
            while self._nbytes > self._max_bytes:
                self._nbytes -= self._tiles.popitem(last=False)[1].nbytes


def _paste(tile: NDArray[Any], values: NDArray[Any], row: int, col: int) -> None:
    """Copy the part of `tile` that falls on `values` when the tile's corner lies at (row, col) of them."""
    top, left = max(row, 0), max(col, 0)
    part = tile[top - row : len(values) - row, left - col : values.shape[1] - col]
    values[top : top + part.shape[0], left : left + part.shape[1]] = part
