"""The colour of a class: one of the palette, or any other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QGridLayout, QToolButton, QWidget

from hsi_studio.core.classes import Color
from hsi_studio.core.palette import PALETTE
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.widgets import muted, named

_COLUMNS, _SIDE = 9, 26


class ColourDialog(Question):
    """Offers the palette first: its colours are told apart with the common colour-vision deficiencies."""

    chosen = Signal(object)
    """(red, green, blue)."""

    def __init__(self, parent: QWidget, name: str, color: Color, used: set[Color]) -> None:
        text = "These colours are told apart with the common colour-vision deficiencies."
        super().__init__(parent, f"Colour of {name}", text, "Other colour…")
        self.buttons.accepted.disconnect()
        self.buttons.accepted.connect(self._other)
        self._color = color
        grid = QGridLayout()
        grid.setSpacing(4)
        self.swatches = [self._swatch(one, one in used and one != color) for one in PALETTE]
        for place, button in enumerate(self.swatches):
            grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        grid.setColumnStretch(_COLUMNS, 1)
        self.body.addLayout(grid)
        if any(one in used for one in PALETTE):
            self.body.addWidget(muted("Small squares: another class has this colour."))
        self.swatches[PALETTE.index(color) if color in PALETTE else 0].setFocus()

    def _swatch(self, color: Color, is_used: bool) -> QToolButton:
        words = "#{:02x}{:02x}{:02x}".format(*color)
        button = named(QToolButton(), f"{words}, of another class" if is_used else words)
        button.setToolTip(button.accessibleName())
        picture = QPixmap(_SIDE, _SIDE)
        picture.fill(QColor(*color))
        button.setIcon(QIcon(picture))
        button.setIconSize(QSize(_SIDE, _SIDE) * (0.5 if is_used else 1))
        button.setFixedSize(_SIDE + 8, _SIDE + 8)
        button.setCheckable(True)
        button.setChecked(color == self._color)
        button.clicked.connect(partial(self._choose, color))
        return button

    def _choose(self, color: Color) -> None:
        self.chosen.emit(color)
        self.reject()

    def _other(self) -> None:
        dialog = QColorDialog(QColor(*self._color), self)
        dialog.setWindowTitle(self.windowTitle())
        dialog.colorSelected.connect(lambda c: self._choose((c.red(), c.green(), c.blue())))
        dialog.open()
