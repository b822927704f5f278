"""Outlines of pixels: what a brush would paint, what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from hsi_studio.core.brush import Shape, footprint, sweep
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform

_MOST_EDGES = 20_000
_HALO = QColor(0, 0, 0, 170)
_REACH = 3


@dataclass(frozen=True, eq=False)
class Outline:
    """The borders of the pixels in a window; `path` counts from its corner. `dashed` ones take away."""

    window: Window
    path: QPainterPath
    dashed: bool = False

    def area(self, transform: ViewTransform) -> QRectF:
        """Return the part of a widget that it is painted on."""
        return transform.rect(self.window).adjusted(-_REACH, -_REACH, _REACH, _REACH)

    def paint(self, painter: QPainter, transform: ViewTransform) -> None:
        """Paint it in white with a dark halo, which shows on any picture."""
        corner = transform.to_widget(self.window.row, self.window.col)
        painter.save()
        painter.translate(corner)
        painter.scale(transform.scale, transform.scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Cosmetic pens count in pixels of the screen, of which a fine one has several per unit.
        ratio = painter.device().devicePixelRatio()
        for pen in (QPen(_HALO, 3.0 * ratio), QPen(QColor("white"), 1.3 * ratio)):
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            if self.dashed and pen.color() != _HALO:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.drawPath(self.path)
        painter.restore()


def outlined(selection: Selection, *, dashed: bool = True) -> Outline:
    """Return the outline of selected pixels."""
    return Outline(selection.window, edges(selection.inside), dashed)


def brush_outline(row: float, col: float, shape: Shape, size: int, *, dashed: bool) -> Outline:
    """Return the outline of what a brush covers at a position."""
    return Outline(footprint(row, col, size), _stamp_edges(shape, size), dashed)


@lru_cache(16)
def _stamp_edges(shape: Shape, size: int) -> QPainterPath:
    return edges(sweep((0.0, 0.0), (0.0, 0.0), shape, size).inside)


def edges(inside: NDArray[np.bool_]) -> QPainterPath:
    """Return the borders between pixels that are `inside` (rows, cols) and those that are not.

    Where there are very many, it is the border of the whole array, which costs nothing to paint.
    """
    padded = np.pad(inside, 1)
    across = _runs(padded[1:, 1:-1] != padded[:-1, 1:-1])
    down = _runs((padded[1:-1, 1:] != padded[1:-1, :-1]).T)
    path = QPainterPath()
    if len(across) + len(down) > _MOST_EDGES:
        path.addRect(0, 0, inside.shape[1], inside.shape[0])
        return path
    for row, start, stop in across.tolist():
        path.moveTo(start, row)
        path.lineTo(stop, row)
    for col, start, stop in down.tolist():
        path.moveTo(col, start)
        path.lineTo(col, stop)
    return path


def _runs(edge: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (n, 3) row, start and stop of the runs of True in each row."""
    steps = np.diff(np.pad(edge, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, stops = np.nonzero(steps == -1)
    return np.stack([rows, starts, stops], axis=1)
