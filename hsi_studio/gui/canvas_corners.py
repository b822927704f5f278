"""What stands in the corners of the canvas: scale bar and minimap."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen

from hsi_studio.app.pictures import Picture
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_items import image_of
from hsi_studio.gui.overlays import paint_plate

_BAR_LENGTH = 140.0
_MAP_SIDE = 148.0
_GAP = 12.0


@dataclass(frozen=True)
class ScaleBar:
    """A length on the ground that is a round number, and its length in widget units."""

    text: str
    length: float

    @classmethod
    def fitting(cls, metres_per_unit: float, longest: float = _BAR_LENGTH) -> ScaleBar:
        """Return the longest bar of 1, 2 or 5 times a power of ten that fits."""
        limit = metres_per_unit * longest
        power = 10.0 ** math.floor(math.log10(limit))
        metres = next(factor * power for factor in (5, 2, 1) if factor * power <= limit * (1 + 1e-9))
        text = (
            f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m" if metres >= 1 else _small(metres)
        )
        return cls(text, metres / metres_per_unit)

    def paint(self, painter: QPainter, size: QSizeF, palette: QPalette) -> None:
        """Paint the bar in the lower left corner."""
        metrics = painter.fontMetrics()
        width = max(self.length, metrics.horizontalAdvance(self.text)) + 20
        plate = QRectF(_GAP, size.height() - _GAP - metrics.height() - 18, width, metrics.height() + 18)
        paint_plate(painter, plate, palette)
        painter.setPen(QPen(palette.text().color(), 1.6))
        left, right, base = plate.center().x() - self.length / 2, 0.0, plate.bottom() - 8
        right = left + self.length
        painter.drawPolyline(
            [QPointF(left, base - 4), QPointF(left, base), QPointF(right, base), QPointF(right, base - 4)]
        )
        above = plate.adjusted(0, 3, 0, -12)
        painter.drawText(above, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self.text)


@dataclass(frozen=True)
class Minimap:
    """The whole image in the upper right corner with a frame around what is in sight."""

    rows: int
    cols: int
    area: QRectF

    @classmethod
    def placed(cls, rows: int, cols: int, size: QSizeF) -> Minimap:
        """Return the minimap of an image in a widget."""
        longest = min(_MAP_SIDE, size.width() / 3, size.height() / 3)
        scale = longest / max(rows, cols)
        width, height = max(8.0, cols * scale), max(8.0, rows * scale)
        return cls(rows, cols, QRectF(size.width() - _GAP - width, _GAP, width, height))

    @property
    def plate(self) -> QRectF:
        """The map with the border around it."""
        return self.area.adjusted(-4, -4, 4, 4)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """Return the (row, col) at a widget position."""
        down = (point.y() - self.area.top()) / self.area.height()
        right = (point.x() - self.area.left()) / self.area.width()
        return down * self.rows, right * self.cols

    def paint(self, painter: QPainter, picture: Picture, visible: Window, palette: QPalette) -> None:
        """Paint the map."""
        paint_plate(painter, self.plate, palette)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rows, cols = picture.argb.shape[:2]
        painter.drawImage(self.area, image_of(picture), QRectF(0, 0, cols, rows))
        frame = self._frame(visible)
        shade = QPainterPath()
        shade.addRect(self.area)
        shade.addRect(frame)
        painter.fillPath(shade, QColor(0, 0, 0, 110))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(palette.highlight().color(), 1.5))
        painter.drawRect(frame)

    def _frame(self, visible: Window) -> QRectF:
        across, down = self.area.width() / self.cols, self.area.height() / self.rows
        corner = self.area.topLeft() + QPointF(visible.col * across, visible.row * down)
        frame = QRectF(corner, QSizeF(visible.cols * across, visible.rows * down))
        grow_x, grow_y = max(0.0, 6 - frame.width()) / 2, max(0.0, 6 - frame.height()) / 2
        return frame.adjusted(-grow_x, -grow_y, grow_x, grow_y).intersected(self.area)


def _small(metres: float) -> str:
    return f"{metres * 100:g} cm" if metres >= 0.01 else f"{metres * 1000:g} mm"
