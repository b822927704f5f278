"""Regions that a user draws, and the statistics of their pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.reading import row_strips
from hsi_studio.core.spectra import Spectrum
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError


@dataclass(frozen=True)
class Rectangle:
    """All pixels of a window."""

    area: Window

    def window(self, rows: int, cols: int) -> Window:
        """Return the part inside an image of `rows` × `cols`."""
        return self.area.clipped(rows, cols)

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Return (rows, cols) True for the pixels of `window` that belong to the region."""
        part = self.area
        rows = np.arange(window.row, window.row_stop)[:, None]
        cols = np.arange(window.col, window.col_stop)
        return (rows >= part.row) & (rows < part.row_stop) & (cols >= part.col) & (cols < part.col_stop)


@dataclass(frozen=True, eq=False)
class Polygon:
    """The pixels whose centres lie inside a closed polygon.

    Parameters
    ----------
    vertices : ndarray of float64 (n, 2)
        (row, col); the centre of pixel (r, c) is (r + 0.5, c + 0.5), as in `GeoReference`.
    """

    vertices: NDArray[np.float64]

    def window(self, rows: int, cols: int) -> Window:
        """Return the bounding box inside an image of `rows` × `cols`."""
        if not len(self.vertices):
            return Window(0, 0, 0, 0)
        top, left = np.floor(self.vertices.min(axis=0)).astype(int).tolist()
        bottom, right = np.ceil(self.vertices.max(axis=0)).astype(int).tolist()
        return Window(top, left, bottom - top, right - left).clipped(rows, cols)

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Return (rows, cols) True for the pixels of `window` that belong to the region.

        Along a row, every edge that crosses it turns the pixels behind it from outside to inside or back.
        scikit-image tests each pixel against each edge, which takes seconds for a lasso over 1000 × 1000.
        """
        turns = np.zeros((window.rows, window.cols + 1), bool)
        # Whole numbers are centres of pixels. The window comes in only after rounding, or an edge through a
        # centre could pass it on different sides in different windows.
        start = self.vertices - 0.5
        stop = np.roll(start, -1, axis=0)
        ends = np.sort(np.stack([start[:, 0], stop[:, 0]]), axis=0)
        first, last = np.clip(np.ceil(ends), window.row, window.row_stop).astype(int)
        for edge in np.flatnonzero(first < last):
            (row, col), (end_row, end_col) = start[edge], stop[edge]
            rows = np.arange(first[edge], last[edge])
            crossing = np.ceil(col + (rows - row) / (end_row - row) * (end_col - col)) - window.col
            turns[rows - window.row, np.clip(crossing, 0, window.cols).astype(int)] ^= True
        return np.logical_xor.accumulate(turns, axis=1)[:, :-1]


Region = Rectangle | Polygon

_STRIP_VALUES = 1_000_000


def region_statistics(cube: Cube, region: Region, progress: Progress | None = None) -> Spectrum:
    """Return mean and sample standard deviation (n − 1) of a region's stored values.

    Invalid values are left out band by band; a band without any valid value is NaN. The region is read in
    strips, so its size is not bounded by memory; their means are merged in float64 as in Chan, Golub and
    LeVeque 1979 (Stanford STAN-CS-79-773).

    Raises
    ------
    UsageError
        When no pixel of the cube lies inside the region.
    """
    progress = Progress() if progress is None else progress
    window = region.window(cube.rows, cube.cols)
    moments = _Moments(cube.bands)
    for strip in row_strips(window, cube.bands, values=_STRIP_VALUES):
        progress.update((strip.row - window.row) / window.rows, "Averaging")
        inside = region.inside(strip)
        if inside.any():
            moments.add(_valid_values(cube, strip, inside))
    if not moments.pixels:
        raise UsageError("no pixel lies inside the region", "draw it over the image")
    return Spectrum(f"{moments.pixels} pixels", moments.mean(), moments.std(), moments.pixels)


def _valid_values(cube: Cube, strip: Window, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    stored = cube.block(strip)[inside]
    values = stored.astype(np.float64)
    values[cube.invalid(stored)] = np.nan
    return values


class _Moments:
    """Running count, mean and sum of squared deviations per band."""

    def __init__(self, bands: int) -> None:
        self.pixels = 0
        self._count = np.zeros(bands, np.int64)
        self._mean = np.zeros(bands)
        self._squares = np.zeros(bands)

    def add(self, values: NDArray[np.float64]) -> None:
        """Add pixels (n, bands) with NaN where invalid; the array is used up."""
        invalid = np.isnan(values)
        self.pixels += int((~invalid).any(axis=1).sum())
        count = len(values) - invalid.sum(axis=0)
        values[invalid] = 0
        mean = values.sum(axis=0) / np.maximum(count, 1)
        values -= mean
        values[invalid] = 0
        squares = np.einsum("ij,ij->j", values, values)
        total = np.maximum(self._count + count, 1)
        delta = mean - self._mean
        self._squares += squares + delta**2 * self._count * count / total
        self._mean += delta * count / total
        self._count += count

    def mean(self) -> NDArray[np.float32]:
        return np.where(self._count > 0, self._mean, np.nan).astype(np.float32)

    def std(self) -> NDArray[np.float32]:
        variance = self._squares / np.maximum(self._count - 1, 1)
        return np.where(self._count > 1, np.sqrt(variance), np.nan).astype(np.float32)
