"""Reads that several views share: the reader of one band, weighted sums of many bands, samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window

BandReader = Callable[[int, Window, int], NDArray[Any]]
"""(band, window, step) → stored values (rows, cols), as `Cube.band` returns them, perhaps from a cache."""

_BLOCK_VALUES = 4_000_000


def sample_step(cube: Cube, pixels: int) -> int:
    """Return the step that reads at most about `pixels` pixels of the whole cube."""
    return max(1, math.ceil(math.sqrt(cube.window.size / pixels)))


def row_strips(window: Window, bands: int, step: int = 1, values: int = _BLOCK_VALUES) -> Iterator[Window]:
    """Split a window into strips of whole rows of at most about `values` values each.

    Every strip begins on a row that a read of the whole window with `step` would take.
    """
    _, cols = window.shape(step)
    height = max(1, values // max(1, cols * bands)) * step
    for row in range(window.row, window.row_stop, height):
        yield Window(row, window.col, min(height, window.row_stop - row), window.cols)


def weighted_sums(
    cube: Cube,
    bands: Sequence[int],
    weights: NDArray[np.float32],
    window: Window | None = None,
    step: int = 1,
) -> NDArray[np.float32]:
    """Return weighted sums over bands of physical values, NaN where any of the bands is invalid.

    Only a strip of rows is in memory at a time, so a picture of a long sum costs the picture.

    Parameters
    ----------
    cube : Cube
    bands : sequence of int
        The bands that take part.
    weights : ndarray of float32 (len(bands), k)
    window, step
        As in `Cube.block`.

    Returns
    -------
    ndarray of float32 (rows, cols, k)
    """
    window = cube.window if window is None else window
    sums = np.empty((*window.shape(step), weights.shape[1]), np.float32)
    per_stored = (weights / np.float32(cube.scale_factor)).astype(np.float32)
    row = 0
    for strip in row_strips(window, len(bands), step):
        stored = cube.block(strip, bands, step)
        part = sums[row : row + len(stored)]
        with np.errstate(over="ignore", invalid="ignore"):
            # Keeping the memory order lets the product run without a copy for every interleave.
            np.matmul(stored.astype(np.float32, order="K", copy=False), per_stored, out=part)
        part[_invalid(cube, stored, part)] = np.nan
        row += len(stored)
    return sums


def _invalid(cube: Cube, stored: NDArray[Any], sums: NDArray[np.float32]) -> NDArray[np.bool_]:
    invalid = np.asarray(~np.isfinite(sums).all(axis=2))
    if cube.nodata is not None:
        invalid |= cube.invalid(stored).any(axis=2)
    return invalid
