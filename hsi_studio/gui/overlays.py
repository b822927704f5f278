"""What is painted over the pictures: pixel grid, values, marks and regions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPalette, QPen, QPixmap, QPolygonF, qGray

from hsi_studio.app.painter import PixelValues
from hsi_studio.core.classes import Color
from hsi_studio.core.region import Rectangle, Region
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.shades import mixed, translucent
from hsi_studio.gui.theme import Theme

GRID_FROM = 12.0
"""Widget units per pixel from which the grid is drawn."""

VALUES_FROM = 56.0
"""Widget units per pixel from which values are written."""

_CHANNEL_NAMES = {1: ("",), 3: ("R ", "G ", "B ")}
_HALO = QColor(0, 0, 0, 150)
_ON_BRIGHT = QColor(0, 0, 0, 220)
_ON_DARK = QColor(255, 255, 255, 230)


@dataclass(frozen=True)
class Draft:
    """A region while it is being drawn: (row, col) corners and a text beside the last one."""

    points: tuple[tuple[float, float], ...]
    closed: bool
    text: str = ""


def paint_grid(painter: QPainter, transform: ViewTransform, visible: Window) -> None:
    """Paint the borders of pixels, fainter as they grow denser."""
    area = transform.rect(visible)
    strength = min(1.0, (transform.scale - GRID_FROM) / GRID_FROM)
    color = QColor(128, 128, 128, int(40 + 80 * strength))
    device = painter.device()
    thin = 1 / device.devicePixelRatioF() if device is not None else 1.0
    # Filled rectangles: Qt strokes long translucent lines ten times more slowly.
    for col in range(visible.col, visible.col_stop + 1):
        x = transform.to_widget(0, col).x()
        painter.fillRect(QRectF(x, area.top(), thin, area.height()), color)
    for row in range(visible.row, visible.row_stop + 1):
        y = transform.to_widget(row, 0).y()
        painter.fillRect(QRectF(area.left(), y, area.width(), thin), color)


def paint_values(
    painter: QPainter, frame: QImage, transform: ViewTransform, visible: Window, shown: PixelValues
) -> None:
    """Write the values of the shown bands into their pixels, dark on bright and bright on dark.

    `frame` is what the painter paints on.
    """
    font = QFont(painter.font())
    font.setPixelSize(int(min(12, 9 + (transform.scale - VALUES_FROM) / 24)))
    painter.setFont(font)
    names = _CHANNEL_NAMES[shown.values.shape[2]]
    for row, col in _shared(visible, shown.window):
        values = shown.values[row - shown.window.row, col - shown.window.col]
        cell = transform.rect(Window(row, col, 1, 1))
        painter.setPen(_legible(frame, cell))
        lines = (f"{name}{_number(float(value))}" for name, value in zip(names, values, strict=True))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))


def paint_inspected(painter: QPainter, transform: ViewTransform, row: int, col: int) -> None:
    """Mark one pixel with a box and four ticks, white in a dark halo: visible on any picture."""
    pixel = transform.rect(Window(row, col, 1, 1))
    grow = max(0.0, 9.0 - transform.scale) / 2
    box = pixel.adjusted(-grow, -grow, grow, grow)
    middle, tick = box.center(), 6.0
    ticks = [
        QLineF(box.left() - tick, middle.y(), box.left(), middle.y()),
        QLineF(box.right(), middle.y(), box.right() + tick, middle.y()),
        QLineF(middle.x(), box.top() - tick, middle.x(), box.top()),
        QLineF(middle.x(), box.bottom(), middle.x(), box.bottom() + tick),
    ]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _haloed(QColor("white"), 1.4):
        painter.setPen(pen)
        painter.drawRect(box)
        painter.drawLines(ticks)


def paint_markers(
    painter: QPainter, transform: ViewTransform, markers: Iterable[tuple[int, int, Color]]
) -> None:
    """Paint a ringed dot in the colour of its spectrum at each collected pixel."""
    for row, col, color in markers:
        centre = transform.to_widget(row + 0.5, col + 0.5)
        painter.setBrush(QColor(*color))
        for pen in _haloed(QColor("white"), 1.5):
            painter.setPen(pen)
            painter.drawEllipse(centre, 4.5, 4.5)


def dot(color: QColor, ratio: float) -> QPixmap:
    """Return the picture of a lone labelled pixel: small, ringed in white on dark, for a screen's `ratio`."""
    side = 12
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(color)
    for pen in (QPen(_HALO, 2.6), QPen(QColor("white"), 1.2)):
        painter.setPen(pen)
        painter.drawEllipse(QPointF(side / 2, side / 2), 3.2, 3.2)
    painter.end()
    return picture


