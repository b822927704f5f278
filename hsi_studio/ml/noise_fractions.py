"""Minimum noise fractions of a cube: its components by falling signal-to-noise ratio."""

from __future__ import annotations

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import measured_bands
from hsi_studio.core.scatter import Projection
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.ml.reduction import Spectra, noise_fraction_axes

COMPONENTS = 6

_BLOCK = 32
_BLOCKS_A_SIDE = 4


@once_per_cube
def noise_fractions(cube: Cube) -> tuple[Projection, ...]:
    """Return the first `COMPONENTS` minimum noise fractions of the good bands, fewer for fewer bands.

    Fitted on at most 16 windows of 32 × 32 pixels spread evenly over the cube.

    Raises
    ------
    UsageError
        When too few pixels are valid in all bands.
    """
    good = np.flatnonzero(cube.good_bands()).tolist() or list(range(cube.bands))
    bands = measured_bands(cube, good)
    blocks = [_block(cube, window, bands) for window in _windows(cube)]
    pixels = np.concatenate([block.reshape(-1, len(bands)) for block in blocks])
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if len(pixels) < 2:
        raise UsageError(
            f"{cube.name} has too few valid pixels for minimum noise fractions", "choose other axes"
        )
    mean, std = pixels.mean(axis=0), pixels.std(axis=0)
    scale = np.where(std > 0, std, 1)
    axes = noise_fraction_axes([(block - mean) / scale for block in blocks], COMPONENTS) / scale[:, None]
    return tuple(
        Projection(bands, axis.astype(np.float32), float(mean @ axis.astype(np.float32))) for axis in axes.T
    )


def _windows(cube: Cube) -> list[Window]:
    rows, cols = (
        sorted({(length - min(_BLOCK, length)) * i // (_BLOCKS_A_SIDE - 1) for i in range(_BLOCKS_A_SIDE)})
        for length in (cube.rows, cube.cols)
    )
    return [Window(row, col, min(_BLOCK, cube.rows), min(_BLOCK, cube.cols)) for row in rows for col in cols]


def _block(cube: Cube, window: Window, bands: tuple[int, ...]) -> Spectra:
    return cube.physical(cube.block(window, bands)).astype(np.float64)
