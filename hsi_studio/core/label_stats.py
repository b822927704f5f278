"""Numbers about labels that follow an edit without looking at the rest of the image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import LabelEdit, Labels, Patch
from hsi_studio.core.progress import Progress
from hsi_studio.core.reading import row_strips
from hsi_studio.core.spectra import Spectrum
from hsi_studio.core.window import Window

_STRIP_VALUES = 1_000_000


def counts(labels: Labels) -> dict[int, int]:
    """Return the number of pixels of every class that has any, by id."""
    total = np.zeros(1, np.int64)
    for tile in labels.tiles.values():
        total = _sum(total, np.bincount(tile.ravel()))
    return {id: int(count) for id, count in enumerate(total) if id and count}


def changed_counts(edit: LabelEdit) -> dict[int, int]:
    """Return by how many pixels an edit changes every class that it changes, by id."""
    total = np.zeros(1, np.int64)
    for patch in edit:
        total = _sum(total, np.bincount(patch.after.ravel()), -np.bincount(patch.before.ravel()))
    return {id: int(change) for id, change in enumerate(total) if id and change}


def _sum(*parts: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(max(len(part) for part in parts), np.int64)
    for part in parts:
        total[: len(part)] += part
    return total


@dataclass(frozen=True, eq=False)
class ClassSpectra:
    """Mean and standard deviation of the labelled pixels of every class. A value, as `Labels` is.

    Parameters
    ----------
    cube : Cube
    sums : mapping of class id to what was added up
    """

    cube: Cube
    sums: Mapping[int, _Sums] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, cube: Cube, labels: Labels, progress: Progress | None = None) -> ClassSpectra:
        """Read all labelled pixels once."""
        edit = (
            Patch(labels.tile_window(key), np.zeros_like(tile), tile) for key, tile in labels.tiles.items()
        )
        return cls(cube).applied(tuple(edit), progress)

    def applied(self, edit: LabelEdit, progress: Progress | None = None) -> ClassSpectra:
        """Return the spectra after an edit; only the pixels that it changes are read."""
        progress = Progress() if progress is None else progress
        sums = dict(self.sums)
        for number, patch in enumerate(edit):
            progress.update(number / len(edit), "Averaging classes")
            for strip in row_strips(patch.window, self.cube.bands, values=_STRIP_VALUES):
                self._follow(sums, patch, strip)
        return replace(self, sums=MappingProxyType(sums))

    def spectrum(self, id: int, name: str = "") -> Spectrum | None:
        """Return mean and sample standard deviation of a class in stored values; None without pixels.

        Invalid values are left out band by band; a band without any valid value is NaN.
        """
        found = self.sums.get(id)
        return None if found is None else Spectrum(name, found.mean(), found.std(), found.pixels)

    def _follow(self, sums: dict[int, _Sums], patch: Patch, strip: Window) -> None:
        part = slice(strip.row - patch.window.row, strip.row_stop - patch.window.row)
        before, after = patch.before[part], patch.after[part]
        changed = before != after
        if not changed.any():
            return
        stored = self.cube.block(strip)[changed]
        values = stored.astype(np.float64)
        values[self.cube.invalid(stored)] = np.nan
        for ids, sign in ((after[changed], 1), (before[changed], -1)):
            for id in np.unique(ids[ids > 0]).tolist():
                _add(sums, id, values[ids == id], sign)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over pixels of deviations from a fixed spectrum, which can be taken back.

    Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115: near the mean, sums of squares lose no
    digits to it.
    """

    origin: NDArray[np.float64]
    pixels: int
    count: NDArray[np.int64]
    total: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def around(cls, values: NDArray[np.float64]) -> _Sums:
        """Return empty sums of deviations from the first valid value of every band of (n, bands)."""
        first = np.isfinite(values).argmax(axis=0)
        zeros = np.zeros(values.shape[1])
        return cls(np.nan_to_num(values[first, range(len(zeros))]), 0, zeros.astype(np.int64), zeros, zeros)

    def changed(self, values: NDArray[np.float64], sign: int) -> _Sums:
        """Return the sums with (n, bands) added or, with `sign` -1, taken away."""
        valid = np.isfinite(values)
        deviations = np.where(valid, values - self.origin, 0)
        return _Sums(
            self.origin,
            self.pixels + sign * len(values),
            self.count + sign * valid.sum(axis=0),
            self.total + sign * deviations.sum(axis=0),
            self.squares + sign * np.einsum("ij,ij->j", deviations, deviations),
        )

    def mean(self) -> NDArray[np.float32]:
        means = self.origin + self.total / np.maximum(self.count, 1)
        return np.where(self.count > 0, means, np.nan).astype(np.float32)

    def std(self) -> NDArray[np.float32]:
        squares = np.maximum(self.squares - self.total**2 / np.maximum(self.count, 1), 0)
        deviation = np.sqrt(squares / np.maximum(self.count - 1, 1))
        return np.where(self.count > 1, deviation, np.nan).astype(np.float32)


def _add(sums: dict[int, _Sums], id: int, values: NDArray[np.float64], sign: int) -> None:
    """Change the sums of a class; without pixels it is forgotten, and its rounding with it."""
    changed = sums.get(id, _Sums.around(values)).changed(values, sign)
    if changed.pixels:
        sums[id] = changed
    else:
        del sums[id]
