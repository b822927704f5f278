"""Colours that painted widgets need beyond the palette's roles; derived from it, so they follow the theme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QColor, QPalette

Channel = Literal["R", "G", "B"]

_ON_DARK: dict[Channel, str] = {"R": "#ff6b6b", "G": "#51cf66", "B": "#4dabf7"}
_ON_LIGHT: dict[Channel, str] = {"R": "#d6303a", "G": "#2b8a3e", "B": "#1971c2"}


def is_dark(palette: QPalette) -> bool:
    """Tell whether the window is darker than its text."""
    return palette.window().color().lightness() < palette.windowText().color().lightness()


def channel_color(palette: QPalette, channel: Channel) -> QColor:
    """Return the colour that stands for a channel, readable on the palette's base colour."""
    return QColor((_ON_DARK if is_dark(palette) else _ON_LIGHT)[channel])


def mixed(palette: QPalette, text_share: float) -> QColor:
    """Return the base colour moved towards the text colour: 0 is base, 1 is text."""
    base, text = palette.base().color(), palette.text().color()
    ends = ((base.red(), text.red()), (base.green(), text.green()), (base.blue(), text.blue()))
    return QColor(*(round(low + (high - low) * text_share) for low, high in ends))


def translucent(color: QColor, alpha: float) -> QColor:
    """Return `color` with an opacity from 0 to 1."""
    faded = QColor(color)
    faded.setAlphaF(alpha)
    return faded
