"""Finding cubes of a project that do not lie where they were."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from hsi_studio.app.project_reading import Missing
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.files import ask_files, ask_folder
from hsi_studio.gui.widgets import named

_TEXT = (
    "These cubes of the project are not where they were, or are not the images that were labelled. "
    "Their labels are safe and are shown again as soon as the right files are found."
)
_COLUMNS = ("Cube", "Where it was", "What is wrong")
_WIDTHS = (150, 220)
"""Of all columns but the last, which takes what is left."""


class LocateDialog(Question):
    """Lists missing cubes; asks for the file of one, or for a folder to search for all."""

    file_chosen = Signal(object, object)
    """(`Missing`, path) of the file that is said to be that cube."""
    folder_chosen = Signal(object, object)
    """(tuple of `Missing`, path) of a folder to search."""

    def __init__(self, parent: QWidget, missing: Sequence[Missing], folder: str) -> None:
        super().__init__(parent, "Locate cubes", _TEXT, "Close")
        self.setMinimumWidth(640)
        self._folder = folder
        self.list = named(QTreeWidget(), "Missing cubes")
        self.list.setHeaderLabels(list(_COLUMNS))
        self.list.setRootIsDecorated(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setUniformRowHeights(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.choose = QPushButton("Choose the file…")
        self.search = QPushButton("Search in a folder…")
        self.choose.clicked.connect(self._ask_file)
        self.search.clicked.connect(self._ask_folder)
        self.note = QLabel()
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        for button in (self.choose, self.search):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        for part in (self.list, self.note):
            self.body.addWidget(part)
        self.body.addLayout(row)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).hide()
        self.show_missing(missing)

    def show_missing(self, missing: Sequence[Missing], note: str = "") -> None:
        """List what is missing still; the dialog closes when nothing is."""
        self._missing = tuple(missing)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.list.clear()
        items = [self._item(one) for one in missing]
        for column, width in enumerate(_WIDTHS):
            self.list.setColumnWidth(column, width)
        if items:
            self.list.setCurrentItem(items[0])
        else:
            self.accept()

    def _item(self, missing: Missing) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.list, [missing.known.name, str(missing.path), missing.error.cause])
        for column, tip in enumerate((missing.known.name, str(missing.path), str(missing.error))):
            item.setToolTip(column, tip)
        return item

    def _ask_file(self) -> None:
        row = self.list.currentIndex().row()
        if row >= 0:
            one = self._missing[row]
            ask_files(
                self,
                f"Locate {one.known.name}",
                self._folder,
                lambda paths: self.file_chosen.emit(one, paths[0]),
                many=False,
            )

    def _ask_folder(self) -> None:
        title = "Search in a folder and those within it"
        ask_folder(self, title, self._folder, partial(self._search, self._missing))

    def _search(self, missing: tuple[Missing, ...], paths: Sequence[Path]) -> None:
        self.folder_chosen.emit(missing, paths[0])
