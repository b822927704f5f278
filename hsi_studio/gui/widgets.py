"""Small widgets in the look of the window; `resources/styles/app.qss` styles them by property."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from superqt import QElidingLabel

from hsi_studio.gui.theme import icon, scaled_font

Widget = TypeVar("Widget", bound=QWidget)
Label = TypeVar("Label", bound=QLabel)
_ICON = "icon_name"


def named(widget: Widget, name: str) -> Widget:
    """Name a widget for people who do not see it."""
    widget.setAccessibleName(name)
    return widget


def section(text: str) -> QLabel:
    """Return the heading of a part of a panel."""
    return as_section(named(QLabel(text.upper()), text))


def as_section(label: Label) -> Label:
    """Give a label the look of a heading of a part of a panel."""
    label.setProperty("section", True)
    font = scaled_font(label.font(), 0.85, bold=True)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
    label.setFont(font)
    return label


def one_line(text: str = "") -> QElidingLabel:
    """Return a label that takes what width there is and cuts its text there: no name widens a panel."""
    label = QElidingLabel(text)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def shortened(text: str, widget: QWidget, width: int) -> str:
    """Return a text that is cut in its middle where it is wider than `width` pixels on a widget."""
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def muted(text: str) -> QLabel:
    """Return a quiet text."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("muted", True)
    return label


def quiet_button(icon_name: str, tip: str) -> QToolButton:
    """Return a button that is only an icon; the keyboard reaches it, a click leaves the focus where it is."""
    button = named(QToolButton(), tip)
    button.setToolTip(tip)
    button.setProperty("quiet", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if icon_name:
        set_icon(button, icon_name)
    return button


def set_icon(button: QAbstractButton, name: str) -> None:
    """Give a button a Phosphor icon that follows the theme."""
    if button.property(_ICON) == name:
        return
    button.setProperty(_ICON, name)
    button.setIcon(icon(name, quiet=bool(button.property("quiet"))))


def refresh_icons(root: QWidget) -> None:
    """Draw the icons of all buttons inside a widget anew, after the theme has changed."""
    for button in root.findChildren(QAbstractButton):
        name = button.property(_ICON)
        if name:
            button.setIcon(icon(name, quiet=bool(button.property("quiet"))))


def flat_button(text: str) -> QPushButton:
    """Return a button without a frame."""
    button = QPushButton(text)
    button.setProperty("flat", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def progress_bar(name: str) -> QProgressBar:
    """Return a thin bar from 0 to 1000."""
    bar = named(QProgressBar(), name)
    bar.setTextVisible(False)
    bar.setMaximum(1000)
    return bar


def show_fraction(bar: QProgressBar, fraction: float | None) -> None:
    """Show how much is done; a moving bar for None."""
    bar.setUpdatesEnabled(False)  # or Qt paints at once, and with the bar whatever else has changed
    bar.setMaximum(0 if fraction is None else 1000)
    bar.setValue(round(1000 * (fraction or 0)))
    bar.setUpdatesEnabled(True)
