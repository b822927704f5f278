"""Principal components of a cube, fitted on a sample of its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import sample_step, weighted_sums
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

_SAMPLE_PIXELS = 20_000
_COMPONENTS = 3


@dataclass(frozen=True, eq=False)
class PcaBasis:
    """Mean and axes of a cube's physical values.

    Parameters
    ----------
    bands : tuple of int
        The bands that take part: good, and not without values.
    mean : ndarray of float32 (len(bands),)
    axes : ndarray of float32 (len(bands), 3)
        Unit vectors by falling variance, each with its largest entry positive; zero where the cube has
        fewer components.
    std : ndarray of float32 (3,)
        Standard deviation along each axis.
    """

    bands: tuple[int, ...]
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    std: NDArray[np.float32]

    def project(self, cube: Cube, window: Window, step: int = 1) -> NDArray[np.float32]:
        """Return component scores (rows, cols, 3), NaN where invalid."""
        return weighted_sums(cube, self.bands, self.axes, window, step) - self.mean @ self.axes


@once_per_cube
def components(cube: Cube) -> PcaBasis:
    """Return the first three principal components of the good bands.

    Fitted on at most about 20 000 pixels spread evenly over the cube. Bands without any valid value are
    left out; so are pixels with an invalid value in any other band.

    Raises
    ------
    UsageError
        When fewer than two pixels are valid.
    """
    good = np.flatnonzero(cube.good_bands()).tolist() or list(range(cube.bands))
    stored = cube.block(None, good, sample_step(cube, _SAMPLE_PIXELS))
    sample = cube.physical(stored).reshape(-1, len(good))
    alive = np.asarray(np.isfinite(sample).any(axis=0))
    sample = sample[:, alive]
    complete = sample[np.isfinite(sample).all(axis=1)].astype(np.float64)
    if len(complete) < 2 or not alive.any():
        raise UsageError(f"{cube.name} has too few valid pixels for principal components", "choose bands")
    bands = tuple(band for band, lives in zip(good, alive, strict=True) if lives)
    return _fit(bands, complete)


def _fit(bands: tuple[int, ...], sample: NDArray[np.float64]) -> PcaBasis:
    mean = sample.mean(axis=0)
    centred = sample - mean
    variance, vectors = np.linalg.eigh(centred.T @ centred / (len(sample) - 1))
    axes = np.zeros((len(bands), _COMPONENTS))
    std = np.zeros(_COMPONENTS)
    kept = min(_COMPONENTS, len(bands))
    axes[:, :kept] = vectors[:, ::-1][:, :kept]
    std[:kept] = np.sqrt(np.maximum(variance[::-1][:kept], 0))
    largest = axes[np.abs(axes).argmax(axis=0), range(_COMPONENTS)]
    axes *= np.where(largest < 0, -1, 1)
    return PcaBasis(bands, mean.astype(np.float32), axes.astype(np.float32), std.astype(np.float32))
