"""What the window shows while nothing is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.gui.rich_list import FADED, RIGHT_TEXT, SECOND_LINE, RichDelegate
from hsi_studio.gui.theme import scaled_font
from hsi_studio.gui.unsaved_list import UnsavedList
from hsi_studio.gui.widgets import muted, section, set_icon

_WIDTH = 560
_PATH = Qt.ItemDataRole.UserRole


class StartPage(QScrollArea):
    """Name, three ways to begin, recent files. It scrolls, so that it claims no room while it is hidden."""

    open_file = Signal()
    open_folder = Signal()
    open_demo = Signal()
    open_path = Signal(str)
    forget_path = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setAccessibleName("Start page")
        self.unsaved = UnsavedList()
        self.recent = RecentList()
        self.recent.chosen.connect(self.open_path)
        self.recent.forgotten.connect(self.forget_path)
        self._recent_heading = section("Recent")
        self._buttons = [
            _button("Open cube…", self.open_file),
            _button("Open folder…", self.open_folder),
            _button("Open the demo scene", self.open_demo),
        ]
        self._buttons[0].setProperty("primary", True)
        for button, name in zip(self._buttons[1:], ("folder-open", "image"), strict=True):
            set_icon(button, name)
        self._lay_out()

    def _lay_out(self) -> None:
        name = QLabel("hsi_studio")
        name.setFont(scaled_font(self.font(), 2.4, bold=True))
        line = muted("Look into hyperspectral cubes, label pixels, say what they are: the map appears.")
        hint = muted("… or drop files or folders anywhere on this window.")
        self.keys = muted("")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in self._buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(inner)
        column.setSpacing(8)
        for part in (
            name,
            line,
            16,
            buttons,
            hint,
            16,
            self.unsaved,
            16,
            self._recent_heading,
            self.recent,
            24,
            self.keys,
        ):
            _add(column, part)
        self._centre(inner)

    def _centre(self, inner: QWidget) -> None:
        content = QWidget()
        row = QHBoxLayout(content)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        row.setAlignment(inner, Qt.AlignmentFlag.AlignVCenter)
        self.setWidget(content)

    def set_keys(self, palette: str, help_keys: str) -> None:
        """Tell the two keys that lead to everything else."""
        self.keys.setText(f"{palette} finds every command · {help_keys} opens the help")

    def set_recent(self, paths: Sequence[str]) -> None:
        """List recent files."""
        self.recent.set_paths(paths)
        for widget in (self.recent, self._recent_heading):
            widget.setVisible(bool(paths))


class RecentList(QListWidget):
    """Recent files: Enter or a click opens, Delete or the menu forgets."""

    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Recent files")
        self.setItemDelegate(RichDelegate(self))
        self.viewport().setAutoFillBackground(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.itemClicked.connect(self._open)
        self.itemActivated.connect(self._open)
        delete = QShortcut(QKeySequence.StandardKey.Delete, self)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._forget)

    def set_paths(self, paths: Sequence[str]) -> None:
        """Fill the list."""
        self.clear()
        for text in paths:
            path = Path(text)
            item = QListWidgetItem(path.name, self)
            item.setData(_PATH, text)
            item.setData(SECOND_LINE, str(path.parent))
            item.setToolTip(text)
        self.setFixedHeight(min(6, max(1, len(paths))) * max(self.sizeHintForRow(0), 24) + 4)

    def set_missing(self, missing: Collection[str]) -> None:
        """Grey the files that are gone."""
        for item in map(self.item, range(self.count())):
            text = item.data(_PATH)
            gone = text in missing
            item.setData(FADED, gone)
            item.setData(RIGHT_TEXT, "not found" if gone else "")
            item.setToolTip(f"{text} is not there; Delete removes it from the list" if gone else text)

    def _open(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_PATH))

    def _forget(self) -> None:
        if self.currentItem() is not None:
            self.forgotten.emit(self.currentItem().data(_PATH))

    def _menu(self, position: QPoint) -> None:
        if self.itemAt(position) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Remove from this list", self._forget)
        menu.popup(self.viewport().mapToGlobal(position))


def _button(text: str, signal: SignalInstance) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(signal)
    return button


def _add(column: QVBoxLayout, part: QWidget | QHBoxLayout | int) -> None:
    if isinstance(part, int):
        column.addSpacing(part)
    elif isinstance(part, QHBoxLayout):
        column.addLayout(part)
    else:
        column.addWidget(part)
