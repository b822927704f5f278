"""The open cubes, and those that a project misses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy

from hsi_studio.app.project_reading import Missing
from hsi_studio.app.session import Session
from hsi_studio.core.facts import summary
from hsi_studio.gui.rich_list import FADED, RIGHT_TEXT, SECOND_LINE, RichDelegate

_MOST_ROWS_SHOWN = 5


class CubesList(QListWidget):
    """Open cubes, the selected one being the current one of the session; below them those not found."""

    menu_wanted = Signal(QPoint)
    """A context menu for the current cube, at this place of the screen."""
    locate_wanted = Signal()
    """Someone wants to find a missing cube."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._missing: tuple[Missing, ...] = ()
        self.setAccessibleName("Open cubes")
        self.setItemDelegate(RichDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.currentRowChanged.connect(self._select)
        self.itemClicked.connect(self._locate)
        self.itemActivated.connect(self._locate)
        session.cubes_changed.connect(self._fill)
        session.current_changed.connect(self._mark_current)
        self._fill()

    def show_missing(self, missing: Sequence[Missing]) -> None:
        """List cubes of the project that could not be opened."""
        self._missing = tuple(missing)
        self._fill()

    def _fill(self) -> None:
        self.blockSignals(True)
        self.clear()
        for opened in self._session.cubes:
            item = QListWidgetItem(opened.cube.name, self)
            item.setData(SECOND_LINE, summary(opened.cube))
            item.setToolTip(str(opened.cube.path or opened.cube.name))
        for one in self._missing:
            self._add_missing(one)
        self._mark_current()
        self.blockSignals(False)
        rows = min(max(1, self.count()), _MOST_ROWS_SHOWN)
        self.setFixedHeight(rows * max(self.sizeHintForRow(0), 28) + 2)

    def _add_missing(self, missing: Missing) -> None:
        item = QListWidgetItem(missing.known.name, self)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)  # it cannot become the current cube
        item.setData(SECOND_LINE, "not found; its labels are safe")
        item.setData(RIGHT_TEXT, "Locate…")
        item.setData(FADED, True)
        item.setToolTip(str(missing.error))

    def _mark_current(self) -> None:
        current = self._session.current
        self.setCurrentRow(-1 if current is None else self._session.cubes.index(current))

    def _select(self, row: int) -> None:
        if row < len(self._session.cubes):
            self._session.select(row)

    def _locate(self, item: QListWidgetItem) -> None:
        if item.data(FADED):
            self._mark_current()
            self.locate_wanted.emit()

    def _ask_for_menu(self, position: QPoint) -> None:
        item = self.itemAt(position)
        if item is not None and not item.data(FADED):
            self.menu_wanted.emit(self.viewport().mapToGlobal(position))
