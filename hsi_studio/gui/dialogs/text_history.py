"""Every text that a class has had, and what differs from the one it has now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.scratch import spoken_time
from hsi_studio.core.classes import ClassEntry
from hsi_studio.core.word_diff import word_diff
from hsi_studio.gui.theme import Theme
from hsi_studio.gui.widgets import muted, named
from hsi_studio.io.project import DescriptionVersion

_LIST_WIDTH = 250
_EMPTY = "no text: the name stands in"


class TextHistoryDialog(QDialog):
    """Versions, newest first, with a comparison word by word."""

    restore_wanted = Signal(str)
    """Text that the class is to have again."""
    compare_wanted = Signal(str)
    """Text whose map is to be compared with the present one's."""

    def __init__(
        self, parent: QWidget, entry: ClassEntry, versions: Sequence[DescriptionVersion], refusal: str
    ) -> None:
        super().__init__(parent)
        self._entry, self._refusal = entry, refusal
        self._versions = tuple(reversed(versions))
        self.setWindowTitle(f"What was written about {entry.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 420)
        self.list = named(QListWidget(), "Versions, newest first")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.text = named(QTextBrowser(), "What differs from the present text")
        self.note = muted("")
        self.restore, self.compare = QPushButton("Restore"), QPushButton("Compare maps (A/B)")
        self._lay_out()
        for version in self._versions:
            self.list.addItem(_item(version))
        self.list.currentRowChanged.connect(self._show)
        self.restore.clicked.connect(self._restore)
        self.compare.clicked.connect(self._compare)
        self.list.setCurrentRow(0)
        self._show(self.list.currentRow())

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.restore, self.compare):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(row, 1)
        column.addWidget(self.note)
        column.addWidget(buttons)

    @property
    def _chosen(self) -> str | None:
        row = self.list.currentRow()
        return self._versions[row].text if 0 <= row < len(self._versions) else None

    def _show(self, _row: int) -> None:
        chosen, present = self._chosen, self._entry.description
        other = chosen is not None and chosen != present
        self.restore.setEnabled(other and not self._refusal)
        self.restore.setToolTip(self._refusal)
        self.compare.setEnabled(other)
        if chosen is None:
            self.note.setText(
                "Nothing was written in this project yet; every text is kept from the first on."
            )
        elif other:
            self.note.setText("Struck out: only in this version. Underlined: only in the present text.")
        else:
            self.note.setText("This is the present text.")
        self.text.setHtml(diff_html(present if chosen is None else chosen, present))

    def _restore(self) -> None:
        if self._chosen is not None:
            self.restore_wanted.emit(self._chosen)
            self.accept()

    def _compare(self) -> None:
        if self._chosen is not None:
            self.compare_wanted.emit(self._chosen)
            self.accept()


def diff_html(old: str, new: str) -> str:
    """Return both texts as one, with what only one of them has marked by colour and by line."""
    tokens = Theme.current()
    looks = {
        "same": "",
        "gone": f"color: {tokens.bad}; text-decoration: line-through",
        "new": f"color: {tokens.good}; text-decoration: underline",
    }
    spans = (
        f'<span style="{looks[piece.kind]}">{escape(piece.text)}</span>' for piece in word_diff(old, new)
    )
    return "".join(spans) or f'<span style="color: {tokens.muted}">{_EMPTY}</span>'


def _item(version: DescriptionVersion) -> QListWidgetItem:
    when = spoken_time(version.when.astimezone().replace(tzinfo=None), datetime.now())
    words = len(version.text.split())
    count = f"{words} word{'' if words == 1 else 's'}" if words else "no text"
    effect = "" if version.flipped is None else f" · {version.flipped:,} px turned".replace(",", "\u202f")
    item = QListWidgetItem(f"{when[:1].upper()}{when[1:]}\n{count}{effect}")
    item.setToolTip(version.text or _EMPTY)
    return item
