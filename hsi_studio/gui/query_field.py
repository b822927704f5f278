"""A small field that asks the scene: a phrase in, its heat map over the image."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from hsi_studio.app.scene_query import Heat, SceneQuery
from hsi_studio.gui.canvas import Canvas


class QueryField(QLineEdit):
    """Enter asks, Esc takes the heat map away, here and over the image."""

    def __init__(self, query: SceneQuery, canvas: Canvas) -> None:
        super().__init__()
        self._query, self._canvas = query, canvas
        canvas.installEventFilter(self)
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and self._is_asked_to_go(event)
        ):
            self._query.clear()
            return True
        return super().eventFilter(watched, event)

    def _is_asked_to_go(self, event: QKeyEvent) -> bool:
        """Tell whether Esc means the heat map, and nothing that is drawn or selected over it."""
        busy = self._canvas.drawing or self._canvas.selection is not None
        return event.key() == Qt.Key.Key_Escape and self._query.heat is not None and not busy

    def _on_answer(self, heat: Heat | None) -> None:
        if heat is None:
            self.clear()
