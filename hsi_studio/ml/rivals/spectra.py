"""Spectra as the rivals see them: physical values, averaged over a window where a rival asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.band_statistics import missing_pixels
from hsi_studio.ml.labelled import LabelledPixels
from hsi_studio.ml.tiling import tiles

_TILE_BYTES = 40_000_000
_LEAST_SIDE, _MOST_SIDE = 32, 256


@dataclass(frozen=True, eq=False)
class SpectraReader:
    """Reads spectra of some bands of a cube.

    Parameters
    ----------
    bands : ndarray of int64 (b,)
        Bands (0-based) of the cube, in the order wanted.
    window : int
        Odd; each spectrum is the mean of the measured ones in so many rows and columns around its pixel,
        mirrored at the borders of the cube.
    """

    bands: NDArray[np.int64]
    window: int = 1

    def tile_side(self) -> int:
        """Return the side of tiles that keeps memory bounded."""
        room = math.isqrt(_TILE_BYTES // (4 * len(self.bands))) - self.window
        return min(max(room, _LEAST_SIDE), _MOST_SIDE)

    def read(self, cube: Cube, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return spectra (rows, cols, b), NaN where a value is missing, and validity (rows, cols).

        A pixel is invalid when more than half of its own values are missing or all are zero.
        """
        around = self.window // 2
        rows = _mirrored(window.row - around, window.row_stop + around, cube.rows)
        cols = _mirrored(window.col - around, window.col_stop + around, cube.cols)
        row, col = int(rows.min()), int(cols.min())
        inside = Window(row, col, int(rows.max()) + 1 - row, int(cols.max()) + 1 - col)
        values = cube.physical(cube.block(inside, self.bands.tolist()))
        valid = ~missing_pixels(values)
        place = np.ix_(rows - row, cols - col)
        own = (slice(around, around + window.rows), slice(around, around + window.cols))
        if self.window == 1:
            return values[place], valid[place]
        values[~valid] = np.nan
        return _mean(values[place], self.window)[own], valid[place][own]

    def read_pixels(self, cube: Cube, pixels: LabelledPixels, progress: Progress) -> NDArray[np.float32]:
        """Return the spectra (N, b) of labelled pixels; all values of an invalid pixel are NaN."""
        found = np.full((len(pixels), len(self.bands)), np.nan, np.float32)
        for tile in tiles(cube.window, self.tile_side()):
            rows, cols = pixels.rows - tile.row, pixels.cols - tile.col
            chosen = (rows >= 0) & (rows < tile.rows) & (cols >= 0) & (cols < tile.cols)
            if chosen.any():
                progress.update(None, "reading labelled pixels")
                spectra, valid = self.read(cube, tile)
                spectra[~valid] = np.nan
                found[chosen] = spectra[rows[chosen], cols[chosen]]
        return found


def _mean(values: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """Return means over the values that are there; NaN where there is none."""
    from scipy.ndimage import uniform_filter

    missing = np.isnan(values)
    size = (window, window, 1)
    total = uniform_filter(np.where(missing, 0, values), size)
    if not missing.any():
        return total
    share = uniform_filter((~missing).astype(np.float32), size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: NDArray[np.float32] = np.where(share > 1e-4, total / share, np.float32(np.nan))
    return means


def _mirrored(start: int, stop: int, length: int) -> NDArray[np.intp]:
    """Return indices for start…stop − 1, mirrored at the outer edges of the first and last pixel."""
    index = np.arange(start, stop) % (2 * length)
    return np.where(index < length, index, 2 * length - 1 - index)
