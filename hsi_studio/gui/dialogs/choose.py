"""Questions that opening a file may raise: which variable, which axis, which references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QWidget,
)

from hsi_studio.core.cube import Cube
from hsi_studio.core.facts import AXES
from hsi_studio.errors import ChoiceNeeded
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.files import FileLine
from hsi_studio.gui.widgets import named
from hsi_studio.io import OpenOptions


class ChoiceDialog(Question):
    """Lets the user choose one of the candidates in a file."""

    chosen = Signal(str)
    """The value for the option that `ChoiceNeeded` names."""

    def __init__(self, parent: QWidget, name: str, question: ChoiceNeeded, what: str = "the cube") -> None:
        super().__init__(parent, f"Open {name}", f"{question.cause}. Which one is {what}?", "Open")
        self.list = named(QListWidget(), "Candidates")
        self.list.ensurePolished()  # rows are measured with the padding of the style sheet
        for choice in question.choices:
            text = choice.text if choice.value in choice.text else f"{choice.value}: {choice.text}"
            item = QListWidgetItem(text, self.list)
            item.setData(Qt.ItemDataRole.UserRole, choice.value)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        self.body.addWidget(self.list)
        self.accepted.connect(
            lambda: self.chosen.emit(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
        )


class BandAxisDialog(Question):
    """Lets the user say which axis of the file runs over the bands."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget, cube: Cube) -> None:
        text = f"{cube.name} does not say which of its axes runs over the bands. Choose it:"
        super().__init__(parent, "Band axis", text, "Read again")
        self.group = QButtonGroup(self)
        now = 2 if cube.band_axis is None else cube.band_axis
        for axis, shape in enumerate(axis_shapes(cube.shape, now)):
            rows, cols, bands = shape
            button = QRadioButton(f"{AXES[axis].capitalize()}: {rows} rows × {cols} columns × {bands} bands")
            button.setChecked(axis == now)
            self.group.addButton(button, axis)
            self.body.addWidget(button)
        self.accepted.connect(lambda: self.chosen.emit(self.group.checkedId()))


def axis_shapes(shape: Sequence[int], band_axis: int) -> list[tuple[int, ...]]:
    """Return the (rows, cols, bands) that each choice of the band axis gives.

    `shape` is the cube's as it is read now, with `band_axis` of the file as the bands.
    """
    in_file = [shape[0], shape[1]]
    in_file.insert(band_axis, shape[2])
    return [(*in_file[:axis], *in_file[axis + 1 :], in_file[axis]) for axis in range(3)]


class ReferencesDialog(Question):
    """Lets the user choose white and dark references."""

    chosen = Signal(object)
    """The `OpenOptions` with the references."""

    def __init__(self, parent: QWidget, cube: Cube, options: OpenOptions) -> None:
        text = (
            "With a white and a dark reference the values become reflectance, "
            "(raw − dark) / (white − dark), per column and band. One of them alone is used as far as it goes."
        )
        super().__init__(parent, f"References of {cube.name}", text, "Read again")
        folder = str(cube.path.parent) if cube.path else ""
        self.white = FileLine("White reference", options.white, folder)
        self.dark = FileLine("Dark reference", options.dark, folder)
        self.beside = QCheckBox("Use references found beside the scene")
        self.beside.setChecked(options.use_references)
        form = QGridLayout()
        for row, (name, line) in enumerate((("White", self.white), ("Dark", self.dark))):
            label = QLabel(name)
            label.setBuddy(line)
            form.addWidget(label, row, 0)
            form.addWidget(line, row, 1)
        form.addWidget(self.beside, 2, 1)
        self.body.addLayout(form)
        self.white.setFocus()
        self.accepted.connect(lambda: self.chosen.emit(self._answer(options)))

    def _answer(self, options: OpenOptions) -> OpenOptions:
        white: Path | None = self.white.path
        return replace(options, white=white, dark=self.dark.path, use_references=self.beside.isChecked())
