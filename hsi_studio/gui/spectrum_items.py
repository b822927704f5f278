"""What can be dragged on the spectrum plot, and what marks its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from hsi_studio.gui.shades import Channel, channel_color, mixed, translucent

TAG_STRIP = 22.0
"""Pixels at the top of the plot that curves leave to the tags."""

_GAP_Z, _RANGE_Z, _LINE_Z = -20, -10, 20
_CORNER = 3.0


class Tag(pg.InfLineLabel):  # type: ignore[misc]  # pyqtgraph has no types
    """A small plate at the upper end of a line, in the line's colour."""

    def __init__(self, line: pg.InfiniteLine, text: str = "") -> None:
        super().__init__(line, text)
        self.textItem.document().setDocumentMargin(3)
        self.setZValue(1)

    @property
    def width(self) -> float:
        """Width in pixels."""
        return float(self.textItem.boundingRect().width())

    def place(self, height: float, shift: float = 0.0) -> None:
        """Stand in the strip of a plot `height` pixels high, `shift` pixels to the right of the line."""
        self.anchors = [(0.5 - shift / self.width, 0.5)] * 2
        self.setPosition(1 - TAG_STRIP / 2 / max(height, TAG_STRIP))

    def set_look(self, plate: QColor, text: QColor) -> None:
        """Take these colours."""
        self.setColor(text)
        self.fill, self.border = pg.mkBrush(plate), pg.mkPen(None)

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.border)
        painter.setBrush(self.fill)
        painter.drawRoundedRect(self.textItem.mapRectToParent(self.textItem.boundingRect()), _CORNER, _CORNER)


def side_by_side(wanted: Sequence[float], width: float, within: float) -> list[float]:
    """Return where plates of a width stand so that none covers another, as near as can be to `wanted`.

    Places are middles, between 0 and `within` as far as there is room. Least squares by the minimax formula
    of isotonic regression (Robertson, Wright and Dykstra 1988).
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    pulled = [wanted[which] - i * width for i, which in enumerate(order)]
    count = len(pulled)
    first, last = width / 2, within + width / 2 - count * width
    result = [0.0] * count
    for i, which in enumerate(order):
        place = max(min(fmean(pulled[j : k + 1]) for k in range(i, count)) for j in range(i + 1))
        result[which] = max(first, min(place, last)) + i * width
    return result


class BandLine(pg.InfiniteLine):  # type: ignore[misc]  # pyqtgraph has no types
    """A vertical line at a band, with a small tag; dragging tells where it would go.

    Parameters
    ----------
    channel : {"R", "G", "B"}, optional
        Its colour; grey when absent.
    """

    def __init__(self, channel: Channel | None) -> None:
        super().__init__(angle=90, movable=True)
        self._channel = channel
        self.tag = Tag(self)
        self.setZValue(_LINE_Z)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.hide()

    def show_at(self, position: float, text: str) -> None:
        """Stand at a position without telling anyone."""
        self.blockSignals(True)
        self.setValue(position)
        self.blockSignals(False)
        self.show()
        self.tag.setFormat(text)  # only a visible tag takes its text
        self.tag.updateTransform(force=True)  # nor did it follow the view while hidden

    def set_look(self, palette: QPalette, density: float) -> None:
        """Take the colours of a theme, on a screen of so many pixels per unit of length."""
        color = mixed(palette, 0.7) if self._channel is None else channel_color(palette, self._channel)
        self.setPen(color, width=2 * density)
        self.setHoverPen(color, width=3 * density)
        self.tag.set_look(color, palette.base().color())


class RangeRegion(pg.LinearRegionItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A range of wavelengths with a letter; the whole range and each end can be dragged."""

    def __init__(self, letter: str) -> None:
        super().__init__(orientation="vertical", swapMode="block")
        self.letter = letter
        self.tag = Tag(self.lines[0], letter)
        self.setZValue(_RANGE_Z)
        self.hide()

    def show_at(self, low: float, high: float) -> None:
        """Cover a range without telling anyone."""
        self.blockSignals(True)
        self.setRegion((low, high))
        self.blockSignals(False)
        self.show()
        self.tag.updateTransform(force=True)  # it did not follow the view while hidden

    def set_look(self, palette: QPalette, density: float) -> None:
        """Take the colours of a theme: the accent for A, the text colour for B."""
        color = palette.accent().color() if self.letter == "A" else palette.text().color()
        self.setBrush(translucent(color, 0.16))
        self.setHoverBrush(translucent(color, 0.26))
        for line in self.lines:
            line.setPen(color, width=density)
            line.setHoverPen(color, width=3 * density)
        self.tag.set_look(color, palette.base().color())


class GapShades(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Grey stretches where a cube has no usable bands."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: tuple[tuple[float, float], ...] = ()
        self._color = QColor()
        self.setZValue(_GAP_Z)

    def show_gaps(self, gaps: tuple[tuple[float, float], ...], color: QColor) -> None:
        """Shade these intervals and no others."""
        self.gaps, self._color = gaps, color
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self.viewRect())

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        seen = self.boundingRect()
        for start, stop in self.gaps:
            painter.fillRect(QRectF(start, seen.top(), stop - start, seen.height()), self._color)
