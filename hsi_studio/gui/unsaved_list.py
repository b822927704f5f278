"""Labelling that was never saved under a name, on the start page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hsi_studio.app.scratch import Scratch
from hsi_studio.gui.widgets import muted, named, quiet_button, section

_MOST_SHOWN = 3


class UnsavedList(QWidget):
    """One row for each: what was labelled, "Continue", and a way to throw it away."""

    chosen = Signal(object)
    """The `Scratch` to go on with."""
    discarded = Signal(object)
    """The `Scratch` that is no longer wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(section("Unsaved labelling"))
        self.rows: list[QWidget] = []
        self.hide()

    def show_found(self, found: Sequence[Scratch]) -> None:
        """List the newest."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [self._row(one) for one in found[:_MOST_SHOWN]]
        for row in self.rows:
            self._column.addWidget(row)
        self.setVisible(bool(self.rows))

    def _row(self, scratch: Scratch) -> QWidget:
        row = QFrame()
        row.setProperty("card", True)
        row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(QLabel(scratch.subject))
        texts.addWidget(muted(scratch.said_now()))
        go_on = named(QPushButton("Continue"), f"Continue with the unsaved labelling of {scratch.subject}")
        go_on.clicked.connect(lambda _checked: self.chosen.emit(scratch))
        discard = quiet_button("trash", f"Discard the unsaved labelling of {scratch.subject}…")
        discard.clicked.connect(lambda _checked: self.discarded.emit(scratch))
        line = QHBoxLayout(row)
        line.setContentsMargins(12, 8, 8, 8)
        line.addLayout(texts, 1)
        line.addWidget(go_on)
        line.addWidget(discard)
        return row
