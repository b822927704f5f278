"""The canvas's context menu: what can be done with the region under the cursor."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.probe import ground_text
from hsi_studio.app.session import Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.classes import ClassEntry
from hsi_studio.core.labels import Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.selection import Selection
from hsi_studio.core.wand import connected_region
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.label_paint import Paint, adding, erasing
from hsi_studio.gui.label_tools import LabelTools
from hsi_studio.gui.swatches import swatch


class LabelMenu(QObject):
    """Picks, selects, relabels and clears regions: connected pixels of one class."""

    notice = Signal(str)
    """Something to tell the user."""
    failed = Signal(object)
    """The exception of a region that could not be found."""

    def __init__(
        self, labelling: Labelling, session: Session, canvas: Canvas, tools: LabelTools, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._labelling, self._session, self._canvas, self._tools = labelling, session, canvas, tools
        self._worker = LatestWorker("regions", self)
        self._worker.answered.connect(self._on_region)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))
        canvas.menu_wanted.connect(self._open)
        canvas.selection_used.connect(self._use_selection)

    def stop(self) -> None:
        """End the thread, after the step in progress."""
        self._worker.stop()

    def build(self, row: int, col: int) -> QMenu:
        """Return the menu for a pixel."""
        menu = QMenu(self._canvas)
        labels = self._labelling.labels
        found = self._class_at(row, col)
        if found is not None:
            pick = menu.addAction(f"Pick {found.name}", partial(self._labelling.set_active, found.id))
            pick.setIcon(swatch(found.color))
        if labels is not None:
            menu.addAction("Select connected region", partial(self._select, labels, row, col))
            self._add_changes(menu, labels, row, col, found)
        menu.addSeparator()
        menu.addAction("Collect spectrum", partial(self._canvas.pick, row, col, collect=True))
        menu.addAction("Copy coordinates", partial(self._copy, row, col))
        return menu

    def _open(self, place: QPoint, row: int, col: int) -> None:
        menu = self.build(row, col)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _add_changes(self, menu: QMenu, labels: Labels, row: int, col: int, found: ClassEntry | None) -> None:
        may = not self._labelling.refusal and (found is None or not found.locked)
        relabel = menu.addMenu("Relabel region" if found is not None else "Label region")
        for entry in self._labelling.classes:
            if entry is not found:
                paint = adding(labels, self._labelling.classes, entry.id, "Relabel region")
                action = relabel.addAction(entry.name, partial(self._change, paint, row, col))
                action.setIcon(swatch(entry.color))
        relabel.setEnabled(may and not relabel.isEmpty())
        if found is not None:
            paint = erasing(labels, self._labelling.classes, f"Clear region: {found.name}")
            menu.addAction("Clear region", partial(self._change, paint, row, col)).setEnabled(may)

    def _class_at(self, row: int, col: int) -> ClassEntry | None:
        labels = self._labelling.labels
        id = 0 if labels is None else labels.at(row, col)
        return next((entry for entry in self._labelling.classes if entry.id == id), None)

    def _change(self, paint: Paint, row: int, col: int) -> None:
        self._tools.growing.fill(lambda progress: connected_region(paint.base, row, col, progress), paint)

    def _select(self, labels: Labels, row: int, col: int) -> None:
        self._worker.request("region", partial(connected_region, labels, row, col, Progress()))

    def _on_region(self, _kind: Hashable, region: Selection) -> None:
        self._canvas.set_selection(region)
        pixels = f"{region.count:,}".replace(",", "\u202f")
        self.notice.emit(f"{pixels} pixels selected: Enter labels them, Delete clears them, Esc lets go.")

    def _use_selection(self, label: bool) -> None:
        selection, easel = self._canvas.selection, self._tools.easel
        title = "Label selection" if label else "Clear selection"
        paint = easel.paint(title, self._tools.options.now) if label else easel.eraser(title)
        if selection is not None and paint is not None:
            self._canvas.set_selection(None)
            self._tools.growing.fill(lambda _: selection, paint)

    def _copy(self, row: int, col: int) -> None:
        cube = self._session.cube
        ground = "" if cube is None or cube.georef is None else ground_text(cube.georef, row, col)
        text = f"row {row}, col {col}" + (f", {ground}" if ground else "")
        QGuiApplication.clipboard().setText(text)
        self.notice.emit(f"Copied: {text}")
