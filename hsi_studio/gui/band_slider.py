"""A slider along the wavelength axis that stops at good bands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.gui.shades import Channel, channel_color, mixed

_HANDLE = 5.0  # radius
_GROOVE = 4.0  # height
# Steps between tick labels in nm (or bands), the first that leaves room is taken.
_TICK_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)


def tick_positions(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` round positions inside [low, high]."""
    for step in _TICK_STEPS:
        first = -int(-low // step)
        ticks = [float(i * step) for i in range(first, int(high // step) + 1)]
        if len(ticks) <= most:
            return ticks
    return []


class _AxisGeometry:
    """Maps positions of a `BandAxis` to x in pixels over a width."""

    def __init__(self, axis: BandAxis, width: float) -> None:
        self._low, high = axis.limits
        self._span = (high - self._low) or 1.0
        self._width = max(width - 2 * _HANDLE - 2, 1.0)

    def x(self, position: float) -> float:
        return _HANDLE + 1 + (position - self._low) / self._span * self._width

    def position(self, x: float) -> float:
        return self._low + (x - _HANDLE - 1) / self._width * self._span


class BandSlider(QSlider):
    """Chooses one good band; arrows step one band, Page Up and Down ten.

    The inherited `value` is the rank among the good bands by wavelength, so that keyboard, wheel and screen
    readers work as in any slider; `band` is the 0-based band.
    """

    band_changed = Signal(int)
    """The user chose another band (0-based)."""

    def __init__(self, channel: Channel | None, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._channel = channel
        self._axis: BandAxis | None = None
        self._band = 0
        self.setAccessibleName(name)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._on_value)

    @property
    def band(self) -> int:
        """The chosen band (0-based)."""
        return self._band

    def set_axis(self, axis: BandAxis) -> None:
        """Move over to the bands of another cube."""
        self._axis = axis
        self.blockSignals(True)
        self.setRange(0, len(axis.stops) - 1)
        self.blockSignals(False)

    def set_band(self, band: int) -> None:
        """Show a band, good or bad, without telling anyone."""
        if self._axis is None:
            return
        self._band = band
        self.blockSignals(True)
        self.setValue(self._axis.rank(band))
        self.blockSignals(False)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 20)

    def _on_value(self, rank: int) -> None:
        if self._axis is not None:
            self._band = int(self._axis.stops[rank])
            self._describe()
            self.update()
            self.band_changed.emit(self._band)

    def _describe(self) -> None:
        if self._axis is None:
            return
        text = f"Band {self._band + 1}"
        if self._axis.has_wavelengths:
            text += f", {self._axis.positions[self._band]:.1f} nm"
        if not self._axis.good[self._band]:
            text += " (marked as bad)"
        self.setToolTip(text)
        self.setAccessibleDescription(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _move_to(self, x: float) -> None:
        if self._axis is not None:
            band = self._axis.nearest(_AxisGeometry(self._axis, self.width()).position(x))
            self.setValue(self._axis.rank(band))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._axis is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_groove(painter, self._axis)
        self._paint_handle(painter, self._axis)

    def _paint_groove(self, painter: QPainter, axis: BandAxis) -> None:
        to = _AxisGeometry(axis, self.width())
        top = self.height() / 2 - _GROOVE / 2
        low, high = axis.limits
        painter.setBrush(mixed(self.palette(), 0.22))
        painter.drawRoundedRect(QRectF(to.x(low), top, to.x(high) - to.x(low), _GROOVE), 2, 2)
        painter.setBrush(mixed(self.palette(), 0.06))
        for start, stop in axis.gaps:
            painter.drawRect(QRectF(to.x(start), top, to.x(stop) - to.x(start), _GROOVE))

    def _paint_handle(self, painter: QPainter, axis: BandAxis) -> None:
        color = self._color()
        x = _AxisGeometry(axis, self.width()).x(float(axis.positions[self._band]))
        center = QPointF(x, self.height() / 2)
        if self.hasFocus():
            halo = QColor(color)
            halo.setAlpha(90)
            painter.setBrush(halo)
            painter.drawEllipse(center, _HANDLE + 3, _HANDLE + 3)
        painter.setBrush(color if self.isEnabled() else mixed(self.palette(), 0.35))
        painter.drawEllipse(center, _HANDLE, _HANDLE)

    def _color(self) -> QColor:
        if self._channel is None:
            return mixed(self.palette(), 0.85)
        return channel_color(self.palette(), self._channel)


class BandTicks(QWidget):
    """Round wavelengths under the sliders, aligned with them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis: BandAxis | None = None
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.8)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_axis(self, axis: BandAxis) -> None:
        """Show the ticks of another cube."""
        self._axis = axis
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 5)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._axis is None:
            return
        painter = QPainter(self)
        painter.setPen(QPen(mixed(self.palette(), 0.55), 1))
        to, metrics = _AxisGeometry(self._axis, self.width()), self.fontMetrics()
        low, high = self._axis.limits
        room = metrics.horizontalAdvance(f"{high:.0f}") + 8
        for tick in tick_positions(low, high, most=max(2, self.width() // room)):
            x, text = to.x(tick), f"{tick:.0f}"
            painter.drawLine(QPointF(x, 0), QPointF(x, 3))
            half = metrics.horizontalAdvance(text) / 2
            left = min(max(x - half, 0.0), self.width() - 2 * half)
            painter.drawText(QPointF(left, 4 + metrics.ascent()), text)
