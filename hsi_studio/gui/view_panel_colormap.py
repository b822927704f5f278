"""The choice of a colour map, each with a swatch."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from hsi_studio.core.colormaps import colormap_names, lut

_SWATCH = QSize(56, 12)


def swatch(name: str) -> QIcon:
    """Return a colour map as a bar from its low to its high end."""
    colors = lut(name)
    image = QImage(colors.tobytes(), len(colors), 1, 3 * len(colors), QImage.Format.Format_RGB888)
    bar = image.scaled(_SWATCH.width() * 2, _SWATCH.height() * 2)  # enough for dense screens
    return QIcon(QPixmap.fromImage(bar))


class ColormapChoice(QComboBox):
    """Tells the name of the colour map that the user chose."""

    chosen = Signal(str)
    """Name of a colour map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colour map")
        self.setToolTip("Colour map")
        self.setIconSize(_SWATCH)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.addItems(list(colormap_names()))
        self.textActivated.connect(self.chosen)

    def show_name(self, name: str) -> None:
        """Show the colour map in use, also one that the menu does not offer."""
        with QSignalBlocker(self):
            if self.findText(name) < 0:
                self.addItem(name)
            self.setCurrentText(name)

    def showEvent(self, event: QShowEvent) -> None:
        # Drawn late: most views never show a colour map, and the tables take a moment to load.
        for row in range(self.count()):
            if self.itemIcon(row).isNull():
                self.setItemIcon(row, swatch(self.itemText(row)))
        super().showEvent(event)
