"""Linear reductions of z-scored spectra: principal components and minimum noise fraction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.one_thread import one_thread

Floats = NDArray[np.floating[Any]]
Spectra = NDArray[np.float64]

_QUIET_PAIRS = 0.5
_RIDGE = 1e-3


def principal_axes(pixels: Floats, components: int, variance: float | None = None) -> Spectra:
    """Return the axes (bands, k) of largest variance of centred pixels (n, bands).

    k is `components`, or fewer where already `variance` (a share between 0 and 1) is kept.
    """
    values, vectors = _eigen(pixels.T @ pixels / max(1, len(pixels) - 1))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    count = min(components, len(values))
    if variance is not None:
        shares = np.cumsum(values) / max(values.sum(), np.finfo(float).tiny)
        count = min(count, int(np.searchsorted(shares, variance)) + 1)
    return _oriented(vectors[:, :count])


def noise_fraction_axes(blocks: Sequence[Floats], components: int) -> Spectra:
    """Return the axes (bands, k) of largest signal-to-noise ratio, in units of noise.

    Minimum noise fraction (Green et al. 1988, doi:10.1109/36.3001). The noise covariance comes from
    differences of adjacent pixels, of which the quieter half is used: the others straddle edges.

    Parameters
    ----------
    blocks : sequence of ndarray (rows, cols, bands)
        Centred spectra of contiguous windows; NaN where invalid.
    """
    noise = _noise_covariance(blocks)
    bands = len(noise)
    noise += _RIDGE * np.trace(noise) / bands * np.eye(bands)
    powers, rotation = _eigen(noise)
    whiten = rotation / np.sqrt(np.maximum(powers, np.finfo(float).tiny))
    pixels = np.concatenate([_valid(block.reshape(-1, bands)) for block in blocks])
    signal = whiten.T @ (pixels.T @ pixels / max(1, len(pixels) - 1)) @ whiten
    _, vectors = _eigen(signal)
    return _oriented(whiten @ vectors[:, ::-1][:, :components])


def _noise_covariance(blocks: Sequence[Floats]) -> Spectra:
    bands = blocks[0].shape[-1]
    steps = [np.diff(block, axis=axis).reshape(-1, bands) for block in blocks for axis in (0, 1)]
    energies = [np.einsum("nb,nb->n", step, step) for step in steps]  # NaN where a value is missing
    known = np.concatenate([energy[np.isfinite(energy)] for energy in energies])
    if not len(known):
        return np.eye(bands)
    most = np.quantile(known, _QUIET_PAIRS)
    quiet = [step[energy <= most] for step, energy in zip(steps, energies, strict=True)]
    pairs = sum(map(len, quiet))
    covariance: Spectra = (
        np.stack([part.T @ part for part in quiet]).sum(axis=0, dtype=np.float64) / pairs / 2
    )
    return covariance if np.trace(covariance) > 0 else np.eye(bands)


def _valid(pixels: Floats) -> Floats:
    valid: NDArray[np.bool_] = np.isfinite(pixels.sum(axis=1))
    return pixels[valid]


def _eigen(symmetric: Floats) -> tuple[Spectra, Spectra]:
    with one_thread():
        values, vectors = np.linalg.eigh(symmetric.astype(np.float64))
    return values, vectors


def _oriented(axes: Spectra) -> Spectra:
    """Return axes with their largest entry positive: eigenvectors have no sign of their own."""
    largest = axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])]
    return axes * np.where(largest < 0, -1.0, 1.0)
