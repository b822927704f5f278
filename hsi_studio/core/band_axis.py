"""The axis that spectra are drawn along: where each band stands, which bands count, where the line breaks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube

# A step this many times the usual one is a removed stretch of bands, not a coarse sensor.
_JUMP = 3.0
# Fewer bands than this are a multispectral sensor, whose bands lie apart by design.
_FEWEST_FOR_JUMPS = 16


@dataclass(frozen=True, eq=False)
class BandAxis:
    """Positions of bands on a wavelength axis in nm, or on an axis of band numbers from 1.

    Parameters
    ----------
    positions : ndarray of float64 (bands,)
        Wavelengths in nm, or 1 … bands.
    good : ndarray of bool (bands,)
        Bands that are drawn and that sliders stop at; all of them where the file marks every band as bad.
    has_wavelengths : bool
        Whether positions are wavelengths.
    """

    positions: NDArray[np.float64]
    good: NDArray[np.bool_]
    has_wavelengths: bool

    @classmethod
    def of(cls, cube: Cube) -> BandAxis:
        """Return the axis of a cube."""
        good = cube.good_bands()
        numbers = np.arange(1, cube.bands + 1, dtype=np.float64)
        return cls(
            positions=numbers if cube.wavelengths_nm is None else cube.wavelengths_nm,
            good=good if good.any() else ~good,
            has_wavelengths=cube.wavelengths_nm is not None,
        )

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """(bands,) Bands by rising position."""
        return np.argsort(self.positions, kind="stable")

    @cached_property
    def stops(self) -> NDArray[np.intp]:
        """(good bands,) Good bands by rising position: where a slider can stand."""
        return self.order[self.good[self.order]]

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest position."""
        return float(self.positions.min()), float(self.positions.max())

    @cached_property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Intervals without usable bands: marked bad, or removed from the file; from band to band."""
        return tuple(self._inner_gaps() + self._outer_gaps())

    def nearest(self, position: float) -> int:
        """Return the good band nearest to a position."""
        return int(self.stops[self._nearest_stop(position)])

    def rank(self, band: int) -> int:
        """Return the index in `stops` of a band, or of the good band nearest to it."""
        exact = np.flatnonzero(self.stops == band)
        return int(exact[0]) if exact.size else self._nearest_stop(float(self.positions[band]))

    def text(self, band: int) -> str:
        """Return where a band stands, in words: ``650 nm`` or ``band 26``."""
        return f"{self.positions[band]:.0f} nm" if self.has_wavelengths else f"band {band + 1}"

    def inside(self, low: float, high: float) -> NDArray[np.intp]:
        """Return the good bands whose positions lie in the closed interval, by rising position."""
        stops = self.positions[self.stops]
        return self.stops[(stops >= low) & (stops <= high)]

    def line(self, values: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (x, y) to draw `values` (bands,), with a NaN wherever the line must break."""
        return self._line_x, np.append(np.asarray(values, np.float64), np.nan)[self._line_bands]

    def _nearest_stop(self, position: float) -> int:
        return int(np.argmin(np.abs(self.positions[self.stops] - position)))

    @cached_property
    def _line_x(self) -> NDArray[np.float64]:
        x = self.positions[self.stops]
        return np.insert(x, self._breaks, x[self._breaks - 1])

    @cached_property
    def _line_bands(self) -> NDArray[np.intp]:
        """Bands along the line; −1, past the last band, where it breaks."""
        return np.insert(self.stops, self._breaks, -1)

    @cached_property
    def _breaks(self) -> NDArray[np.intp]:
        """Indices into `stops` before which the line breaks."""
        x = self.positions[self.stops]
        bad_between = np.diff(np.flatnonzero(self.good[self.order])) > 1
        return np.flatnonzero(bad_between | self._is_jump(x)) + 1

    def _is_jump(self, x: NDArray[np.float64]) -> NDArray[np.bool_]:
        steps = np.diff(x)
        if not self.has_wavelengths or len(x) < _FEWEST_FOR_JUMPS:
            return np.zeros(steps.shape, bool)
        return np.asarray(steps > _JUMP * np.median(steps))

    def _inner_gaps(self) -> list[tuple[float, float]]:
        x = self.positions[self.stops]
        return [(float(x[i - 1]), float(x[i])) for i in self._breaks]

    def _outer_gaps(self) -> list[tuple[float, float]]:
        x, (low, high) = self.positions[self.stops], self.limits
        outer = [(low, float(x[0])), (float(x[-1]), high)]
        return [(start, stop) for start, stop in outer if stop > start]
