"""The histogram of what is shown, with limits to drag; counted in the background, when asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout

from hsi_studio.app.session import Session
from hsi_studio.app.view_service import ViewService
from hsi_studio.core.levels import Histogram
from hsi_studio.core.view import Levels
from hsi_studio.gui.plot_options import leave_options_out
from hsi_studio.gui.shades import Channel, channel_color, mixed, translucent
from hsi_studio.gui.theme import scaled_font
from hsi_studio.gui.view_panel_editor import Editor
from hsi_studio.gui.widgets import named, set_icon

_HEIGHT = 96
_CHANNELS: tuple[Channel, ...] = ("R", "G", "B")


class HistogramPlot(pg.PlotWidget):  # type: ignore[misc]
    """Bars of every channel, and two limits."""

    dragged = Signal(float, float)
    """The limits, (low, high), while one of them is dragged."""

    def __init__(self) -> None:
        super().__init__(background=None, enableMenu=False)
        self._shown: Histogram | None = None
        self.low, self.high = pg.InfiniteLine(movable=True), pg.InfiniteLine(movable=True)
        leave_options_out(self)
        self.hideButtons()
        self.setFixedHeight(_HEIGHT)
        self.setMouseEnabled(x=False, y=False)
        self.hideAxis("left")
        self.getAxis("bottom").enableAutoSIPrefix(False)
        for line in (self.low, self.high):
            line.setZValue(10)
            line.setCursor(Qt.CursorShape.SizeHorCursor)
            line.sigDragged.connect(self._drag)
        self._apply_palette()

    def show_counts(self, counted: Histogram, levels: Levels) -> None:
        """Draw what was counted, and the limits of the stretch."""
        self._shown = counted
        self._draw()
        if not (self.low.moving or self.high.moving):
            self.low.setValue(min(low for low, _ in levels.limits))
            self.high.setValue(max(high for _, high in levels.limits))

    def show_nothing(self) -> None:
        """Draw neither bars nor limits."""
        self._shown = None
        self.clear()

    def _draw(self) -> None:
        self.clear()
        if self._shown is None:
            return
        colour = len(self._shown.counts) == 3
        for channel, counts, edges in zip(_CHANNELS, self._shown.counts, self._shown.edges, strict=False):
            color = channel_color(self.palette(), channel) if colour else mixed(self.palette(), 0.7)
            # The square root keeps rare values visible beside a peak.
            self.plot(
                edges,
                np.sqrt(counts),
                stepMode="center",
                fillLevel=0,
                pen=color,
                brush=translucent(color, 0.25),
            )
        for line in (self.low, self.high):
            self.addItem(line, ignoreBounds=True)

    def _drag(self) -> None:
        low, high = sorted((self.low.value(), self.high.value()))
        if low < high:
            self.dragged.emit(low, high)

    def _apply_palette(self) -> None:
        text = mixed(self.palette(), 0.85)
        axis = self.getAxis("bottom")
        axis.setPen(mixed(self.palette(), 0.35))
        axis.setTextPen(mixed(self.palette(), 0.72))
        axis.setTickFont(scaled_font(self.font(), 0.8))
        for line in (self.low, self.high):
            line.setPen(text, width=2 * self.devicePixelRatioF())
            line.setHoverPen(self.palette().accent().color(), width=3 * self.devicePixelRatioF())
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "low"):
            self._apply_palette()


class HistogramSection(Editor):
    """Folded away at first; dragging a limit makes the stretch one of fixed values."""

    def __init__(self, session: Session, service: ViewService) -> None:
        super().__init__(session)
        self._service = service
        self.plot: HistogramPlot | None = None
        self.toggle = named(QToolButton(), "Histogram")
        self.toggle.setText("Histogram")
        self.toggle.setCheckable(True)
        self.toggle.setProperty("quiet", True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.toggled.connect(self._fold)
        set_icon(self.toggle, "caret-right")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)

    def on_cube(self) -> None:
        self.setEnabled(self.opened is not None)
        if self.plot is not None:
            self.plot.show_nothing()

    def refresh(self) -> None:
        if self.toggle.isChecked() and self.opened is not None:
            self._service.ask_histogram(self.opened.cube, self.opened.view)

    def _fold(self, unfolded: bool) -> None:
        if self.plot is None:  # built when it is first wanted: it takes a third of the panel's time
            self.plot = HistogramPlot()
            self.plot.dragged.connect(self._drag)
            self._service.histogram_ready.connect(self.plot.show_counts)
            self._column.addWidget(self.plot)
        self.plot.setVisible(unfolded)
        set_icon(self.toggle, "caret-down" if unfolded else "caret-right")
        self.refresh()

    def _drag(self, low: float, high: float) -> None:
        if self.opened is not None:
            stretch = replace(self.opened.view.stretch, mode="fixed", low=low, high=high)
            self.session.set_view(replace(self.opened.view, stretch=stretch))
