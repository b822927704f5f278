"""Reads that several views share: the reader of one band, weighted sums of many bands, samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

BandReader = Callable[[int, Window, int], NDArray[Any]]
"""(band, window, step) → stored values (rows, cols), as `Cube.band` returns them, perhaps from a cache."""

_BLOCK_VALUES = 4_000_000
_PRODUCT_VALUES = 200_000
# A band this far off the wavelength asked for still stands for it.
_FARTHEST_NM = 50.0


def band_near(cube: Cube, nm: float) -> int:
    """Return the good band nearest to a wavelength in nm that a person asks for.

    Raises
    ------
    UsageError
        When the cube has no wavelengths, or none as far as that.
    """
    if cube.wavelengths_nm is None:
        raise UsageError(f"{cube.name} has no wavelengths", "ask for no wavelength")
    if not cube.covers(nm + _FARTHEST_NM, nm - _FARTHEST_NM):
        low, high = cube.wavelengths_nm.min(), cube.wavelengths_nm.max()
        raise UsageError(
            f"{cube.name} has no band near {nm:g} nm", f"ask for one from {low:.0f} to {high:.0f} nm"
        )
    return cube.nearest_band(nm)


def measured_bands(cube: Cube, bands: Sequence[int]) -> tuple[int, ...]:
    """Return those of `bands` that hold any valid value, judged on three rows; all when none seems to.

    Files keep bands of deep water absorption as no-data throughout, often without marking them bad; one of
    them would blank a whole sum of bands.
    """
    rows = sorted({cube.rows * quarter // 4 for quarter in (1, 2, 3)})
    step = max(1, cube.cols // 64)
    alive = np.zeros(len(bands), bool)
    for row in rows:
        stored = cube.block(Window(row, 0, 1, cube.cols), bands, step)
        alive |= ~cube.invalid(stored).all(axis=(0, 1))
    return tuple(band for band, lives in zip(bands, alive, strict=True) if lives) or tuple(bands)


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
            _multiply(stored.astype(np.float32, order="K", copy=False), per_stored, part)
        part[_invalid(cube, stored, part)] = np.nan
        row += len(stored)
    return sums


def _multiply(values: NDArray[np.float32], weights: NDArray[np.float32], sums: NDArray[np.float32]) -> None:
    """Write (rows, cols, bands) @ (bands, k) into the contiguous `sums` (rows, cols, k)."""
    pixels, results = values.reshape(-1, len(weights)), sums.reshape(-1, weights.shape[1])
    # Products this small run on the calling thread: the BLAS threads would wait for each other longer than
    # they compute, and longer still while the rest of the program is busy.
    count = max(1, _PRODUCT_VALUES // weights.size)
    for first in range(0, len(pixels), count):
        np.matmul(pixels[first : first + count], weights, out=results[first : first + count])


def _invalid(cube: Cube, stored: NDArray[Any], sums: NDArray[np.float32]) -> NDArray[np.bool_]:
    invalid = np.asarray(~np.isfinite(sums).all(axis=2))
    if cube.nodata is not None:
        invalid |= cube.invalid(stored).any(axis=2)
    return invalid
