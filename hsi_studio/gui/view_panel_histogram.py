"""The histogram of what is shown, with limits to drag; counted in the background, when asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
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


class HistogramSection(Editor):
    """Folded away at first; dragging a limit makes the stretch one of fixed values."""

    def __init__(self, session: Session, service: ViewService) -> None:
        super().__init__(session)
        self._service = service
        self._shown: Histogram | None = None
        self.toggle = named(QToolButton(), "Histogram")
        self.toggle.setText("Histogram")
        self.toggle.setCheckable(True)
        self.toggle.setProperty("quiet", True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.plot = pg.PlotWidget(background=None, enableMenu=False)
        self.low, self.high = pg.InfiniteLine(movable=True), pg.InfiniteLine(movable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.plot)
        self._set_up()

    def _set_up(self) -> None:
        self.plot.setFixedHeight(_HEIGHT)
        leave_options_out(self.plot)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideAxis("left")
        self.plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.plot.hide()
        for line in (self.low, self.high):
            line.setZValue(10)
            line.setCursor(Qt.CursorShape.SizeHorCursor)
            line.sigDragged.connect(self._drag)
        self.toggle.toggled.connect(self._fold)
        self._service.histogram_ready.connect(self._show)
        set_icon(self.toggle, "caret-right")
        self._apply_palette()

    def on_cube(self) -> None:
        self.setEnabled(self.opened is not None)
        self._shown = None
        self.plot.clear()

    def refresh(self) -> None:
        if self.toggle.isChecked() and self.opened is not None:
            self._service.ask_histogram(self.opened.cube, self.opened.view)

    def _fold(self, unfolded: bool) -> None:
        self.plot.setVisible(unfolded)
        set_icon(self.toggle, "caret-down" if unfolded else "caret-right")
        self.refresh()

    def _show(self, counted: Histogram, levels: Levels) -> None:
        self._shown = counted
        self._draw()
        if not (self.low.moving or self.high.moving):
            self.low.setValue(min(low for low, _ in levels.limits))
            self.high.setValue(max(high for _, high in levels.limits))

    def _draw(self) -> None:
        self.plot.clear()
        if self._shown is None:
            return
        colour = len(self._shown.counts) == 3
        for channel, counts, edges in zip(_CHANNELS, self._shown.counts, self._shown.edges, strict=False):
            color = channel_color(self.palette(), channel) if colour else mixed(self.palette(), 0.7)
            # The square root keeps rare values visible beside a peak.
            self.plot.plot(
                edges,
                np.sqrt(counts),
                stepMode="center",
                fillLevel=0,
                pen=color,
                brush=translucent(color, 0.25),
            )
        for line in (self.low, self.high):
            self.plot.addItem(line, ignoreBounds=True)

    def _drag(self) -> None:
        low, high = sorted((self.low.value(), self.high.value()))
        if self.opened is not None and low < high:
            stretch = replace(self.opened.view.stretch, mode="fixed", low=low, high=high)
            self.session.set_view(replace(self.opened.view, stretch=stretch))

    def _apply_palette(self) -> None:
        text = mixed(self.palette(), 0.85)
        axis = self.plot.getAxis("bottom")
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
