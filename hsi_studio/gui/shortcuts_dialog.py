"""Lets the user bind every action to other keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from hsi_studio.gui.action_table import GROUPS
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.widgets import flat_button, muted, named

_PORTABLE = QKeySequence.SequenceFormat.PortableText


class ShortcutsDialog(Question):
    """A table of actions and keys; two actions with the same keys are told and cannot be kept."""

    chosen = Signal(dict)
    """Keys by action where they differ from the default, in portable form."""

    def __init__(self, parent: QWidget, changed: Mapping[str, str]) -> None:
        text = "Click a field and press the keys. One-letter keys rest while text is typed."
        super().__init__(parent, "Keyboard shortcuts", text)
        self.resize(620, 560)
        self.filter = named(QLineEdit(), "Search actions")
        self.filter.setPlaceholderText("Search actions…")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show_matching)
        self.conflict = muted("")
        self.conflict.setProperty("error", True)
        self._rows = [(group, row) for group, rows in GROUPS.items() for row in rows]
        self.edits: dict[str, QKeySequenceEdit] = {}
        self.table = self._build_table(changed)
        self.reset_all = self.buttons.addButton("Reset all", self.buttons.ButtonRole.ResetRole)
        self.reset_all.clicked.connect(self._reset_all)
        for widget in (self.filter, self.table, self.conflict):
            self.body.addWidget(widget)
        self.accepted.connect(lambda: self.chosen.emit(self.changes()))
        self._check()

    def changes(self) -> dict[str, str]:
        """Return the keys that differ from the default."""
        bound = self._bound()
        return {row.key: bound[row.key] for _, row in self._rows if bound[row.key] != _portable(row.shortcut)}

    def _build_table(self, changed: Mapping[str, str]) -> QTableWidget:
        table = named(QTableWidget(len(self._rows), 3), "Actions and keys")
        table.setHorizontalHeaderLabels(["Action", "Keys", ""])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        table.setColumnWidth(1, 180)
        table.verticalHeader().setDefaultSectionSize(36)
        for line, (group, row) in enumerate(self._rows):
            item = QTableWidgetItem(f"{group}: {row.text.rstrip('…')}")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            table.setItem(line, 0, item)
            self._add_editors(table, line, changed.get(row.key, row.shortcut))
        return table

    def _add_editors(self, table: QTableWidget, line: int, keys: str) -> None:
        row = self._rows[line][1]
        edit = named(QKeySequenceEdit(QKeySequence(keys)), f"Keys of {row.text.rstrip('…')}")
        edit.setMaximumSequenceLength(1)
        edit.setClearButtonEnabled(True)
        edit.keySequenceChanged.connect(self._check)
        self.edits[row.key] = edit
        reset = named(flat_button("Reset"), f"Reset {row.text.rstrip('…')}")
        reset.clicked.connect(lambda: edit.setKeySequence(QKeySequence(row.shortcut)))
        table.setCellWidget(line, 1, edit)
        table.setCellWidget(line, 2, reset)

    def _bound(self) -> dict[str, str]:
        return {key: edit.keySequence().toString(_PORTABLE) for key, edit in self.edits.items()}

    def _check(self) -> None:
        bound = self._bound()
        uses = Counter(keys for keys in bound.values() if keys)
        double = [keys for keys, count in uses.items() if count > 1]
        texts = {row.key: row.text.rstrip("…") for _, row in self._rows}
        told = [
            f"{keys} is bound to {' and '.join(texts[key] for key, own in bound.items() if own == keys)}."
            for keys in double
        ]
        self.conflict.setText(" ".join(told))
        self.ok.setEnabled(not double)

    def _reset_all(self) -> None:
        for _, row in self._rows:
            self.edits[row.key].setKeySequence(QKeySequence(row.shortcut))

    def _show_matching(self, text: str) -> None:
        for line in range(self.table.rowCount()):
            item = self.table.item(line, 0)
            self.table.setRowHidden(line, item is not None and text.casefold() not in item.text().casefold())


def _portable(keys: str) -> str:
    return QKeySequence(keys).toString(_PORTABLE)
