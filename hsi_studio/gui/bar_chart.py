"""Horizontal bars with error bars, each with its name and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsi_studio.core.verdict import Spread
from hsi_studio.gui.shades import channel_color, mixed

_ROW, _BAR, _GAP, _CAP = 20, 12, 8, 3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Bar:
    """A value from 0 to 1 with its spread, its name, the text of its number, and whether it stands out."""

    name: str
    value: Spread
    text: str
    strong: bool = True


class BarChart(QWidget):
    """Bars from 0 to 1; `mark` is a value that a line stands at, such as that of chance."""

    def __init__(self, name: str, mark: float | None = None) -> None:
        super().__init__()
        self._mark = mark
        self._bars: tuple[Bar, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show other bars."""
        self._bars = tuple(bars)
        spoken = (f"{bar.name} {bar.text}" for bar in bars)
        self.setAccessibleDescription(", ".join(spoken))
        self.updateGeometry()
        self.update()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars that are shown."""
        return self._bars

    def sizeHint(self) -> QSize:
        return QSize(420, _ROW * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, _ROW * len(self._bars))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._ground()
        for row, bar in enumerate(self._bars):
            self._paint_bar(painter, bar, ground, row * _ROW)
        if self._mark is not None:
            x = ground.left() + self._mark * ground.width()
            painter.setPen(QPen(mixed(self.palette(), 0.6), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, _ROW * len(self._bars)))

    def _ground(self) -> QRectF:
        """Return the place of the bars themselves, between names and numbers."""
        metrics = self.fontMetrics()
        names = max(metrics.horizontalAdvance(bar.name) for bar in self._bars) + _GAP
        numbers = max(metrics.horizontalAdvance(bar.text) for bar in self._bars) + _GAP
        return QRectF(names, 0, max(40, self.width() - names - numbers), self.height())

    def _paint_bar(self, painter: QPainter, bar: Bar, ground: QRectF, top: int) -> None:
        painter.setPen(self.palette().text().color() if bar.strong else mixed(self.palette(), 0.65))
        painter.drawText(QRectF(0, top, ground.left() - _GAP, _ROW), _LEFT, bar.name)
        painter.drawText(QRectF(ground.right(), top, self.width() - ground.right(), _ROW), _RIGHT, bar.text)
        place = QRectF(ground.left(), top + (_ROW - _BAR) / 2, ground.width(), _BAR)
        painter.fillRect(place, mixed(self.palette(), 0.06))
        if bar.value.mean != bar.value.mean:  # nothing was measured
            return
        place.setWidth(ground.width() * min(1.0, max(0.0, bar.value.mean)))
        painter.fillRect(place, self._color(bar))
        self._paint_error(painter, bar.value, ground, place.center().y())

    def _paint_error(self, painter: QPainter, value: Spread, ground: QRectF, y: float) -> None:
        ends = (
            ground.left() + ground.width() * min(1.0, max(0.0, value.mean + sign * value.std))
            for sign in (-1, 1)
        )
        low, high = ends
        if high - low < 1:
            return
        painter.setPen(QPen(self.palette().text().color(), 1.2))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for x in (low, high):
            painter.drawLine(QPointF(x, y - _CAP), QPointF(x, y + _CAP))

    def _color(self, bar: Bar) -> QColor:
        return channel_color(self.palette(), "B") if bar.strong else mixed(self.palette(), 0.3)
