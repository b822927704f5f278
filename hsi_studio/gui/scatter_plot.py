"""The density plot of pixels: axes, zoom, and the lasso."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPolygonF
from PySide6.QtWidgets import QGraphicsPolygonItem, QWidget

from hsi_studio.app.scatter_work import Plotted
from hsi_studio.core.colormaps import lut
from hsi_studio.core.scatter import Frame, Lasso
from hsi_studio.gui.highlight import HIGHLIGHT
from hsi_studio.gui.plot_look import LOOK_EVENTS, PlotHint, apply_look
from hsi_studio.gui.plot_options import leave_options_out
from hsi_studio.gui.shades import is_dark, translucent

_BIN, _BIN_OF_FEW, _FEW = 2, 3, 6000
"""Widget units per bin of the plot; larger for fewer points than `_FEW`."""

_SPACING = 3
"""Widget units between the vertices of a lasso, at the least."""

_VIEW_MS = 30
_COLORMAP = "viridis"


class ScatterPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A picture of a plane; the wheel zooms, the middle button moves, the left one draws a lasso.

    Shift adds to the selection, Alt takes out of it, a click without a drag selects nothing.
    """

    view_changed = Signal(object, object)
    """(`Frame`, (rows, cols)): what to draw into how many bins."""
    lassoed = Signal(object, bool)
    """(`Lasso`, whether it replaces those before)."""
    cleared = Signal()
    """A click, or Esc."""
    pointed = Signal(object)
    """(x, y) under the pointer, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, viewBox=_ViewBox(enableMenu=False), background=None)
        self._home: Frame | None = None
        self._bin = _BIN
        self._shades = pg.ImageItem(axisOrder="row-major")
        self._colors = pg.ImageItem(axisOrder="row-major")
        self._lassos: list[QGraphicsPolygonItem] = []
        self._draft = QGraphicsPolygonItem()
        self._outline: list[QPointF] = []
        self.hint = PlotHint(self)
        self._settle = QTimer(self, singleShot=True, interval=_VIEW_MS)
        self._settle.timeout.connect(self._tell_view)
        self._set_up()

    def _set_up(self) -> None:
        leave_options_out(self)
        self.setMinimumHeight(90)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setAccessibleName("Scatter plot")
        plot, view = self.getPlotItem(), self.getViewBox()
        plot.hideButtons()
        for item in (self._shades, self._colors):
            plot.addItem(item, ignoreBounds=True)
        view.addItem(self._draft, ignoreBounds=True)
        self._draft.hide()
        view.disableAutoRange()
        view.setDefaultPadding(0)
        view.sigRangeChanged.connect(lambda *_: self._settle.start())
        view.sigResized.connect(lambda *_: self._settle.start())
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, tickTextOffset=4)
        plot.setContentsMargins(0, 6, 8, 0)  # outermost tick labels are whole
        self.getAxis("left").setWidth(58)
        self.getAxis("bottom").setHeight(36)
        self._apply_look()

    def set_titles(self, x: str, y: str) -> None:
        """Name the axes."""
        self.getAxis("bottom").setLabel(x)
        self.getAxis("left").setLabel(y)

    def set_home(self, frame: Frame | None, points: int = 0) -> None:
        """Show a part of the plane with so many points, to which a double-click returns; None empties it."""
        self._home = frame
        self._bin = _BIN_OF_FEW if points < _FEW else _BIN
        if frame is None:
            self._shades.clear()
            self._colors.clear()
        else:
            self.reset_view()

    def reset_view(self) -> None:
        """Show all points."""
        if self._home is not None:
            home = self._home
            self.getViewBox().setRange(
                xRange=(home.left, home.right), yRange=(home.bottom, home.top), padding=0
            )
            self._settle.start()

    def show_picture(self, picture: Plotted) -> None:
        """Show what was drawn of a part of the plane."""
        frame = picture.frame
        area = QRectF(frame.left, frame.bottom, frame.right - frame.left, frame.top - frame.bottom)
        if picture.shades is None:
            self._shades.clear()
        else:
            self._shades.setImage(picture.shades, levels=(0, 1), lut=self._table())
            self._shades.setRect(area)
        self._colors.setImage(picture.colors, levels=(0, 255))
        self._colors.setRect(area)

    def show_lassos(self, lassos: tuple[Lasso, ...]) -> None:
        """Outline what is selected; what is taken out again is dashed."""
        for item in self._lassos:
            self.getViewBox().removeItem(item)
        self._lassos = [self._outlined(lasso) for lasso in lassos]

    def _outlined(self, lasso: Lasso) -> QGraphicsPolygonItem:
        item = QGraphicsPolygonItem(QPolygonF([QPointF(x, y) for x, y in lasso.vertices.tolist()]))
        style = Qt.PenStyle.SolidLine if lasso.adds else Qt.PenStyle.DashLine
        item.setPen(pg.mkPen(HIGHLIGHT, width=1.5, style=style))
        item.setBrush(translucent(QColor(HIGHLIGHT), 0.12 if lasso.adds else 0))
        self.getViewBox().addItem(item, ignoreBounds=True)
        return item

    def _tell_view(self) -> None:
        (left, right), (bottom, top) = self.getViewBox().viewRange()
        size = self.getViewBox().sceneBoundingRect().size()
        rows, cols = int(size.height() / self._bin), int(size.width() / self._bin)
        if self._home is not None and rows > 0 and cols > 0 and right > left and top > bottom:
            self.view_changed.emit(Frame(left, right, bottom, top), (rows, cols))

    def _go_on(self, at: QPointF) -> None:
        """Draw the lasso on to a place of the widget."""
        if not self._outline or (at - self._outline[-1]).manhattanLength() >= _SPACING:
            self._outline.append(at)
            self._draft.setPolygon(self._in_plane())
            self._draft.setVisible(len(self._outline) > 1)

    def _in_plane(self) -> QPolygonF:
        view = self.getViewBox()
        return QPolygonF([view.mapSceneToView(self.mapToScene(at.toPoint())) for at in self._outline])

    def _finish(self, keys: Qt.KeyboardModifier) -> None:
        vertices = np.array([(point.x(), point.y()) for point in self._in_plane().toList()])
        self._drop()
        adds = not keys & Qt.KeyboardModifier.AltModifier
        if len(vertices) >= 3:
            self.lassoed.emit(Lasso(vertices, adds), adds and not keys & Qt.KeyboardModifier.ShiftModifier)
        elif len(vertices) == 1:
            self.cleared.emit()

    def _drop(self) -> None:
        """Forget the lasso being drawn."""
        self._outline = []
        self._draft.hide()

    def _table(self) -> NDArray[np.uint8]:
        """Return the colours of densities: from the faintest that shows on the theme's background."""
        colors = lut(_COLORMAP)
        chosen = colors[60:] if is_dark(self.palette()) else colors[:215][::-1]
        table = np.zeros((256, 4), np.uint8)
        table[1:, :3] = chosen[np.linspace(0, len(chosen) - 1, 255).astype(int)]
        table[1:, 3] = 255
        return table

    def _apply_look(self) -> None:
        apply_look(self)
        self.hint.apply_look()
        self._draft.setPen(pg.mkPen(HIGHLIGHT, width=1.5, style=Qt.PenStyle.DashLine))
        if self._shades.image is not None:
            self._shades.setLookupTable(self._table())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in LOOK_EVENTS and hasattr(self, "hint") and self.plotItem is not None:
            self._apply_look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._outline:
            self._drop()
        elif event.key() == Qt.Key.Key_Escape:
            self.cleared.emit()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.reset_view()

    # The lasso is drawn here: pyqtgraph passes over moves of the pointer that come fast.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton and self._plane_at(at.toPoint()) is not None:
            self.setFocus()
            self._go_on(at)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._outline:
            self._go_on(event.position())
        else:
            super().mouseMoveEvent(event)
        self.pointed.emit(self._plane_at(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._outline:
            self._go_on(event.position())
            self._finish(event.modifiers())
        else:
            super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _plane_at(self, at: QPoint) -> tuple[float, float] | None:
        """Return the (x, y) of a place of the widget; None outside the plot."""
        scene, view = self.mapToScene(at), self.getViewBox()
        if self._home is None or not view.sceneBoundingRect().contains(scene):
            return None
        point = view.mapSceneToView(scene)
        return point.x(), point.y()


class _ViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Leaves the right button to menus."""

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() == Qt.MouseButton.RightButton:
            ev.ignore()
        else:
            super().mouseDragEvent(ev, axis=axis)
