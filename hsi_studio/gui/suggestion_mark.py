"""How the canvas marks the pixel that the user is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from hsi_studio.core.classes import Color
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.overlays import paint_plate
from hsi_studio.gui.shades import mixed

_RADIUS, _GAP, _PAD = 13.0, 10.0, 8.0
_HALF_TURN = 180 * 16
"""Qt counts angles in sixteenths of a degree."""


@dataclass(frozen=True)
class SuggestionMark:
    """A pixel within a ring in the colours of its two likeliest classes, and the question beside it."""

    row: int
    col: int
    colors: tuple[Color, Color]
    question: str
    keys: str

    def paint(self, painter: QPainter, transform: ViewTransform, palette: QPalette) -> None:
        """Paint it over the image."""
        pixel = transform.rect(Window(self.row, self.col, 1, 1))
        radius = max(_RADIUS, pixel.width())
        middle = pixel.center()
        ring = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("white"), 7))
        painter.drawEllipse(ring)
        for begin, color in zip((90 * 16, -90 * 16), self.colors, strict=True):
            painter.setPen(QPen(QColor(*color), 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawArc(ring, begin, _HALF_TURN)
        self._paint_words(painter, ring, palette)

    def _paint_words(self, painter: QPainter, ring: QRectF, palette: QPalette) -> None:
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(text) for text in (self.question, self.keys)) + 2 * _PAD
        size = QSizeF(width, 2 * metrics.height() + 10)
        plate = QRectF(_beside(ring, size, QRectF(painter.window())), size)
        paint_plate(painter, plate, palette)
        inside = plate.adjusted(_PAD, 4, -_PAD, -4)
        painter.setPen(palette.text().color())
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.question)
        painter.setPen(mixed(palette, 0.65))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, self.keys)


def _beside(ring: QRectF, size: QSizeF, area: QRectF) -> QPointF:
    """Return the corner of a plate to the right of a ring, or to the left where it would leave the area."""
    right = ring.right() + _GAP
    x = right if right + size.width() <= area.right() else max(area.left(), ring.left() - _GAP - size.width())
    y = ring.center().y() - size.height() / 2
    return QPointF(x, min(max(y, area.top()), area.bottom() - size.height()))
