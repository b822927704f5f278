"""Two ranges of bands and what is computed from them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout

from hsi_studio.app.session import Session
from hsi_studio.app.view_edit import positions_of, range_at
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.view import Operation, RangeMath
from hsi_studio.gui.view_panel_colormap import ColormapChoice
from hsi_studio.gui.view_panel_editor import Editor
from hsi_studio.gui.widgets import muted, named

_OPERATIONS: dict[Operation, str] = {
    "normalized difference": "(A − B) / (A + B)",
    "ratio": "A / B",
    "difference": "A − B",
    "band depth": "Depth of A in continuum B",
}


class RangeEditor(Editor):
    """Operation, the two ranges in figures, and colour map; the ranges are dragged in the spectrum plot."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._axis: BandAxis | None = None
        self.operation = named(QComboBox(), "Operation on the ranges")
        self.operation.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for operation, text in _OPERATIONS.items():
            self.operation.addItem(text, operation)
        self.limits = {
            letter: (_limit(f"Start of range {letter}"), _limit(f"End of range {letter}")) for letter in "AB"
        }
        self._unit = QLabel()
        self.colormap = ColormapChoice()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.operation)
        column.addLayout(self._limits_grid())
        column.addWidget(muted("Drag A and B in the spectrum plot."))
        column.addWidget(self.colormap)
        self.operation.activated.connect(self._change)
        self.colormap.chosen.connect(self._change)
        for low, high in self.limits.values():
            low.valueChanged.connect(self._change)
            high.valueChanged.connect(self._change)

    def _limits_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        for row, (letter, (low, high)) in enumerate(self.limits.items()):
            for column, widget in enumerate((QLabel(letter), low, QLabel("–"), high)):
                grid.addWidget(widget, row, column)
        grid.addWidget(self._unit, 0, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def on_cube(self) -> None:
        cube = self.session.cube
        self._axis = None if cube is None else BandAxis.of(cube)
        if self._axis is None:
            return
        self._unit.setText("nm" if self._axis.has_wavelengths else "band")
        for box in (box for pair in self.limits.values() for box in pair):
            with QSignalBlocker(box):
                box.setRange(*self._axis.limits)

    def refresh(self) -> None:
        math = self.composite
        self.setVisible(isinstance(math, RangeMath))
        if not isinstance(math, RangeMath) or self._axis is None:
            return
        with QSignalBlocker(self.operation):
            self.operation.setCurrentIndex(self.operation.findData(math.operation))
        self.colormap.show_name(math.colormap)
        for chosen, boxes in zip((math.a, math.b), self.limits.values(), strict=True):
            for value, box in zip(positions_of(self._axis, chosen), boxes, strict=True):
                with QSignalBlocker(box):
                    box.setValue(value)

    def _change(self) -> None:
        if not isinstance(self.composite, RangeMath) or self._axis is None:
            return
        a, b = (range_at(self._axis, low.value(), high.value()) for low, high in self.limits.values())
        self.set_composite(
            replace(
                self.composite,
                a=a,
                b=b,
                operation=self.operation.currentData(),
                colormap=self.colormap.currentText(),
            )
        )


def _limit(name: str) -> QDoubleSpinBox:
    box = named(QDoubleSpinBox(), name)
    box.setDecimals(0)
    box.setKeyboardTracking(False)
    box.setMinimumWidth(48)
    return box
