"""Where an image lies in a widget: pure geometry."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

from hsi_studio.core.window import Window

_LARGEST_PIXEL = 256.0
"""Widget units that a pixel covers at the most."""

_SMALLEST_SHARE = 0.25
"""Of the size at which the image fits, where zooming out ends."""


@dataclass(frozen=True)
class ViewTransform:
    """Position of an image in a widget.

    Parameters
    ----------
    scale : float
        Widget units (logical pixels) per image pixel.
    row, col : float
        Image position at the widget's top left corner; pixel (r, c) covers [r, r + 1) × [c, c + 1).
    """

    scale: float = 1.0
    row: float = 0.0
    col: float = 0.0

    @classmethod
    def fitting(cls, rows: int, cols: int, size: QSizeF, border: float = 0.0) -> ViewTransform:
        """Return the transform that shows all of an image in the middle of a widget."""
        scale = _fit_scale(rows, cols, size, border)
        return cls(scale).centred(rows / 2, cols / 2, size)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """Return the (row, col) at a widget position."""
        return self.row + point.y() / self.scale, self.col + point.x() / self.scale

    def to_widget(self, row: float, col: float) -> QPointF:
        """Return the widget position of an image position."""
        return QPointF((col - self.col) * self.scale, (row - self.row) * self.scale)

    def rect(self, window: Window) -> QRectF:
        """Return the widget rectangle of a window."""
        corner = self.to_widget(window.row, window.col)
        return QRectF(corner, QSizeF(window.cols * self.scale, window.rows * self.scale))

    def zoomed(self, scale: float, at: QPointF) -> ViewTransform:
        """Return the transform at another scale that leaves the image position under `at` where it is."""
        row, col = self.to_image(at)
        return ViewTransform(scale, row - at.y() / scale, col - at.x() / scale)

    def moved(self, delta: QPointF) -> ViewTransform:
        """Return the transform after the image was dragged by `delta`."""
        return replace(self, row=self.row - delta.y() / self.scale, col=self.col - delta.x() / self.scale)

    def centred(self, row: float, col: float, size: QSizeF) -> ViewTransform:
        """Return the transform that has an image position in the middle of the widget."""
        return replace(
            self, row=row - size.height() / 2 / self.scale, col=col - size.width() / 2 / self.scale
        )

    def kept_in_sight(self, rows: int, cols: int, size: QSizeF) -> ViewTransform:
        """Return the nearest transform whose middle lies on the image."""
        row, col = self.to_image(QPointF(size.width() / 2, size.height() / 2))
        return self.centred(min(max(row, 0), rows), min(max(col, 0), cols), size)

    def visible(self, rows: int, cols: int, size: QSizeF) -> Window:
        """Return the pixels of an image that are in sight, in part or whole."""
        top, left = math.floor(self.row), math.floor(self.col)
        bottom, right = self.to_image(QPointF(size.width(), size.height()))
        return Window(top, left, math.ceil(bottom) - top, math.ceil(right) - left).clipped(rows, cols)


def allowed_scale(scale: float, rows: int, cols: int, size: QSizeF) -> float:
    """Return the nearest scale within the limits of zooming."""
    smallest = min(_fit_scale(rows, cols, size, 0) * _SMALLEST_SHARE, 1.0)
    return min(max(scale, smallest), _LARGEST_PIXEL)


def _fit_scale(rows: int, cols: int, size: QSizeF, border: float) -> float:
    width, height = max(1.0, size.width() - 2 * border), max(1.0, size.height() - 2 * border)
    return min(width / max(1, cols), height / max(1, rows), _LARGEST_PIXEL)
