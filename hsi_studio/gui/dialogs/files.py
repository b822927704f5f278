"""Choosing files and folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from hsi_studio.gui.widgets import named

ALL_FILES = "All files (*)"
PROJECT_FILTER = "hsi_studio project (*.hsip)"


def cube_filters() -> list[str]:
    """Return the filters of the open dialog: everything that a reader knows, then each format."""
    from hsi_studio.io.registry import readers

    formats = [(reader.name, patterns(reader.suffixes)) for reader in readers() if reader.suffixes]
    every = " ".join(sorted({pattern for _, text in formats for pattern in text.split()}))
    return [f"Cubes ({every})", *(f"{name} ({text})" for name, text in formats), ALL_FILES]


def patterns(suffixes: Sequence[str]) -> str:
    """Return name patterns in lower and upper case, as file systems may tell them apart."""
    return " ".join(f"*{form}" for suffix in suffixes for form in dict.fromkeys((suffix, suffix.upper())))


def ask_files(
    parent: QWidget,
    title: str,
    folder: str,
    on_chosen: Callable[[list[Path]], object],
    *,
    many: bool = True,
    filters: Sequence[str] = (),
) -> QFileDialog:
    """Let the user choose existing files, of any cube format unless there are other filters."""
    dialog = _dialog(parent, title, folder, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(list(filters) or cube_filters())
    dialog.open()
    return dialog


def ask_project(parent: QWidget, title: str, folder: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Let the user choose an existing project."""
    dialog = _dialog(parent, title, folder, lambda paths: on_chosen(paths[0]))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([PROJECT_FILTER, ALL_FILES])
    dialog.open()
    return dialog


def ask_folder(
    parent: QWidget, title: str, folder: str, on_chosen: Callable[[list[Path]], object]
) -> QFileDialog:
    """Let the user choose a folder."""
    dialog = _dialog(parent, title, folder, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()
    return dialog


def ask_target(
    parent: QWidget, title: str, proposal: Path, filters: Sequence[str], on_chosen: Callable[[Path], object]
) -> QFileDialog:
    """Let the user name a file to write; an ending that is left out is that of the chosen filter."""
    dialog = _dialog(parent, title, str(proposal.parent), lambda paths: on_chosen(paths[0]))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(filters))
    dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(_first_suffix(text)))
    dialog.setDefaultSuffix(_first_suffix(filters[0]))
    dialog.selectFile(proposal.name)
    dialog.open()
    return dialog


def _dialog(
    parent: QWidget, title: str, folder: str, on_chosen: Callable[[list[Path]], object]
) -> QFileDialog:
    dialog = QFileDialog(parent, title, folder)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: on_chosen([Path(name) for name in names]))
    return dialog


def _first_suffix(text: str) -> str:
    return text.partition("(*.")[2].partition(")")[0].split(" ")[0]


class FileLine(QWidget):
    """A line with the path of an existing file and a button that browses for it."""

    def __init__(self, name: str, path: Path | None, folder: str) -> None:
        super().__init__()
        self.line = named(QLineEdit("" if path is None else str(path)), name)
        self.line.setPlaceholderText("none")
        self.line.setClearButtonEnabled(True)
        self._folder = folder
        browse = named(QPushButton("Browse…"), f"Browse for the {name}")
        browse.setAutoDefault(False)
        browse.clicked.connect(lambda: ask_files(self, name, self._start(), self._take, many=False))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(browse)
        self.setFocusProxy(self.line)

    @property
    def path(self) -> Path | None:
        """The path on the line, or None."""
        text = self.line.text().strip()
        return Path(text) if text else None

    def _start(self) -> str:
        return self._folder if self.path is None else str(self.path.parent)

    def _take(self, paths: list[Path]) -> None:
        self.line.setText(str(paths[0]))