def paint_regions(
    painter: QPainter, transform: ViewTransform, regions: Iterable[tuple[Region, Color]]
) -> None:
    """Outline drawn regions in the colour of their spectra."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for region, color in regions:
        outline = QPolygonF([transform.to_widget(row, col) for row, col in corners(region)])
        for pen in _haloed(QColor(*color), 2.0):
            painter.setPen(pen)
            painter.drawPolygon(outline)


def paint_draft(painter: QPainter, transform: ViewTransform, draft: Draft, palette: QPalette) -> None:
    """Paint a region being drawn: dashes in white on dark, vertices, and its text at the pointer."""
    points = [transform.to_widget(row, col) for row, col in draft.points]
    painter.setBrush(QColor(255, 255, 255, 28))
    halo, line = _haloed(QColor("white"), 1.4)
    line.setDashPattern([4, 3])
    for pen in (halo, line):
        painter.setPen(pen)
        painter.drawPolygon(points) if draft.closed else painter.drawPolyline(points)
    if not draft.closed:
        painter.setPen(QPen(QColor(255, 255, 255, 130), 1, Qt.PenStyle.DotLine))
        painter.drawLine(points[-1], points[0])
        painter.setBrush(QColor("white"))
        painter.setPen(QPen(_HALO, 1))
        for point in points[:-1]:
            painter.drawEllipse(point, 3.2, 3.2)
    if draft.text:
        paint_chip(painter, points[-1] + QPointF(14, 10), draft.text, palette)


def paint_chip(
    painter: QPainter, corner: QPointF, text: str, palette: QPalette, *, warns: bool = False
) -> None:
    """Paint a short text on a rounded plate, which warns by a bar at its left."""
    metrics = painter.fontMetrics()
    size = QSizeF(metrics.horizontalAdvance(text) + 14, metrics.height() + 6)
    plate = QRectF(corner, size)
    paint_plate(painter, plate, palette)
    if warns:
        painter.fillRect(QRectF(corner, QSizeF(3, size.height())), QColor(Theme.current().warning))
    painter.setPen(palette.text().color())
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def corners(region: Region) -> list[tuple[float, float]]:
    """Return the (row, col) corners of a region's outline."""
    if isinstance(region, Rectangle):
        a = region.area
        return [(a.row, a.col), (a.row, a.col_stop), (a.row_stop, a.col_stop), (a.row_stop, a.col)]
    return [(float(row), float(col)) for row, col in region.vertices]


def paint_plate(painter: QPainter, area: QRectF, palette: QPalette) -> None:
    """Paint the rounded plate that lies under texts and the minimap."""
    painter.setBrush(translucent(palette.window().color(), 0.92))
    painter.setPen(QPen(mixed(palette, 0.25), 1))
    painter.drawRoundedRect(area, 4, 4)


def _haloed(color: QColor, width: float) -> tuple[QPen, QPen]:
    pens = QPen(_HALO, width + 2), QPen(color, width)
    for pen in pens:
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pens


def _legible(frame: QImage, cell: QRectF) -> QColor:
    """Return black or white, whichever shows on the colour of a cell's corner that is in sight."""
    inside = cell.intersected(QRectF(QPointF(), frame.deviceIndependentSize())).topLeft() + QPointF(1.5, 1.5)
    at = (inside * frame.devicePixelRatio()).toPoint()
    bright = frame.valid(at) and qGray(frame.pixel(at)) > 140
    return _ON_BRIGHT if bright else _ON_DARK


def _shared(a: Window, b: Window) -> Iterator[tuple[int, int]]:
    """Yield the (row, col) of the pixels that two windows share."""
    for row in range(max(a.row, b.row), min(a.row_stop, b.row_stop)):
        for col in range(max(a.col, b.col), min(a.col_stop, b.col_stop)):
            yield row, col


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4g}"
