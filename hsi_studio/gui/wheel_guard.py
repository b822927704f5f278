"""The wheel over a scrolling panel scrolls it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollArea, QScrollBar, QWidget


class WheelGuard(QObject):
    """Leaves the wheel to a scroll area until a slider, box or list in it has the focus.

    Qt turns whatever comes under the pointer while somebody scrolls.
    """

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)

    def watch(self, content: QWidget) -> None:
        """Guard what is in a part of the area."""
        for widget in content.findChildren(QWidget):
            if isinstance(widget, QAbstractSlider | QAbstractSpinBox | QComboBox) and not isinstance(
                widget, QScrollBar
            ):
                if widget.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        guards = event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus()
        if guards:
            event.ignore()  # it goes on to the area
        return guards
