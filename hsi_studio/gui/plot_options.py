"""What every pyqtgraph plot brings along and this window never shows."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


def leave_options_out(plot: pg.PlotWidget) -> None:
    """Keep Qt from preparing the options menu of a new plot for showing.

    It has about a hundred widgets, which would be styled one by one soon after, and hold the window up.
    """
    item = plot.getPlotItem()
    roots = [part for part in (item.ctrlMenu, *vars(item.ctrl).values()) if isinstance(part, QWidget)]
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            QCoreApplication.removePostedEvents(widget, QEvent.Type.PolishRequest.value)
