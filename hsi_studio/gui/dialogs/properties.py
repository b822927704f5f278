"""What a file told about itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.core.cube import Cube
from hsi_studio.core.facts import facts
from hsi_studio.gui.widgets import muted


class PropertiesDialog(QDialog):
    """Facts of a cube, to read and copy."""

    axis_wanted = Signal()
    """The user wants to choose another band axis."""

    def __init__(self, parent: QWidget, cube: Cube) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Properties of {cube.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        self.facts = facts(cube)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._form())
        column = QVBoxLayout(self)
        column.addWidget(area)
        column.addWidget(self._buttons(cube))

    def _form(self) -> QWidget:
        content = QWidget()
        form = QFormLayout(content)
        form.setHorizontalSpacing(24)
        for what, value in self.facts:
            label = QLabel(value)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label.setAccessibleName(f"{what}: {value}")
            form.addRow(muted(what), label)
        return content

    def _buttons(self, cube: Cube) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        if cube.band_axis is not None:
            axis = buttons.addButton("Band axis…", QDialogButtonBox.ButtonRole.ActionRole)
            axis.clicked.connect(self.accept)
            axis.clicked.connect(self.axis_wanted)
        buttons.rejected.connect(self.reject)
        return buttons

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{what}: {value}" for what, value in self.facts))
