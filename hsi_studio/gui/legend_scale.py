"""The colours of a raster of numbers, from its lowest to its highest value."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hsi_studio.core.colormaps import lut
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.gui.widgets import muted, named

_HEIGHT = 10


class ColourScale(QWidget):
    """Name, colour bar and end values of a layer of numbers; nothing while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.title = named(QLabel(), "Layer of the colour scale")
        self.title.setProperty("title", True)
        self.low, self.high = muted(""), muted("")
        self._bar = _Bar()
        ends = QHBoxLayout()
        ends.addWidget(self.low)
        ends.addStretch(1)
        ends.addWidget(self.high)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self._bar)
        column.addLayout(ends)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_raster(self, raster: ScalarRaster | None) -> None:
        """Show the colours of a layer; hide for None."""
        self.setVisible(raster is not None)
        if raster is not None:
            self.title.setText(raster.name)
            self.low.setText(f"{raster.low:g}")
            self.high.setText(f"{raster.high:g}")
            self._bar.show_colormap(raster.colormap)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def show_colormap(self, name: str) -> None:
        colors = lut(name)
        self._image = QImage(
            colors.tobytes(), len(colors), 1, colors.nbytes, QImage.Format.Format_RGB888
        ).copy()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._image)
        painter.end()
