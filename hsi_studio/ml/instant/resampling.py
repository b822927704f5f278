"""Spectra of another sensor at the wavelengths that a model knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Resampling:
    """Linear interpolation between bands.

    Parameters
    ----------
    bands : ndarray of int64 (c,)
        Bands (0-based) of the other cube.
    weights : ndarray of float32 (c, b)
        Shares of each of them in the bands wanted.
    """

    bands: NDArray[np.int64]
    weights: NDArray[np.float32]

    def apply(self, physical: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values (rows, cols, b) of values (rows, cols, c), NaN where most is missing."""
        present = np.isfinite(physical)
        sums = np.where(present, physical, 0) @ self.weights
        if present.all():
            return np.asarray(sums)
        share = present.astype(np.float32) @ self.weights
        return np.where(share > 0.5, sums / np.maximum(share, 0.5), np.float32(np.nan))


def resampling(
    wanted_nm: NDArray[np.float64], bands: NDArray[np.intp], given_nm: NDArray[np.float64]
) -> Resampling:
    """Return how to interpolate from `bands` at `given_nm` (c,) to `wanted_nm` (b,), in any order."""
    order = np.argsort(given_nm)
    rising = given_nm[order]
    weights = np.stack([np.interp(wanted_nm, rising, unit) for unit in np.eye(len(rising))])
    used = np.flatnonzero(weights.any(axis=1))
    return Resampling(bands[order][used], weights[used].astype(np.float32))
