"""Rasters of one measured or computed number per pixel, and what they share with class rasters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.colormaps import lut
from hsi_studio.core.view import DEFAULT_COLORMAP
from hsi_studio.core.window import Window

_SHADES = 256


@dataclass(frozen=True, eq=False)
class ScalarRaster:
    """A raster of numbers (rows, cols), such as a confidence; transparent where not finite.

    `low` and `high` are the values at the two ends of the colour map; `nothing` stands for no value.
    """

    name: str
    values: NDArray[np.floating]
    low: float = 0.0
    high: float = 1.0
    colormap: str = DEFAULT_COLORMAP
    nothing: float | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.values.shape
        return rows, cols

    def colors(self) -> NDArray[np.uint8]:
        """Return the RGBA colours (257, 4) that `indices` point into; the first is transparent."""
        table = np.zeros((_SHADES + 1, 4), np.uint8)
        table[1:, :3], table[1:, 3] = lut(self.colormap), 255
        return table

    def indices(self, window: Window, step: int = 1) -> NDArray[np.integer]:
        """Return places in `colors` of every `step`-th pixel of a window."""
        values = np.asarray(self.values[window.slices(step)], np.float32)
        shade = (values - np.float32(self.low)) * np.float32((_SHADES - 1) / (self.high - self.low))
        found = self._measured(values)
        shade = np.clip(np.where(found, shade, 0), 0, _SHADES - 1)
        return np.where(found, np.round(shade).astype(np.uint16) + np.uint16(1), np.uint16(0))

    def at(self, row: int, col: int) -> float | None:
        """Return the value of a pixel; None where there is none."""
        value = float(self.values[row, col])
        return value if self._measured(np.asarray(value)) else None

    def _measured(self, values: NDArray[np.floating]) -> NDArray[np.bool_]:
        measured: NDArray[np.bool_] = np.isfinite(values)
        if self.nothing is not None:
            measured = measured & (values != self.nothing)
        return measured


Raster = ClassRaster | ScalarRaster


def colors_without(raster: Raster, hidden: Collection[int]) -> NDArray[np.uint8]:
    """Return a raster's colours with those of some class ids transparent."""
    table = raster.colors()
    table[[index for index in hidden if index < len(table)]] = 0
    return table
