"""What the colours over the image stand for, and how much of it each class covers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import Session, top_class_layer
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.classes import ClassEntry, ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.ground import pixel_area
from hsi_studio.core.reading import row_strips
from hsi_studio.core.window import Window

_SQUARE_METRES_PER_HECTARE = 10_000
_LEAST_SHARE = 0.001


@dataclass(frozen=True)
class LegendRow:
    """One class: its pixels, their share (0 to 1) of all that have a class, and hectares where known."""

    entry: ClassEntry
    pixels: int
    share: float
    hectares: float | None

    @property
    def share_text(self) -> str:
        """The share in per cent; a dash for a class that no pixel has."""
        if self.pixels and self.share < _LEAST_SHARE:
            return f"< {100 * _LEAST_SHARE:.1f} %"
        return f"{100 * self.share:.1f} %" if self.pixels else "–"


@dataclass(frozen=True, eq=False)
class Legend:
    """The classes of a raster in the order of their table."""

    raster: ClassRaster
    rows: tuple[LegendRow, ...]
    without: int
    """Number of pixels that have no class: rejected, or without a value."""

    @property
    def pixels(self) -> int:
        """Number of pixels that have a class."""
        return sum(row.pixels for row in self.rows)

    @property
    def hectares(self) -> float | None:
        """Area that has a class; None without a known position."""
        areas = [row.hectares for row in self.rows if row.hectares is not None]
        return sum(areas) if areas else None


class LegendService(QObject):
    """Counts the topmost visible class layer of the current cube on a thread, once per raster."""

    changed = Signal(object)
    """The `Legend`, or None where no layer of classes is shown."""
    failed = Signal(object)
    """The exception that counting raised."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._raster: ClassRaster | None = None
        self._counts: WeakKeyDictionary[ClassRaster, NDArray[np.intp]] = WeakKeyDictionary()
        self._worker = LatestWorker("legend", self)
        self._worker.answered.connect(self._tell)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))
        session.current_changed.connect(self._update)
        session.layers_changed.connect(self._update)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _update(self) -> None:
        current = self._session.current
        top = None if current is None else top_class_layer(current)
        raster = None if top is None else top[1]
        if raster is self._raster:
            return
        self._raster = raster
        if raster is None or current is None:
            self._worker.drop("legend")
            self.changed.emit(None)
        else:
            self._worker.request("legend", partial(self._count, raster, current.cube))

    def _count(self, raster: ClassRaster, cube: Cube) -> Legend:
        if raster not in self._counts:
            self._counts[raster] = class_counts(raster)
        return legend(raster, self._counts[raster], pixel_area(cube))

    def _tell(self, _: Hashable, legend: Legend) -> None:
        self.changed.emit(legend)


def class_counts(raster: ClassRaster) -> NDArray[np.intp]:
    """Return the number of pixels of each id (largest id + 1,), read in strips."""
    counts = np.zeros(len(raster.colors()), np.intp)
    for strip in row_strips(Window.full(*raster.shape), 1):
        counts += np.bincount(raster.indices(strip).ravel(), minlength=len(counts))
    return counts


def legend(raster: ClassRaster, counts: NDArray[np.intp], area: float | None) -> Legend:
    """Return the legend of a raster from its counts by id and the area of a pixel in m²."""
    whole = int(sum(counts[entry.id] for entry in raster.classes))
    hectares = None if area is None else area / _SQUARE_METRES_PER_HECTARE
    rows = (_row(entry, int(counts[entry.id]), whole, hectares) for entry in raster.classes)
    return Legend(raster, tuple(rows), int(counts.sum()) - whole)


def _row(entry: ClassEntry, pixels: int, whole: int, hectares: float | None) -> LegendRow:
    return LegendRow(entry, pixels, pixels / max(1, whole), None if hectares is None else pixels * hectares)
