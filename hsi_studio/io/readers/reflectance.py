"""Raw values of a line camera as reflectance, computed where they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.reading import row_strips
from hsi_studio.core.window import Window

Line = NDArray[np.float64]
"""Mean over the lines of a reference: (cols, bands)."""


@dataclass(frozen=True, eq=False)
class ReflectanceSource:
    """Source of (raw − dark) · gain as float32, NaN where the raw value is invalid.

    Parameters
    ----------
    raw : Cube
        As stored.
    dark, gain : ndarray of float32 (cols, bands)
        Per column of the camera and band.
    """

    raw: Cube
    dark: NDArray[np.float32]
    gain: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.raw.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        stored = self.raw.block(window, bands, step)
        _, cols = window.slices(step)
        values = stored.astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            values -= self.dark[cols][:, list(bands)]
            values *= self.gain[cols][:, list(bands)]
        values[self.raw.invalid(stored)] = np.nan
        return values


def mean_line(cube: Cube, progress: Progress) -> Line:
    """Return the mean over all lines of a reference, (cols, bands) as float64."""
    total = np.zeros((cube.cols, cube.bands))
    for strip in row_strips(cube.window, cube.bands):
        progress.update(strip.row / cube.rows, f"averaging {cube.name}")
        with np.errstate(over="ignore", invalid="ignore"):
            total += cube.block(strip).sum(axis=0, dtype=np.float64)
    return total / cube.rows


def calibrated(cube: Cube, dark: Line | None, span: Line | None) -> ReflectanceSource:
    """Return the source of (raw − dark) / span; without `dark` or `span` that step is left out.

    Parameters
    ----------
    cube : Cube
        Raw values (rows, cols, bands).
    dark, span : ndarray of float64 (cols, bands), optional
        Dark current, and white minus dark at the exposure of the scene. Where the span is zero, nothing can
        be known and the reflectance is NaN.
    """
    shape = (cube.cols, cube.bands)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        gain = np.ones(shape, np.float32) if span is None else (1.0 / span).astype(np.float32)
        offset = np.zeros(shape, np.float32) if dark is None else dark.astype(np.float32)
    gain[~np.isfinite(gain)] = np.nan
    return ReflectanceSource(cube, offset, gain)
