"""From physical values to the network's input: fitted once, frozen, used everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.ml.band_statistics import usable_bands, without_dead_pixels
from hsi_studio.ml.reduction import noise_fraction_axes, principal_axes
from hsi_studio.ml.sampling import read_sample

Reduction = Literal["mnf", "pca"]

Floats = NDArray[np.float32]

MIN_COMPONENTS = 14
"""Fewest that the three convolutions and poolings of the network leave something of."""


@dataclass(frozen=True, eq=False)
class Preprocessor:
    """Affine map of a pixel's spectrum to C' components: (x − mean) @ weights + offset; see `components`.

    Parameters
    ----------
    bands : ndarray of int64 (b,)
        Bands (0-based) of the cube that take part.
    mean : ndarray of float32 (b,)
        Physical values; they also stand in for single missing values.
    weights : ndarray of float32 (b, C')
        z-scoring and reduction in one; zero columns where the cube has fewer components.
    reduction : {'mnf', 'pca'}
    source : str
        In words, the pixels that the statistics come from.
    offset : ndarray of float32 (C',), optional
        Only after interpolation to other bands.
    """

    bands: NDArray[np.int64]
    mean: NDArray[np.float32]
    weights: NDArray[np.float32]
    reduction: Reduction
    source: str
    offset: NDArray[np.float32] | None = None

    @property
    def components(self) -> int:
        """C', the number of components."""
        return int(self.weights.shape[1])


def fit_preprocessor(
    cube: Cube,
    *,
    reduction: Reduction,
    components: int,
    variance: float | None = None,
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None,
) -> Preprocessor:
    """Estimate band statistics and reduction.

    Parameters
    ----------
    reduction : {'mnf', 'pca'}
    components : int
        Most components to keep; the input always has at least 14 (zeros where there are fewer).
    variance : float, optional
        For ``pca``: keep only as many components as hold this share of the variance.
    pixels : pair of ndarray, optional
        Rows and columns of training pixels to estimate from; else a sample of the scene, which needs no
        labels. ``mnf`` needs neighbours and always uses the scene.

    Raises
    ------
    HsiError
        When no band varies over the valid pixels.
    """
    bands = np.flatnonzero(cube.good_bands())
    if pixels is None or reduction == "mnf":
        measured, source = read_sample(cube, bands.tolist())
    else:
        measured = [without_dead_pixels(_read_pixels(cube, bands.tolist(), *pixels))]
        source = f"the {len(pixels[0])} labelled pixels"
    kept, mean, std = usable_bands(measured, cube.name)
    scored = [_scored(block[..., kept], mean, std) for block in measured]
    del measured
    axes = _axes(scored, reduction, min(components, len(mean)), variance)
    weights = np.zeros((len(mean), max(MIN_COMPONENTS, axes.shape[1])))
    weights[:, : axes.shape[1]] = axes / _typical_std(scored, axes) / std[:, None]
    return Preprocessor(bands[kept], mean.astype(np.float32), weights.astype(np.float32), reduction, source)


def _read_pixels(cube: Cube, bands: list[int], rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
    values = [cube.spectrum(int(row), int(col))[bands] for row, col in zip(rows, cols, strict=True)]
    return cube.physical(np.stack(values)[:, None])


def _scored(block: Floats, mean: NDArray[np.float64], std: NDArray[np.float64]) -> Floats:
    """Return z-scores; single missing values become the mean, pixels without any value stay NaN."""
    scores: Floats = np.divide(block - mean.astype(np.float32), std.astype(np.float32))
    missing = np.isnan(scores)
    if missing.any():
        scores[missing & ~missing.all(axis=2, keepdims=True)] = 0
    return scores


def _axes(
    scored: list[Floats], reduction: Reduction, components: int, variance: float | None
) -> NDArray[np.float64]:
    if reduction == "mnf":
        return noise_fraction_axes(scored, components)
    return principal_axes(_pixels(scored), components, variance)


def _pixels(scored: list[Floats]) -> Floats:
    return np.concatenate([block[np.isfinite(block[..., 0])] for block in scored])


def _typical_std(scored: list[Floats], axes: NDArray[np.float64]) -> float:
    """Return the mean deviation of the components, so that the network's input is about 1 in size.

    One factor for all: their relative size is the information that the reduction gives.
    """
    return float((_pixels(scored) @ axes.astype(np.float32)).std(axis=0).mean()) or 1.0
