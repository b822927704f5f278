"""Colours, palette, style sheet and icons of the light and the dark theme."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from hsi_studio import paths
from hsi_studio.gui.kept_icon import kept

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

    from hsi_studio.app.settings import ThemeMode

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True)
class Tokens:
    """Named colours; every colour of the window that does not come from data is one of these."""

    canvas: str
    panel: str
    bar: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_text: str
    selected: str
    checked: str
    good: str
    warning: str
    bad: str


DARK = Tokens(
    canvas="#101114",
    panel="#1b1d22",
    bar="#1f2126",
    raised="#25282e",
    hover="#30343c",
    border="#353941",
    text="#e4e6ea",
    muted="#9aa1ad",
    disabled="#666c77",
    accent="#4dabf7",
    accent_text="#0b1a28",
    selected="#1c3d5a",
    checked="#1c4f7c",
    good="#51cf66",
    warning="#ffc14d",
    bad="#ff6b6b",
)
LIGHT = Tokens(
    canvas="#e4e6ea",
    panel="#f7f8fa",
    bar="#eef0f3",
    raised="#ffffff",
    hover="#e3e7ec",
    border="#ccd1d9",
    text="#1d2129",
    muted="#5a6270",
    disabled="#9aa1ad",
    accent="#1971c2",
    accent_text="#ffffff",
    selected="#d3e7fb",
    checked="#bfdcf8",
    good="#2b8a3e",
    warning="#a15c00",
    bad="#c92a2a",
)


class Theme(QObject):
    """Applies a theme to the application and tells when its colours change.

    One per application; `Theme.current()` finds it.
    """

    changed = Signal(object)
    """The `Tokens` now in use."""

    _instance: Theme | None = None

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        Theme._instance = self
        self._application = application
        self.tokens = LIGHT
        self._icons: dict[tuple[str, bool], QIcon] = {}
        application.setStyle("Fusion")
        self._mode: ThemeMode = "system"
        application.styleHints().colorSchemeChanged.connect(self._apply)

    @classmethod
    def current(cls) -> Tokens:
        """Return the colours in use; the light ones when no theme has been set up."""
        return LIGHT if cls._instance is None else cls._instance.tokens

    @classmethod
    def icon(cls, name: str, *, quiet: bool) -> QIcon:
        """Return an icon in the colours in use, the same until they change."""
        if cls._instance is None:
            return _drawn_icon(name, LIGHT, quiet=quiet)
        icons, tokens = cls._instance._icons, cls._instance.tokens
        if (name, quiet) not in icons:
            icons[name, quiet] = kept(_drawn_icon(name, tokens, quiet=quiet))
        return icons[name, quiet]

    def set_mode(self, mode: ThemeMode) -> None:
        """Choose light, dark, or what the desktop says (followed while the program runs)."""
        self._mode = mode
        self._application.styleHints().setColorScheme(_SCHEMES[mode])
        self._apply()

    def _is_dark(self) -> bool:
        # Not every platform can be told its scheme, so a chosen one does not depend on its answer.
        if self._mode != "system":
            return self._mode == "dark"
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _apply(self) -> None:
        self.tokens = DARK if self._is_dark() else LIGHT
        self._icons.clear()
        self._application.setPalette(palette(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit(self.tokens)


def palette(tokens: Tokens) -> QPalette:
    """Return Qt's palette for the colours of a theme."""
    roles = QPalette.ColorRole
    result = QPalette()
    for role, color in (
        (roles.Window, tokens.panel),
        (roles.WindowText, tokens.text),
        (roles.Base, tokens.canvas if tokens is DARK else tokens.raised),
        (roles.AlternateBase, tokens.raised),
        (roles.Text, tokens.text),
        (roles.PlaceholderText, tokens.muted),
        (roles.Button, tokens.raised),
        (roles.ButtonText, tokens.text),
        (roles.BrightText, tokens.bad),
        (roles.ToolTipBase, tokens.raised),
        (roles.ToolTipText, tokens.text),
        (roles.Highlight, tokens.accent),
        (roles.HighlightedText, tokens.accent_text),
        (roles.Accent, tokens.accent),
        (roles.Link, tokens.accent),
        (roles.Mid, tokens.border),
        (roles.Midlight, tokens.hover),
        (roles.Dark, tokens.border),
    ):
        result.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    return result


def style_sheet(tokens: Tokens) -> str:
    """Return the application's style sheet in the colours of a theme."""
    template = paths.resource("styles", "app.qss").read_text(encoding="utf-8")
    folder = paths.resource("styles").as_posix()
    name = "dark" if tokens is DARK else "light"
    return Template(template).substitute(asdict(tokens), folder=folder, name=name)


def icon(name: str, *, quiet: bool = False) -> QIcon:
    """Return a Phosphor icon by name in the colours in use; it must be asked for anew when they change."""
    return Theme.icon(name, quiet=quiet)


def _drawn_icon(name: str, tokens: Tokens, *, quiet: bool) -> QIcon:
    color = tokens.muted if quiet else tokens.text
    found: QIcon = _phosphor().icon(f"ph.{name}", color=color, color_disabled=tokens.disabled)
    return found


@cache
def _phosphor() -> IconicFont:
    """Return the one icon font in use: `qtawesome.icon` would load eleven more, which takes 0.1 s."""
    from qtawesome import iconic_font

    folder = Path(iconic_font.__file__).parent / "fonts"
    font, names = next(folder.glob("phosphor*.ttf")), next(folder.glob("phosphor*.json"))
    return iconic_font.IconicFont(("ph", font.name, names.name, str(folder)))


def scaled_font(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """Return a copy of a font in another size."""
    result = QFont(font)
    result.setPointSizeF(font.pointSizeF() * factor)
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    return result
