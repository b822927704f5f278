"""One line that finds every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsi_studio.gui.fuzzy import ranked
from hsi_studio.gui.rich_list import RIGHT_TEXT, RichDelegate
from hsi_studio.gui.widgets import muted, named

_WIDTH, _HEIGHT = 560, 400
_MOST = 60


@dataclass(frozen=True)
class Command:
    """What the palette offers: a text such as ``View: True colour``, the keys, and what it does."""

    text: str
    keys: str
    run: Callable[[], object]


class CommandPalette(QDialog):
    """Lists commands that answer what is typed; Enter runs the marked one, Esc leaves."""

    def __init__(self, commands: Callable[[], Sequence[Command]], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._commands = commands
        self.line = named(QLineEdit(), "Search commands")
        self.line.setPlaceholderText("Search commands…")
        self.list = named(QListWidget(), "Commands found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(RichDelegate(self.list))
        self.nothing = muted("No command answers that.")
        self._lay_out()
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self.line.installEventFilter(self)
        self._search("")
        self._place(parent)

    def _lay_out(self) -> None:
        frame = QFrame()
        frame.setProperty("card", True)
        column = QVBoxLayout(frame)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.line)
        column.addWidget(self.nothing)
        column.addWidget(self.list)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.line.setFocus()

    def refresh(self) -> None:
        """Ask anew what there is."""
        self._search(self.line.text())

    def _place(self, parent: QWidget) -> None:
        self.resize(min(_WIDTH, parent.width() - 32), min(_HEIGHT, parent.height() - 96))
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 64)

    def _search(self, text: str) -> None:
        self.list.clear()
        for command in ranked(text, self._commands(), lambda command: command.text)[:_MOST]:
            item = QListWidgetItem(command.text, self.list)
            item.setData(RIGHT_TEXT, command.keys)
            item.setData(Qt.ItemDataRole.UserRole, command)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(self.list.count() == 0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in steps:
            row = self.list.currentRow() + steps[Qt.Key(event.key())]
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
            return True
        return super().eventFilter(watched, event)
