"""Files dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class Drops(QObject):
    """Opens or imports what is dropped on the window, and marks its middle while something is over it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._mark(True)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._mark(False)
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._mark(False)
            event.acceptProposedAction()
            urls = event.mimeData().urls()
            self._window.label_files.drop([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])
            return True
        return super().eventFilter(watched, event)

    def _mark(self, dropping: bool) -> None:
        centre = self._window.centre
        centre.setProperty("dropping", dropping)
        centre.style().unpolish(centre)
        centre.style().polish(centre)
