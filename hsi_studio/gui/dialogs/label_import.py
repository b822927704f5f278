"""The step between a file of labels and the class table: which value is which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.label_import import CREATE, FoundValue, Overlap, Target, proposed
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.swatches import swatch
from hsi_studio.gui.widgets import muted, named

_COLUMNS = ("Value", "In the file", "Pixels", "Becomes")
_OVERLAPS: dict[str, Overlap] = {
    "Imported labels replace those under them": "replace",
    "Labels that are there stay": "keep",
    "All other labels of this cube are cleared": "only",
}
_MOST_ROWS_SHOWN = 10


@dataclass(frozen=True)
class Answer:
    """What the user wants of a file of labels; a layer takes the file's own classes."""

    use: Literal["labels", "layer"]
    targets: dict[int, Target]
    overlap: Overlap


class LabelImportDialog(Question):
    """Maps the values of a raster to the class table."""

    chosen = Signal(object)
    """`Answer`."""

    def __init__(
        self, parent: QWidget, raster: ClassRaster, found: Sequence[FoundValue], classes: ClassTable
    ) -> None:
        rows, cols = raster.ids.shape
        values = "1 class" if len(found) == 1 else f"{len(found)} classes"
        pixels = _count(sum(one.pixels for one in found))
        text = f"{raster.name} labels {pixels} of {rows} × {cols} pixels, {values}."
        super().__init__(parent, f"Import {raster.name}", text, "Import")
        self._found, self._classes = found, classes
        self.setMinimumWidth(600)
        self.as_labels, self.as_layer = (
            QRadioButton("As labels"),
            QRadioButton("As ground truth over the image"),
        )
        self.table = named(QTableWidget(len(found), len(_COLUMNS)), "Values and classes")
        self.targets: list[QComboBox] = []
        self.create_all, self.leave_out = QPushButton("Create all unmatched"), QPushButton("Leave out all")
        self.overlap = named(QComboBox(), "Where labels meet")
        self.overlap.addItems(list(_OVERLAPS))
        self.summary = muted("")
        self._fill_table()
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def answer(self) -> Answer:
        """What is chosen now."""
        chosen = zip(self._found, self.targets, strict=True)
        targets: dict[int, Target] = {one.value: box.currentData() for one, box in chosen}
        use: Literal["labels", "layer"] = "layer" if self.as_layer.isChecked() else "labels"
        return Answer(use, targets, _OVERLAPS[self.overlap.currentText()])

    def _fill_table(self) -> None:
        matches = proposed(self._found, self._classes)
        for row, one in enumerate(self._found):
            texts = (str(one.value), one.entry.name if one.is_named else "–", _count(one.pixels))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_side(column))
                if column == 1:
                    item.setIcon(swatch(one.entry.color))
                self.table.setItem(row, column, item)
            box = self._target_box(one)
            box.setCurrentIndex(max(0, box.findData(matches[one.value])))
            self.targets.append(box)
            self.table.setCellWidget(row, 3, box)

    def _target_box(self, one: FoundValue) -> QComboBox:
        box = named(QComboBox(), f"Class of the value {one.value}")
        box.addItem("Leave out", None)
        box.addItem(f"Create “{one.entry.name}”", CREATE)
        box.insertSeparator(2)
        for entry in self._classes:
            box.addItem(swatch(entry.color), entry.name, entry.id)
        box.currentIndexChanged.connect(self._refresh)
        return box

    def _lay_out(self) -> None:
        self._shape_table()
        self.as_labels.setChecked(True)
        uses = QHBoxLayout()
        uses.setSpacing(16)
        for button in (self.as_labels, self.as_layer):
            uses.addWidget(button)
        uses.addStretch(1)
        several = QHBoxLayout()
        for one in (self.create_all, self.leave_out):
            one.setAutoDefault(False)
            several.addWidget(one)
        several.addStretch(1)
        several.addWidget(self.overlap)
        self.body.addLayout(uses)
        self.body.addWidget(self.table)
        self.body.addLayout(several)
        self.body.addWidget(self.summary)

    def _shape_table(self) -> None:
        for column, text in enumerate(_COLUMNS):
            head = QTableWidgetItem(text)
            head.setTextAlignment(_side(column))
            self.table.setHorizontalHeaderItem(column, head)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (1, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        height = max((box.sizeHint().height() for box in self.targets), default=24) + 4
        self.table.verticalHeader().setDefaultSectionSize(height)
        shown = min(max(len(self.targets), 2), _MOST_ROWS_SHOWN)
        self.table.setMinimumHeight(header.sizeHint().height() + shown * height + 4)

    def _connect(self) -> None:
        group = QButtonGroup(self)
        for button in (self.as_labels, self.as_layer):
            group.addButton(button)
            button.toggled.connect(self._refresh)
        self.create_all.clicked.connect(self._create_unmatched)
        self.leave_out.clicked.connect(lambda: self._set_all(None))
        self.accepted.connect(lambda: self.chosen.emit(self.answer))

    def _create_unmatched(self) -> None:
        for box in self.targets:
            if box.currentData() is None:
                box.setCurrentIndex(box.findData(CREATE))

    def _set_all(self, target: Target) -> None:
        for box in self.targets:
            box.setCurrentIndex(box.findData(target))

    def _refresh(self) -> None:
        if len(self.targets) < len(self._found):
            return  # still being filled
        answer = self.answer
        is_layer = answer.use == "layer"
        for widget in (self.table, self.create_all, self.leave_out, self.overlap):
            widget.setEnabled(not is_layer)
        taken = [one for one in self._found if answer.targets[one.value] is not None]
        self.summary.setText(
            "The class table and the labels stay as they are." if is_layer else self._told(taken)
        )
        self.ok.setEnabled(is_layer or bool(taken))

    def _told(self, taken: Sequence[FoundValue]) -> str:
        left = [one for one in self._found if one not in taken]
        if not taken:
            return "No value matches a class by name or number: choose classes, or create them."
        text = f"{_count(sum(one.pixels for one in taken))} pixels become labels."
        values = ", ".join(str(one.value) for one in left[:6]) + (" …" if len(left) > 6 else "")
        lost = _count(sum(one.pixels for one in left))
        return f"{text} Left out: {values} ({lost} pixels)." if left else text


def _side(column: int) -> Qt.AlignmentFlag:
    """Return where the texts of a column stand: numbers at the right."""
    is_number = _COLUMNS[column] in ("Value", "Pixels")
    return (
        Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    ) | Qt.AlignmentFlag.AlignVCenter


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u2009")
