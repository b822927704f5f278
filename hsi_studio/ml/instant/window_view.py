"""Means of square windows around every pixel, over the measured pixels only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.linear_experts import LinearExpert
from hsi_studio.ml.instant.views import weighted

WINDOWS = (1, 3, 5, 9, 15, 21, 31)
"""Sides of the windows in pixels."""

_MOST_SCORES = 8_000_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WindowView:
    """The means of windows of several sizes, side after side; reflected at the borders.

    The mean of a score is the score of the mean, so a scene is scored pixel by pixel and the few planes of
    scores are averaged, not the many of features. A window without any measured pixel gives zeros.

    Parameters
    ----------
    planes : ndarray of float32 (N, k)
        What is averaged; zeros where nothing was measured.
    valid : ndarray of bool (rows, cols)
    sides : sequence of int
        Odd.
    """

    planes: Floats
    valid: NDArray[np.bool_]
    sides: Sequence[int] = WINDOWS

    def at(self, positions: NDArray[np.intp]) -> Floats:
        """Return the means (n, sides · k) around flat pixel indices (n,)."""
        from scipy.sparse import csr_array

        measured = self.valid.ravel().astype(np.float32)
        means = []
        for side in self.sides:
            inside = self._inside(positions, side)
            ends = np.arange(len(positions) + 1) * side**2
            ones = np.ones(inside.size, np.float32)
            sums = csr_array((ones, inside.ravel(), ends), shape=(len(positions), len(self.planes)))
            counts = measured[inside].sum(axis=1, keepdims=True)
            means.append((sums @ self.planes) / np.maximum(counts, 1))
        return np.concatenate(means, axis=1)

    def scores(self, expert: LinearExpert) -> Floats:
        from scipy.ndimage import uniform_filter

        total = np.zeros((len(expert.offsets), len(self.planes)), np.float32)
        total += expert.offsets[:, None]
        for side, share, single in zip(self.sides, self._shares, self._single(expert), strict=True):
            means = single
            if side > 1:
                images = single.reshape(-1, *self.valid.shape)
                means = uniform_filter(images, (1, side, side), mode="reflect").reshape(single.shape)
            total += means if share is None else means * share
        return total

    def _single(self, expert: LinearExpert) -> Iterator[Floats]:
        """Yield the scores (U, N) of single pixels by the weights of each side; several sides in one go."""
        weights = np.split(expert.weights, len(self.sides))
        at_once = max(1, _MOST_SCORES // (len(expert.offsets) * len(self.planes)))
        for first in range(0, len(weights), at_once):
            some = weights[first : first + at_once]
            yield from np.split(weighted([self.planes], [np.concatenate(some, axis=1)]), len(some))

    @property
    def arrays(self) -> Sequence[Floats]:
        return (self.planes,)

    @cached_property
    def _shares(self) -> tuple[Floats | None, ...]:
        """One over the share (N,) of measured pixels in each window; None where all are."""
        if self.valid.all():
            return (None,) * len(self.sides)
        return tuple(self._share(side) for side in self.sides)

    def _share(self, side: int) -> Floats:
        from scipy.ndimage import uniform_filter

        share = uniform_filter(self.valid.astype(np.float32), side, mode="reflect").ravel()
        return np.where(share > 0.5 / side**2, 1 / np.maximum(share, 1e-9), 0).astype(np.float32)

    def _inside(self, positions: NDArray[np.intp], side: int) -> NDArray[np.int32]:
        """Return the flat indices (n, side²) of the pixels in the window around each position."""
        height, width = self.valid.shape
        row, col = np.divmod(positions, width)
        steps = np.arange(side) - side // 2
        rows, cols = _reflected(row[:, None] + steps, height), _reflected(col[:, None] + steps, width)
        inside = rows[:, :, None] * width + cols[:, None, :]
        return np.asarray(inside.reshape(len(positions), -1), np.int32)


def _reflected(places: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Return places outside 0 … length − 1 mirrored at the edges, which are repeated, as SciPy does it."""
    folded = places % (2 * length)
    return np.asarray(np.minimum(folded, 2 * length - 1 - folded))
