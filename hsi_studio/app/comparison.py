"""A map beside the truth: which classes it takes for which, away from the labels it learned from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.class_matching import renumbered
from hsi_studio.core.classes import ClassEntry, ClassRaster
from hsi_studio.core.labels import Labels
from hsi_studio.core.reading import row_strips
from hsi_studio.core.window import Window
from hsi_studio.ml.metrics import Agreement, agreement_of

NEAR = 3
"""Pixels around a label within which a test pixel is its neighbour."""


@dataclass(frozen=True, eq=False)
class Pair:
    """A truth and a map of one image, and the labels, which are compared nowhere."""

    truth: ClassRaster
    map: ClassRaster
    labels: Labels | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """How a map agrees with a truth.

    Parameters
    ----------
    pair : Pair
    classes : tuple of ClassEntry
        Of the map, then those of the truth that it lacks.
    figures : Agreement, optional
        Its `ids` are places in `classes`, from 1; 0 is "no class". None when no pixel was left to compare.
    left_out : int
        Pixels of the truth that were labels.
    near : float
        Share of the compared pixels that lie within `NEAR` pixels of a label.
    unknown : int
        Compared pixels of classes that the map does not know.
    """

    pair: Pair
    classes: tuple[ClassEntry, ...]
    figures: Agreement | None
    left_out: int
    near: float
    unknown: int

    @property
    def rows(self) -> tuple[int, ...]:
        """Places of the classes that the truth has, from 1."""
        return () if self.figures is None else tuple(one.id for one in self.figures.per_class)

    @property
    def columns(self) -> tuple[int, ...]:
        """Places of the classes that either has; 0, "no class", last."""
        if self.figures is None:
            return ()
        used = self.figures.confusion.any(axis=0) | self.figures.confusion.any(axis=1)
        ids = [int(id) for id in self.figures.ids[used]]
        return tuple(sorted(ids, key=lambda id: (id == 0, id)))

    def count(self, truth: int, found: int) -> int:
        """Return the number of pixels of a class that the map takes for another."""
        return 0 if self.figures is None else int(self.figures.confusion[truth, found])


class Comparator(QObject):
    """Compares on a thread of its own, while anybody looks at it."""

    changed = Signal(object)
    """`Comparison`, or None when there is no truth beside a map."""
    pixels_found = Signal(object)
    """Mask (rows, cols) of the pixels of the cell that `find` asked for, or None."""
    failed = Signal(object)

    def __init__(self, session: Session, labelling: Labelling, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._labelling = session, labelling
        self._watched = False
        self._pair: Pair | None = None
        self._names: tuple[str, str] = ("", "")
        self._worker = LatestWorker("comparison", self)
        self._worker.answered.connect(self._tell)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))
        session.current_changed.connect(self._update)
        session.layers_changed.connect(self._update)
        labelling.labels_changed.connect(self._update)

    def watch(self, watched: bool) -> None:
        """Follow layers and labels, or rest."""
        self._watched = watched
        self._update()

    def choose(self, truth: str, found: str) -> None:
        """Compare the layers of these names; empty: whichever fit."""
        self._names = truth, found
        self._update()

    @property
    def candidates(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the layers that can be the truth, and of those that can be the map."""
        truths, maps = _candidates(self._session)
        return tuple(one.name for one in truths), tuple(one.name for one in maps)

    def find(self, comparison: Comparison, truth: int, found: int) -> None:
        """Ask for the pixels of class place `truth` that the map takes for `found`."""
        self._worker.request("pixels", partial(pixels_of, comparison, truth, found))

    def forget_pixels(self) -> None:
        """Ask for no pixels any more."""
        self._worker.drop("pixels")

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _update(self, _: object = None) -> None:
        if not self._watched:
            return
        pair = self._chosen()
        if _same(pair, self._pair):
            return
        self._pair = pair
        if pair is None:
            self._worker.drop("confusion")
            self.changed.emit(None)
        else:
            self._worker.request("confusion", partial(compare, pair))

    def _chosen(self) -> Pair | None:
        truths, maps = _candidates(self._session)
        if not truths or not maps:
            return None
        truth = next((one for one in truths if one.name == self._names[0]), truths[0])
        found = next((one for one in maps if one.name == self._names[1]), maps[0])
        return Pair(truth, found, self._labelling.labels)

    def _tell(self, kind: object, answer: object) -> None:
        (self.changed if kind == "confusion" else self.pixels_found).emit(answer)


