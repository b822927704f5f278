"""What the plots have in common: the look of their axes, and a sentence while there is nothing to plot."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel

from hsi_studio.gui.shades import mixed

LOOK_EVENTS = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange)
"""What changes the look of a plot."""

_AROUND = (70, 8, -16, -40)  # pixels from the widget's border to where curves and points are


def apply_look(plot: pg.PlotWidget) -> None:
    """Give a plot's background and axes the colours and fonts of its widget."""
    palette, font = plot.palette(), QFont(plot.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() * 0.88))
    plot.setBackground(palette.base().color())
    for axis in map(plot.getAxis, ("left", "bottom")):
        axis.setPen(mixed(palette, 0.35))
        axis.setTextPen(mixed(palette, 0.72))
        axis.setTickFont(font)
        axis.label.setFont(font)


class PlotHint(QLabel):
    """A sentence in the middle of a plot that shows nothing yet; what lies behind it does not cross it.

    Parameters
    ----------
    plot : PlotWidget
        In whose middle it stays.
    """

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        plot.installEventFilter(self)

    def say(self, text: str) -> None:
        """Show a sentence; an empty one hides it."""
        if text != self.text():
            self.setText(text)
            self.setVisible(bool(text))
            self._place()

    def apply_look(self) -> None:
        """Take on the colours of the plot."""
        palette = self._plot.palette()
        text, ground = mixed(palette, 0.6).name(), palette.base().color().name()
        self.setStyleSheet(f"color: {text}; background: {ground}")
        self._place()  # the font may be another one, too

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        frame = self._plot.rect().adjusted(*_AROUND)
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        words = self.fontMetrics().boundingRect(frame, flags, self.text())
        self.setGeometry(words.adjusted(-8, -4, 8, 4) & frame)
