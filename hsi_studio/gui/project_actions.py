"""Rows of the action table on projects, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from hsi_studio.gui.actions import SEPARATOR, ActionRow

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


def _is_typing() -> bool:
    return isinstance(QApplication.focusWidget(), _TEXT_FIELDS)


def _can_undo(window: MainWindow) -> bool:
    return window.labelling.undo_title is not None and not _is_typing()


def _can_redo(window: MainWindow) -> bool:
    return window.labelling.redo_title is not None and not _is_typing()


def _undo_text(window: MainWindow) -> str:
    return f"Undo {window.labelling.undo_title or ''}".strip()


def _redo_text(window: MainWindow) -> str:
    return f"Redo {window.labelling.redo_title or ''}".strip()


def _has_project(window: MainWindow) -> bool:
    return window.project.path is not None


def _misses_cubes(window: MainWindow) -> bool:
    return bool(window.projects.missing)


EDIT = (
    ActionRow(
        "edit.undo",
        "Undo",
        lambda w: w.labelling.undo(),
        "Ctrl+Z",
        "arrow-u-up-left",
        _can_undo,
        named=_undo_text,
        edits=True,
    ),
    ActionRow(
        "edit.redo",
        "Redo",
        lambda w: w.labelling.redo(),
        "Ctrl+Shift+Z",
        "arrow-u-up-right",
        _can_redo,
        named=_redo_text,
        edits=True,
        also="Ctrl+Y",
    ),
)

PROJECT = (
    ActionRow("project.new", "New project…", lambda w: w.projects.new(), "Ctrl+N", "file-plus"),
    ActionRow("project.open", "Open project…", lambda w: w.projects.open(), "Ctrl+Alt+O"),
    ActionRow(
        "project.save",
        "Save",
        lambda w: w.projects.save(),
        "Ctrl+S",
        "floppy-disk",
        _has_project,
        hint="Every change is kept as it is made; this presses them all into the one file",
    ),
    ActionRow("project.save_as", "Save as…", lambda w: w.projects.save_as(), "Ctrl+Shift+S"),
    ActionRow("project.locate", "Locate moved cubes…", lambda w: w.projects.locate(), enabled=_misses_cubes),
)

PROJECT_MENU = (
    "project.new", "project.open", "recent_projects", "project.save", "project.save_as", "project.locate",
    SEPARATOR,
)  # fmt: skip
