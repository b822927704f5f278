"""A small field that asks the scene: a phrase in, its heat map over the image."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from hsi_studio.app.scene_query import Heat, SceneQuery


class QueryField(QLineEdit):
    """Enter asks, Esc takes the heat map away."""

    def __init__(self, query: SceneQuery) -> None:
        super().__init__()
        self._query = query
        self.setAccessibleName("Ask the scene")
        self.setPlaceholderText("Ask the scene…")
        self.setToolTip("Any phrase: where does it fit? Enter shows a heat map, Esc takes it away")
        self.setClearButtonEnabled(True)
        self.returnPressed.connect(lambda: query.ask(self.text()))
        self.textChanged.connect(lambda text: None if text else query.clear())
        query.answered.connect(self._on_answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self._query.clear()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _on_answer(self, heat: Heat | None) -> None:
        if heat is None:
            self.clear()
