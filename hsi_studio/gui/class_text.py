"""The description of the active class, to be read."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from hsi_studio.app.labelling import Labelling
from hsi_studio.gui.widgets import named, section

_HEIGHT = 150


class ClassText(QWidget):
    """Heading and text; a sentence in their place where there is none."""

    def __init__(self, labelling: Labelling) -> None:
        super().__init__()
        self._labelling = labelling
        self.heading = section("Description")
        self.text = named(QLabel(), "Description of the active class")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.text.setContentsMargins(0, 0, 4, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.text)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(area, 1)
        self.setFixedHeight(_HEIGHT)
        labelling.active_changed.connect(self._refresh)
        labelling.classes_changed.connect(self._refresh)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def _refresh(self) -> None:
        active = next((e for e in self._labelling.classes if e.id == self._labelling.active), None)
        self.setVisible(active is not None)
        if active is not None:
            self.heading.setText(f"DESCRIPTION — {active.name.upper()}")
            self.text.setText(active.description or f"{active.name} has no description yet.")
            self.text.setProperty("muted", not active.description)
            self.text.style().unpolish(self.text)
            self.text.style().polish(self.text)
