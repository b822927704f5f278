"""Curves of the spectrum plot: one per entry, a band of ± one standard deviation, and the live one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainterPath, QPalette, QPixmapCache, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from hsi_studio.app.spectra_model import Entry
from hsi_studio.app.spectrum_service import Curve
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.gui.shades import mixed, translucent

_HOVER_Z = 5
_PICTURES_KB = 65536


def entry_color(entry: Entry, palette: QPalette) -> QColor:
    """Return an entry's colour; the inspected pixel takes that of text, seen on any ground."""
    return palette.text().color() if entry.inspected else QColor(*entry.color)


def spread_path(x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> QPainterPath:
    """Return the outline between two lines (n,), one polygon per run without NaN."""
    path = QPainterPath()
    finite = np.isfinite(low) & np.isfinite(high)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False]))))
    for start, stop in edges.reshape(-1, 2):
        there = [QPointF(*point) for point in zip(x[start:stop], high[start:stop], strict=True)]
        back = [QPointF(*point) for point in zip(x[start:stop], low[start:stop], strict=True)]
        path.addPolygon(QPolygonF(there + back[::-1]))
    return path


@dataclass(frozen=True, eq=False)
class _Drawn:
    curve: Curve
    line: pg.PlotCurveItem
    spread: QGraphicsPathItem


class Curves:
    """Draws on a plot what a `SpectraModel` holds; only what changed is drawn anew."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _PICTURES_KB))
        self._plot = plot
        self._drawn: dict[int, _Drawn] = {}
        self._hover = _line()
        self._hover.setZValue(_HOVER_Z)
        self._plot.addItem(self._hover, ignoreBounds=True)
        self._hovered: Curve | None = None

    def clear(self) -> None:
        """Draw nothing, such as when another cube gives the axis another meaning."""
        for key in list(self._drawn):
            self._erase(key)
        self.show_hover(None, None)

    def show_hover(self, curve: Curve | None, axis: BandAxis | None) -> None:
        """Draw the live spectrum, or none."""
        self._hovered = curve
        if curve is None or axis is None:
            self._hover.clear()
        else:
            self._hover.setData(*axis.line(curve.values))

    def show_entries(self, entries: Sequence[Entry], axis: BandAxis, selected: int | None) -> None:
        """Draw these entries, the selected one stronger."""
        for key in self._drawn.keys() - {entry.key for entry in entries}:
            self._erase(key)
        palette, density = self._plot.palette(), self._plot.devicePixelRatioF()
        self._hover.setPen(mixed(palette, 0.62), width=density)
        for entry in entries:
            if entry.curve is not None:
                drawn = self._draw(entry.key, entry.curve, axis)
                _style(drawn, entry_color(entry, palette), density, entry.key == selected)

    @property
    def hovered(self) -> Curve | None:
        """The live spectrum."""
        return self._hovered

    def values(self) -> Iterable[tuple[QColor, Curve]]:
        """Every drawn curve with its colour, the live one last."""
        for drawn in self._drawn.values():
            yield drawn.line.opts["pen"].color(), drawn.curve
        if self._hovered is not None:
            yield self._hover.opts["pen"].color(), self._hovered

    def _draw(self, key: int, curve: Curve, axis: BandAxis) -> _Drawn:
        known = self._drawn.get(key)
        if known is not None and known.curve is curve:
            return known
        line, spread = (known.line, known.spread) if known else self._new_items()
        x, y = axis.line(curve.values)
        line.setData(x, y)
        if curve.std is None:
            spread.setPath(QPainterPath())
        else:
            spread.setPath(
                spread_path(x, axis.line(curve.values - curve.std)[1], axis.line(curve.values + curve.std)[1])
            )
        self._drawn[key] = _Drawn(curve, line, spread)
        return self._drawn[key]

    def _new_items(self) -> tuple[pg.PlotCurveItem, QGraphicsPathItem]:
        line, spread = _line(), QGraphicsPathItem()
        # Kept as pictures: under a moving cursor only the live curve is stroked anew.
        for item in (line, spread):
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        spread.setPen(pg.mkPen(None))
        spread.setZValue(-1)
        self._plot.addItem(spread, ignoreBounds=True)
        self._plot.addItem(line, ignoreBounds=True)
        return line, spread

    def _erase(self, key: int) -> None:
        drawn = self._drawn.pop(key)
        self._plot.removeItem(drawn.line)
        self._plot.removeItem(drawn.spread)


def _line() -> pg.PlotCurveItem:
    line = pg.PlotCurveItem(connect="finite", antialias=True, skipFiniteCheck=False)
    # Stroked as one path, a noisy spectrum takes Qt 50 ms, with every wide line it crosses.
    line.setSegmentedLineMode("on")
    return line


def _style(drawn: _Drawn, color: QColor, density: float, strong: bool) -> None:
    # Widths count pixels of the screen, whatever its density.
    drawn.line.setPen(color, width=density * (2.5 if strong else 1.5))
    drawn.spread.setBrush(pg.mkBrush(translucent(color, 0.36 if strong else 0.24)))
