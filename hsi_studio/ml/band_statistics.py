"""Which bands and pixels can be used, and the statistics of bands; missing values are NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import HsiError

MOST_MISSING = 0.5
_WILD = 100.0  # interquartile ranges
_COMPARED = 4096  # pixels


def missing_pixels(physical: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (rows, cols): True where most values (rows, cols, b) are missing, or all are zero.

    Many files fill unmeasured pixels with zeros without saying so.
    """
    missing = ~np.isfinite(physical)
    some = np.any((physical != 0) & ~missing, axis=2)
    return np.asarray((missing.mean(axis=2) > MOST_MISSING) | ~some)


def without_dead_pixels(block: NDArray[Any]) -> NDArray[Any]:
    """Return values (rows, cols, b) with NaN in all bands of pixels that are zero or missing throughout."""
    present = np.isfinite(block)
    values = block.copy()
    values[~((block != 0) & present).any(axis=2)] = np.nan
    return values


def without_wild_pixels(blocks: Sequence[NDArray[Any]]) -> None:
    """Put NaN into all bands of pixels most of whose values (rows, cols, b) are absurdly far from the rest.

    An undeclared −9999 among reflectances, say: one such pixel is all that a deviation or covariance sees.
    """
    usual = _some_pixels(blocks)
    if len(usual) < _COMPARED // 64:
        return
    low, middle, high = np.percentile(usual, (25, 50, 75), axis=0)
    reach = np.where(high > low, _WILD * (high - low), np.inf)
    least, most = (middle - reach).astype(usual.dtype), (middle + reach).astype(usual.dtype)
    for block in blocks:
        pixels = block.reshape(-1, block.shape[-1])
        # Bands in which a pixel of the block lies outside; a look at all pixels is seldom needed.
        outside = (np.fmin.reduce(pixels) < least) | (np.fmax.reduce(pixels) > most)
        if outside.mean() > MOST_MISSING:
            block[((block < least) | (block > most)).mean(axis=2) > MOST_MISSING] = np.nan


def _some_pixels(blocks: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return some thousand pixels (n, b) without a missing value, evenly from all blocks."""
    total = sum(block.shape[0] * block.shape[1] for block in blocks)
    step = max(1, total // _COMPARED)
    some = np.concatenate([block.reshape(-1, block.shape[-1])[::step] for block in blocks])
    return np.asarray(some[np.isfinite(some).all(axis=1)])


def usable_bands(
    blocks: Sequence[NDArray[Any]], name: str
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return positions, mean and deviation of bands that are mostly valid in valid pixels and that vary.

    Parameters
    ----------
    blocks : sequence of ndarray (rows, cols, b)
        NaN where invalid.
    name : str
        Of the cube, for the message.

    Raises
    ------
    HsiError
        When there is none.
    """
    pixels = np.concatenate([block.reshape(-1, block.shape[-1]) for block in blocks])
    present = np.isfinite(pixels)
    measured = present.any(axis=1)
    pixels, present = pixels[measured], present[measured]
    count = present.sum(axis=0)
    mean = np.where(present, pixels, 0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
    centred = np.where(present, pixels - mean.astype(pixels.dtype), 0)
    std = np.sqrt(np.einsum("nb,nb->b", centred, centred, dtype=np.float64) / np.maximum(count, 1))
    varies = std > 1e-6 * np.maximum(np.abs(mean), np.finfo(float).tiny)
    kept = np.flatnonzero((count > MOST_MISSING * len(pixels)) & varies & (count > 1))
    if not len(kept):
        raise HsiError(
            f"{name} has no band that varies over its valid pixels", "check its no-data value and bad bands"
        )
    return kept, mean[kept], std[kept]
