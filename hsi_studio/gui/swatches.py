"""Squares in the colours of classes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPen, QPixmap

from hsi_studio.core.classes import Color

_SIDE, _ICON = 12, 14
_DARK = 90


def paint_swatch(painter: QPainter, rect: QRect, color: Color, *, hatched: bool = False) -> None:
    """Paint a square in the middle of a place; its edge stands out on light and dark ground."""
    square = QRectF(0, 0, _SIDE, _SIDE)
    square.moveCenter(QRectF(rect).center())
    fill = QColor(*color)
    painter.setPen(QPen(fill.lighter(160) if fill.lightness() < _DARK else fill.darker(140), 1))
    painter.setBrush(QBrush(fill, Qt.BrushStyle.BDiagPattern) if hatched else fill)
    painter.drawRoundedRect(square, 3, 3)


def swatch(color: Color, *, hatched: bool = False) -> QIcon:
    """Return a square for menus and lists."""
    picture = QPixmap(_ICON, _ICON)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_swatch(painter, picture.rect(), color, hatched=hatched)
    painter.end()
    return QIcon(picture)
