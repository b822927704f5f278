"""What can be dragged on the spectrum plot, and what marks its gaps."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from hsi_studio.gui.shades import Channel, channel_color, mixed, translucent

_TAG_STEP = 15.0  # pixels from one wavelength tag down to the next
_GAP_Z, _RANGE_Z, _LINE_Z = -20, -10, 20


class BandLine(pg.InfiniteLine):  # type: ignore[misc]
    """A vertical line at a band, with a small tag; dragging tells where it would go.

    Parameters
    ----------
    channel : {"R", "G", "B"}, optional
        Its colour; grey when absent.
    level : int
        Tags stand on levels 0, 1, 2 below each other, so that near lines stay readable.
    """

    def __init__(self, channel: Channel | None, level: int) -> None:
        super().__init__(angle=90, movable=True)
        self._channel = channel
        self._level = level
        self.tag = pg.InfLineLabel(self, anchors=[(-0.06, 0.5), (1.06, 0.5)])
        self.addMarker("v", 1.0, 14)
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

    def place_tag(self, height: float) -> None:
        """Put the tag on its level, in a plot `height` pixels high."""
        self.tag.setPosition(1 - (12 + _TAG_STEP * self._level) / max(height, 60.0))

    def set_look(self, palette: QPalette, density: float) -> None:
        """Take the colours of a theme, on a screen of so many pixels per unit of length."""
        color = mixed(palette, 0.7) if self._channel is None else channel_color(palette, self._channel)
        self.setPen(color, width=2 * density)
        self.setHoverPen(color, width=3 * density)
        self.tag.setColor(color)
        self.tag.fill = pg.mkBrush(translucent(palette.base().color(), 0.75))


class RangeRegion(pg.LinearRegionItem):  # type: ignore[misc]
    """A range of wavelengths with a letter; the whole range and each end can be dragged."""

    def __init__(self, letter: str) -> None:
        super().__init__(orientation="vertical", swapMode="block")
        self.letter = letter
        self._label = pg.InfLineLabel(
            self.lines[0], letter, position=0.07, anchors=[(-0.4, 0.5), (-0.4, 0.5)]
        )
        self.setZValue(_RANGE_Z)
        self.hide()

    def show_at(self, low: float, high: float) -> None:
        """Cover a range without telling anyone."""
        self.blockSignals(True)
        self.setRegion((low, high))
        self.blockSignals(False)
        self.show()
        self._label.updateTransform(force=True)  # it did not follow the view while hidden

    def set_look(self, palette: QPalette, density: float) -> None:
        """Take the colours of a theme: the accent for A, the text colour for B."""
        color = palette.accent().color() if self.letter == "A" else palette.text().color()
        self.setBrush(translucent(color, 0.16))
        self.setHoverBrush(translucent(color, 0.26))
        for line in self.lines:
            line.setPen(color, width=density)
            line.setHoverPen(color, width=3 * density)
        self._label.setColor(color)


class GapShades(pg.GraphicsObject):  # type: ignore[misc]
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
