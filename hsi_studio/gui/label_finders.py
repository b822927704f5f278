"""What the wand and the flood fill look for; both run on a thread."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.render import compute_levels, render
from hsi_studio.core.selection import Selection
from hsi_studio.core.view import Levels, ViewSpec
from hsi_studio.core.wand import SpectralWand, flood_view
from hsi_studio.core.window import Window


class WandFinder:
    """Pixels within a spectral angle in degrees of one pixel."""

    def __init__(self, cube: Cube, pixel: tuple[int, int], *, connected: bool) -> None:
        self._cube, self._pixel, self._connected = cube, pixel, connected
        self._wand: SpectralWand | None = None

    def __call__(self, value: float, progress: Progress) -> Selection:
        """Return the pixels for an angle."""
        self._wand = self._wand or SpectralWand(self._cube, *self._pixel)
        return self._wand.select(math.radians(value), connected=self._connected, progress=progress)


class FloodFinder:
    """Connected pixels whose colour on screen is that of one pixel, or nearly so."""

    def __init__(self, cube: Cube, view: ViewSpec, pixel: tuple[int, int]) -> None:
        self._cube, self._view, self._pixel = cube, view, pixel
        self._levels: Levels | None = None

    def __call__(self, value: float, progress: Progress) -> Selection:
        """Return the pixels for a tolerance in levels of 0 to 255."""
        if self._levels is None:
            self._levels = compute_levels(self._cube, self._view)
        return flood_view(self._read, (self._cube.rows, self._cube.cols), self._pixel, value, progress)

    def _read(self, window: Window) -> NDArray[np.uint8]:
        return render(self._cube, self._view, window, levels=self._levels)[..., :3]
