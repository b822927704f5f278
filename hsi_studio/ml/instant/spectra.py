"""What a pixel's own spectrum gives: z-scores, shape, slopes and noise fractions; statistics frozen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.band_statistics import missing_pixels, usable_bands
from hsi_studio.ml.instant.pairs import two_at_a_time
from hsi_studio.ml.instant.resampling import Resampling
from hsi_studio.ml.reduction import noise_fraction_axes
from hsi_studio.ml.sampling import read_sample

COMPONENTS = 80
STRIP_VALUES = 250_000
"""Of a strip that stays in the cache."""

_SAVGOL_WINDOW = 7
_SAMPLED = 32_768

Floats = NDArray[np.float32]
Moments = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class PixelSpectra:
    """What is kept of the spectra of a window.

    Parameters
    ----------
    physical : ndarray of float32 (rows, cols, b)
        Values with single missing ones replaced by the band's mean; means where nothing was measured.
    fractions, shape_fractions : ndarray of float32 (rows, cols, k)
        Minimum noise fractions, in units of noise, of z-scored values and of z-scored spectra standardised
        by themselves; zeros where nothing was measured.
    valid : ndarray of bool (rows, cols)
    """

    physical: Floats
    fractions: Floats
    shape_fractions: Floats
    valid: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SpectralStatistics:
    """Everything that turns a spectrum into features, estimated once from an unlabelled scene.

    Parameters
    ----------
    bands : ndarray of int64 (b,)
        Bands (0-based) that take part.
    mean, std : ndarray of float32 (b,)
        Of physical values.
    darkest, floor : float
        The lowest value, or 0, is brought to `floor` before spectra are divided by their mean.
    shape_mean, shape_std, slope_mean, slope_std, change_mean, change_std : ndarray of float32 (b,)
    axes, shape_axes : ndarray of float32 (b, k)
        Of the minimum noise fractions.
    source : str
        In words, the pixels that the statistics come from.
    resampling : Resampling, optional
        From another sensor's bands to these.
    """

    bands: NDArray[np.int64]
    mean: Floats
    std: Floats
    darkest: float
    floor: float
    shape_mean: Floats
    shape_std: Floats
    slope_mean: Floats
    slope_std: Floats
    change_mean: Floats
    change_std: Floats
    axes: Floats
    shape_axes: Floats
    source: str
    resampling: Resampling | None = None

    def read(self, cube: Cube, window: Window) -> PixelSpectra:
        """Return the features of a window of a cube."""
        if self.resampling is None:
            return self.apply(cube.physical(cube.block(window, self.bands.tolist())))
        other = cube.physical(cube.block(window, self.resampling.bands.tolist()))
        return self.apply(self.resampling.apply(other))

    def apply(self, physical: Floats) -> PixelSpectra:
        """Return the features of physical values (rows, cols, b), NaN where invalid.

        Single missing values become the band's mean. A pixel of which more than half is missing, or that is
        zero throughout, counts as not measured.
        """
        rows, cols, bands = physical.shape
        valid = ~missing_pixels(physical)
        values = np.where(valid[..., None] & np.isfinite(physical), physical, self.mean)
        fractions, shapes = (np.empty((rows, cols, self.axes.shape[1]), np.float32) for _ in range(2))
        height = max(1, STRIP_VALUES // max(1, cols * bands))

        def fill(first: int) -> None:
            strip = slice(first, first + height)
            shape, _ = relative_spectra(values[strip], self.darkest, self.floor)
            np.matmul(self.scored(values[strip]), self.axes, out=fractions[strip])
            np.matmul(self.scored_shape(shape), self.shape_axes, out=shapes[strip])

        two_at_a_time(fill, range(0, rows, height))
        fractions[~valid] = shapes[~valid] = 0
        return PixelSpectra(values, fractions, shapes, valid)

    def scored(self, values: Floats) -> Floats:
        """Return z-scored physical values (..., b)."""
        return np.asarray((values - self.mean) / self.std)

    def scored_shape(self, shape: Floats) -> Floats:
        """Return z-scored spectra (..., b) that were standardised by themselves."""
        return np.asarray((shape - self.shape_mean) / self.shape_std)


def fit_statistics(cube: Cube) -> SpectralStatistics:
    """Estimate the statistics from a sample of the scene (all of it up to 32 768 pixels).

    Raises
    ------
    HsiError
        When no band varies over the valid pixels.
    """
    good = np.flatnonzero(cube.good_bands())
    measured, source = read_sample(cube, good.tolist(), _SAMPLED)
    kept, mean, std = usable_bands(measured, cube.name)
    first = mean.astype(np.float32), std.astype(np.float32)
    blocks = [_filled(block[..., kept], first[0]) for block in measured]
    return _fitted(blocks, good[kept], first, source)


def _fitted(
    blocks: list[Floats], bands: NDArray[np.int64], first: Moments, source: str
) -> SpectralStatistics:
    pixels = np.concatenate([block[np.isfinite(block[..., 0])] for block in blocks])
    darkest, floor = min(0.0, float(pixels.min())), 1e-3 * float(pixels.std(dtype=np.float64))
    shape, relative = relative_spectra(pixels, darkest, floor)
    gradient, slope = difference_operators(len(bands))
    shapes = _moments(shape)
    axes, shape_axes = two_at_a_time(
        _noise_axes,
        [(blocks, first), ([relative_spectra(block, darkest, floor)[0] for block in blocks], shapes)],
    )
    moments = (*first, darkest, floor, *shapes, *_moments(relative @ slope), *_moments(relative @ gradient))
    return SpectralStatistics(bands, *moments, axes, shape_axes, source)


def _noise_axes(given: tuple[list[Floats], Moments]) -> Floats:
    blocks, (mean, std) = given
    components = min(COMPONENTS, len(mean))
    return noise_fraction_axes([(block - mean) / std for block in blocks], components).astype(np.float32)


def relative_spectra(values: Floats, darkest: float, floor: float) -> tuple[Floats, Floats]:
    """Return spectra (..., b) standardised by themselves, and divided by their own mean.

    What is left does not depend on the brightness of a pixel, as by shade or slope.
    """
    lifted = values - np.float32(darkest - floor)
    level = lifted.mean(axis=-1, keepdims=True)
    centred = lifted - level
    spread = np.sqrt(np.einsum("...b,...b->...", centred, centred) / lifted.shape[-1])[..., None]
    shape = centred / (spread + np.float32(1e-6 * floor))
    return shape, lifted / np.maximum(level, np.float32(floor))


def difference_operators(bands: int) -> tuple[Floats, Floats]:
    """Return matrices (b, b) whose product from the right gives a spectrum's gradient and smooth slope.

    The slope is that of Savitzky and Golay (1964, doi:10.1021/ac60214a047), in steps of one band: the slope
    of a parabola through 7 bands; for fewer bands the plain gradient.
    """
    unit = np.eye(bands)
    gradient = np.asarray(np.gradient(unit, axis=1)) if bands > 1 else np.zeros_like(unit)
    if bands < _SAVGOL_WINDOW:
        return gradient.astype(np.float32), gradient.astype(np.float32)
    slope = np.zeros_like(unit)
    steps = np.arange(_SAVGOL_WINDOW)
    parabola = np.linalg.pinv(np.stack([np.ones(_SAVGOL_WINDOW), steps, steps**2], axis=1))
    for band in range(bands):
        first = min(max(band - _SAVGOL_WINDOW // 2, 0), bands - _SAVGOL_WINDOW)
        slope[first : first + _SAVGOL_WINDOW, band] = parabola[1] + 2 * (band - first) * parabola[2]
    return gradient.astype(np.float32), slope.astype(np.float32)


def _filled(block: Floats, mean: Floats) -> Floats:
    """Return values with single missing ones replaced; pixels without any stay NaN."""
    missing = ~np.isfinite(block)
    if not missing.any():
        return block
    return np.where(missing & ~missing.all(axis=2, keepdims=True), mean, block)


def _moments(pixels: Floats) -> Moments:
    """Return mean and deviation (b,); the deviation is never zero."""
    mean = pixels.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = pixels - mean
    variance = np.einsum("nb,nb->b", centred, centred, dtype=np.float64) / len(pixels)
    return mean, (np.sqrt(variance) + 1e-6).astype(np.float32)