def compare(pair: Pair) -> Comparison:
    """Count, strip by strip; see `Comparison`."""
    counter = _Counter(pair)
    for area in row_strips(Window.full(*pair.map.shape), 1):
        counter.add(area)
    return counter.result()


def pixels_of(comparison: Comparison, truth: int, found: int) -> NDArray[np.bool_]:
    """Return the mask (rows, cols) of the compared pixels in one cell of the matrix."""
    counter = _Counter(comparison.pair)
    mask = np.zeros(comparison.pair.map.shape, bool)
    for area in row_strips(Window.full(*mask.shape), 1):
        wanted, got, compared = counter.read(area)
        mask[area.slices()] = compared & (wanted == truth) & (got == found)
    return mask


class _Counter:
    """Reads truth and map as places among the same classes."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._truth, self._classes = renumbered(pair.truth.classes.entries, pair.map.classes.entries)
        self._map = np.zeros(max((entry.id for entry in pair.map.classes), default=0) + 1, np.intp)
        for place, entry in enumerate(pair.map.classes, 1):
            self._map[entry.id] = place
        self._learned = _learned(pair.map)
        size = len(self._classes) + 1
        self._confusion = np.zeros((size, size), np.int64)
        self._left_out = self._near = 0

    def add(self, area: Window) -> None:
        """Count the pixels of a window."""
        wanted, got, compared = self.read(area)
        size = len(self._confusion)
        pairs = wanted[compared] * size + got[compared]
        self._confusion += np.bincount(pairs, minlength=size**2).reshape(size, size)
        self._left_out += int(np.count_nonzero(wanted)) - int(np.count_nonzero(compared))
        self._near += int(np.count_nonzero(compared & self._neighbours(area)))

    def read(self, area: Window) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Return truth, map and whether they are compared, of a window."""
        wanted = self._truth[self._pair.truth.indices(area)]
        got = self._map[self._pair.map.indices(area)]
        return wanted, got, (wanted > 0) & ~self._taught(area)

    def result(self) -> Comparison:
        """Return the comparison of what was counted."""
        compared = int(self._confusion.sum())
        known = len(self._pair.map.classes)
        return Comparison(
            self._pair,
            self._classes,
            agreement_of(np.arange(len(self._confusion)), self._confusion) if compared else None,
            self._left_out,
            self._near / max(1, compared),
            int(self._confusion[known + 1 :].sum()),
        )

    def _taught(self, area: Window) -> NDArray[np.bool_]:
        """Return which pixels of a window have labels that the map learned from, or may have."""
        labels = self._pair.labels
        taught = np.zeros((area.rows, area.cols), bool) if labels is None else labels.read(area) != 0
        if self._learned is not None:
            taught |= self._learned[area.slices()]
        return taught

    def _neighbours(self, area: Window) -> NDArray[np.bool_]:
        wide = Window(area.row - NEAR, area.col, area.rows + 2 * NEAR, area.cols).clipped(
            *self._pair.map.shape
        )
        return _spread(_spread(self._taught(wide)).T).T[area.row - wide.row :][: area.rows]


def _spread(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask that reaches `NEAR` rows further up and down.

    SciPy's maximum filter does the same; importing it beside a first map holds the window up for 0.1 s.
    """
    spread = mask.copy()
    for step in range(1, NEAR + 1):
        spread[step:] |= mask[:-step]
        spread[:-step] |= mask[step:]
    return spread


def _learned(found: ClassRaster) -> NDArray[np.bool_] | None:
    if found.learned is None:
        return None
    mask = np.zeros(found.shape, bool)
    mask.flat[found.learned] = True
    return mask


def _candidates(session: Session) -> tuple[list[ClassRaster], list[ClassRaster]]:
    """Return truths and maps, the topmost first: a map comes with confidence."""
    layers = () if session.current is None else session.current.layers
    rasters = [layer.raster for layer in reversed(layers) if isinstance(layer.raster, ClassRaster)]
    truths = [one for one in rasters if one.confidence is None]
    return truths, [one for one in rasters if one.confidence is not None]


def _same(one: Pair | None, other: Pair | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.truth is other.truth and one.map is other.map and one.labels is other.labels
