"""The plot of spectra: axes, zoom, gaps, the readout under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from hsi_studio.app.spectrum_service import Curve
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.gui.plot_look import LOOK_EVENTS, PlotHint, apply_look
from hsi_studio.gui.plot_options import leave_options_out
from hsi_studio.gui.shades import mixed
from hsi_studio.gui.spectrum_curves import Curves
from hsi_studio.gui.spectrum_items import TAG_STRIP, GapShades

_MARGIN = 0.05  # of the height, above and below the curves
_REACH = 60.0  # pixels from the cursor within which a curve is read


class SpectrumPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Axes over the bands of a cube with `curves` on them.

    The wheel and a drag act on wavelengths; over the value axis they act on values. As long as the user has
    not zoomed, the view follows the curves; a double-click returns to that.
    """

    readout_changed = Signal(str)
    """Wavelength and value under the cursor, in words; empty outside."""
    look_changed = Signal()
    """The colours of the theme, or the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, viewBox=_ViewBox(enableMenu=False), background=None)
        self.menu = QMenu(self)
        self._axis: BandAxis | None = None
        self._following = True
        self._values: tuple[float, float] | None = None
        plot = self.getPlotItem()
        plot.hideButtons()
        self._gaps = GapShades()
        plot.addItem(self._gaps, ignoreBounds=True)
        self.curves = Curves(self)
        self._cursor = pg.InfiniteLine(angle=90)
        self._point = pg.ScatterPlotItem(size=7, pen=pg.mkPen(None))
        for item in (self._cursor, self._point):
            plot.addItem(item, ignoreBounds=True)
            item.hide()
        self.hint = PlotHint(self)
        self._set_up()

    def _set_up(self) -> None:
        leave_options_out(self)
        self.setMinimumHeight(90)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        view = self.getViewBox()
        view.disableAutoRange()
        view.setDefaultPadding(0)
        view.sigRangeChangedManually.connect(self._on_zoomed)
        view.sigResized.connect(self._on_resized)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, tickTextOffset=4)
        self.getPlotItem().setContentsMargins(0, 6, 8, 0)  # outermost tick labels are whole
        self.getAxis("left").setWidth(58)
        self.getAxis("bottom").setHeight(36)
        self._apply_look()

    @property
    def band_axis(self) -> BandAxis | None:
        """The axis of the cube shown."""
        return self._axis

    def set_axis(self, axis: BandAxis | None) -> None:
        """Show the bands of another cube, or nothing."""
        self._axis = axis
        self.curves.clear()
        self._values = None
        self.getAxis("bottom").setLabel("Wavelength (nm)" if axis is None or axis.has_wavelengths else "Band")
        self._shade_gaps()
        if axis is not None:
            low, high = axis.limits
            reach = (high - low) or 1.0
            self.getViewBox().setLimits(xMin=low - reach * 0.1, xMax=high + reach * 0.1)
        self.reset_view()

    def set_quantity(self, text: str) -> None:
        """Name the value axis."""
        self.getAxis("left").setLabel(text)

    def reset_view(self) -> None:
        """Show all wavelengths and all curves, and follow the curves from now on."""
        self._following = True
        self.fit()

    def fit(self, grow_only: bool = False) -> None:
        """Follow the curves, unless the user has zoomed.

        With `grow_only` the range of values never shrinks: the axis stands still under a moving cursor.
        """
        live = self.curves.hovered if grow_only else None
        limits = self._limits_of([curve for _, curve in self.curves.values()] if live is None else [live])
        if grow_only and self._values is not None and limits is not None:
            limits = min(limits[0], self._values[0]), max(limits[1], self._values[1])
        changed = limits is not None and limits != self._values
        self._values = limits or self._values
        if self._following and (changed or not grow_only):
            self._show_all()

    def _show_all(self) -> None:
        if self._axis is None:
            return
        low, high = self._axis.limits
        bottom, top = self._values or (0.0, 1.0)
        # A constant spectrum is drawn in the middle.
        margin = (top - bottom) * _MARGIN or abs(top) * 0.1 or 1.0
        sides = (high - low) * 0.01 or 0.5
        room = self.getViewBox().height() - TAG_STRIP
        strip = (top - bottom + 2 * margin) * TAG_STRIP / room if room > TAG_STRIP else 0.0
        self.getViewBox().setRange(
            xRange=(low - sides, high + sides), yRange=(bottom - margin, top + margin + strip), padding=0
        )

    def _limits_of(self, curves: Sequence[Curve]) -> tuple[float, float] | None:
        if self._axis is None:
            return None
        drawn = []
        for curve in curves:
            spread = 0.0 if curve.std is None else np.nan_to_num(curve.std)
            drawn += [(curve.values - spread)[self._axis.stops], (curve.values + spread)[self._axis.stops]]
        values = np.concatenate(drawn) if drawn else np.empty(0)
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if values.size else None

    def _on_zoomed(self) -> None:
        self._following = False

    def _on_resized(self) -> None:
        self.fit()

    def _shade_gaps(self) -> None:
        gaps = () if self._axis is None else self._axis.gaps
        self._gaps.show_gaps(gaps, mixed(self.palette(), 0.11))

    def _apply_look(self) -> None:
        apply_look(self)
        self.hint.apply_look()
        self._cursor.setPen(
            mixed(self.palette(), 0.4), width=self.devicePixelRatioF(), style=Qt.PenStyle.DashLine
        )
        self._shade_gaps()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Closed, pyqtgraph's widget has no plot any more, and may still hear of another theme.
        if event.type() in LOOK_EVENTS and hasattr(self, "hint") and self.plotItem is not None:
            self._apply_look()
            self.look_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.menu.isEmpty():
            self.menu.popup(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.reset_view()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._read(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(None)

    def _read(self, at: QPoint | None) -> None:
        scene = None if at is None else self.mapToScene(at)
        inside = scene is not None and self.getViewBox().sceneBoundingRect().contains(scene)
        self._cursor.setVisible(inside)
        self._point.hide()
        if scene is None or not inside or self._axis is None:
            self.readout_changed.emit("")
            return
        position = self.getViewBox().mapSceneToView(scene)
        band = self._axis.nearest(position.x())
        where = float(self._axis.positions[band])
        self._cursor.setValue(where)
        text = f"{where:.1f} nm" if self._axis.has_wavelengths else f"Band {band + 1}"
        self.readout_changed.emit(f"{text}  {self._value_text(band, scene)}".rstrip())

    def _value_text(self, band: int, scene: QPointF) -> str:
        """Return the value of the curve nearest to the cursor, and mark the point."""
        assert self._axis is not None
        where, view = float(self._axis.positions[band]), self.getViewBox()
        points = [(color, float(curve.values[band])) for color, curve in self.curves.values()]
        reached = [
            (abs(view.mapViewToScene(QPointF(where, value)).y() - scene.y()), value, color)
            for color, value in points
            if np.isfinite(value)
        ]
        if not reached or min(reached, key=_distance)[0] > _REACH:
            return ""
        _, value, color = min(reached, key=_distance)
        self._point.setData([where], [value], brush=pg.mkBrush(color))
        self._point.show()
        return f"{value:.4g}"


def _distance(reached: tuple[float, float, Any]) -> float:
    return reached[0]


class _ViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Zooms and pans along wavelengths, unless an axis says which."""

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        super().wheelEvent(ev, axis=pg.ViewBox.XAxis if axis is None else axis)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() == Qt.MouseButton.RightButton:
            ev.ignore()  # it opens the menu
        else:
            super().mouseDragEvent(ev, axis=pg.ViewBox.XAxis if axis is None else axis)
