"""Builds QActions from rows of a table and keeps them as the session stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from hsi_studio.gui.theme import icon

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

SEPARATOR = "-"


@dataclass(frozen=True)
class ActionRow:
    """One action.

    Parameters
    ----------
    key : str
        Stable name, such as ``file.open``; settings and menus refer to it.
    text : str
        What it does, as in a menu; `hint` says more where the text cannot.
    run : callable
        Called with the main window.
    shortcut : str
        Default key sequence in portable form; empty for none.
    icon : str
        Name of a Phosphor icon; empty for none.
    enabled : callable
        Tells whether the action makes sense now.
    checked : callable, optional
        For something that is on or off: tells which.
    named : callable, optional
        Where the text in menus depends on how things stand: returns it.
    edits : bool
        Whether it changes labels or classes, which a project may not allow.
    also : str
        A second key sequence that always works.
    """

    key: str
    text: str
    run: Callable[[MainWindow], object]
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[MainWindow], bool] = lambda _: True
    checked: Callable[[MainWindow], bool] | None = None
    hint: str = ""
    named: Callable[[MainWindow], str] | None = None
    edits: bool = False
    also: str = ""


class Actions(QObject):
    """All actions of the main window by key."""

    def __init__(self, rows: Sequence[ActionRow], window: MainWindow) -> None:
        super().__init__(window)
        self.rows: dict[str, ActionRow] = {row.key: row for row in rows}
        self._window = window
        self._actions = {row.key: self._build(row) for row in rows}

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def _build(self, row: ActionRow) -> QAction:
        action = QAction(row.text, self, checkable=row.checked is not None)
        action.setObjectName(row.key)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setStatusTip(row.hint)
        action.triggered.connect(lambda: self._run(row))
        self._window.addAction(action)
        return action

    def _run(self, row: ActionRow) -> None:
        if row.enabled(self._window):  # things may have changed since the last refresh
            row.run(self._window)
        self.refresh()

    def refresh(self, keys: Iterable[str] | None = None) -> None:
        """Name, enable and check actions as things stand: all, or some."""
        refusal = self._window.labelling.refusal
        for key in self.rows if keys is None else keys:
            row, action = self.rows[key], self._actions[key]
            refused = refusal if row.edits else ""
            action.setEnabled(row.enabled(self._window) and not refused)
            if row.checked is not None:
                action.setChecked(row.checked(self._window))
            if row.named is not None:
                action.setText(row.named(self._window))
                action.setIconText(row.text)
            if row.edits:
                said = replace(row, text=action.text())
                action.setToolTip(refused or tool_tip(said, action.shortcut()))

    def set_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Bind every action to its default key sequence or the user's own."""
        for key, row in self.rows.items():
            action = self._actions[key]
            action.setShortcuts(
                [QKeySequence(keys) for keys in (changed.get(key, row.shortcut), row.also) if keys]
            )
            action.setToolTip(tool_tip(row, action.shortcut()))

    def set_icons(self) -> None:
        """Draw the icons in the colours in use."""
        for key, row in self.rows.items():
            if row.icon:
                self._actions[key].setIcon(icon(row.icon))

    def fill(self, target: QWidget, keys: Sequence[str]) -> None:
        """Add actions to a menu or toolbar by key."""
        for key in keys:
            target.addAction(self._separator(target) if key == SEPARATOR else self[key])

    def menu(self, title: str, keys: Sequence[str], parent: QWidget) -> QMenu:
        """Return a menu of actions."""
        menu = QMenu(title, parent)
        menu.setToolTipsVisible(False)
        self.fill(menu, keys)
        return menu

    @staticmethod
    def _separator(parent: QWidget) -> QAction:
        action = QAction(parent)
        action.setSeparator(True)
        return action


def tool_tip(row: ActionRow, shortcut: QKeySequence) -> str:
    """Return the action in words with its shortcut."""
    text = row.hint or row.text.rstrip("…")
    return f"{text} ({shown(shortcut)})" if not shortcut.isEmpty() else text


def shown(shortcut: QKeySequence) -> str:
    """Return a key sequence as the user's keyboard names it."""
    return shortcut.toString(QKeySequence.SequenceFormat.NativeText)
