"""Paints pictures, and what lies behind them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPixmap

from hsi_studio.app.pictures import Picture
from hsi_studio.app.render_service import Shown
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform

_CHECKER = 8
_EVERYTHING = QRect(-(1 << 20), -(1 << 20), 1 << 21, 1 << 21)


def image_of(picture: Picture) -> QImage:
    """Return a QImage that shares the picture's memory; the picture must outlive it."""
    rows, cols = picture.argb.shape[:2]
    formats = QImage.Format
    kind = formats.Format_RGB32 if picture.opaque else formats.Format_ARGB32_Premultiplied
    return QImage(picture.argb.data, cols, rows, 4 * cols, kind)


def checkerboard(background: QColor) -> QBrush:
    """Return the pattern that shows through where nothing was measured."""
    value = background.lightness()
    shade = min(255, value + 10) if value < 128 else value - 10
    tile = QPixmap(2 * _CHECKER, 2 * _CHECKER)
    tile.fill(background)
    painter = QPainter(tile)
    for corner in (0, _CHECKER):
        painter.fillRect(corner, corner, _CHECKER, _CHECKER, QColor.fromHsl(0, 0, shade))
    painter.end()
    return QBrush(tile)


def paint_stack(
    painter: QPainter,
    stack: tuple[Shown, ...],
    transform: ViewTransform,
    visible: Window,
    *,
    bare: bool,
    smooth: bool,
) -> None:
    """Paint pictures over one another; only the image when `bare`.

    Layers are never smoothed: a mixture of two classes' colours would look like a third class.
    """
    for shown in stack:
        if shown.is_image or not bare:
            _paint_pictures(painter, shown.pictures, transform, visible, smooth=smooth and shown.is_image)


class Frame:
    """The last painting of all pictures, so that a moving marker does not paint them anew."""

    def __init__(self) -> None:
        self.image = QImage()
        self._invalid: QRect | None = None
        self.invalidate()

    def invalidate(self, area: QRect | None = None) -> None:
        """Have the pictures painted anew, in a part of the widget or all of it."""
        if area is None:
            self._invalid = _EVERYTHING
        else:
            self._invalid = area if self._invalid is None else self._invalid.united(area)

    def begin(self, size: QSize, ratio: float) -> tuple[QPainter, QRect] | None:
        """Return a painter for the part of the frame that must be painted; None when it still holds."""
        pixels = size * ratio
        if self.image.size() != pixels or self.image.devicePixelRatio() != ratio:
            self.image = QImage(pixels, QImage.Format.Format_RGB32)
            self.image.setDevicePixelRatio(ratio)
            self.invalidate()
        if self._invalid is None or self.image.isNull():
            return None
        area, self._invalid = self._invalid & QRect(QPoint(), size), None
        painter = QPainter(self.image)
        painter.setClipRect(area)
        return painter, area

    def show(self, painter: QPainter) -> None:
        """Copy the frame to a widget."""
        painter.drawImage(0, 0, self.image)


def _paint_pictures(
    painter: QPainter,
    pictures: tuple[Picture, ...],
    transform: ViewTransform,
    visible: Window,
    *,
    smooth: bool,
) -> None:
    top = pictures[-1]
    for picture in pictures[:-1]:
        # Not under the sharp picture: it would shine through where that one is translucent.
        for part in _around(visible, top.task.window):
            _paint(painter, picture, part, transform, smooth=smooth)
    _paint(painter, top, visible.common(top.task.window), transform, smooth=smooth)


def _around(whole: Window, hole: Window) -> tuple[Window, ...]:
    """Return the rectangles that make up `whole` without `hole`."""
    top, bottom = (min(max(row, whole.row), whole.row_stop) for row in (hole.row, hole.row_stop))
    left, right = (min(max(col, whole.col), whole.col_stop) for col in (hole.col, hole.col_stop))
    parts = (
        Window(whole.row, whole.col, top - whole.row, whole.cols),
        Window(bottom, whole.col, whole.row_stop - bottom, whole.cols),
        Window(top, whole.col, bottom - top, left - whole.col),
        Window(top, right, bottom - top, whole.col_stop - right),
    )
    return tuple(part for part in parts if part.size)


def _paint(
    painter: QPainter, picture: Picture, part: Window, transform: ViewTransform, *, smooth: bool
) -> None:
    task = picture.task
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    shrunk = transform.scale * ratio * task.step < 1
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth and shrunk)
    # In fractions of the picture's pixels: the last ones may reach beyond the image.
    source = QRectF(
        (part.col - task.window.col) / task.step,
        (part.row - task.window.row) / task.step,
        part.cols / task.step,
        part.rows / task.step,
    )
    painter.drawImage(transform.rect(part), image_of(picture), source)
