"""Panels around the canvas that can be moved, floated, hidden and put back."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QTabBar,
    QTabWidget,
    QWidget,
)

from hsi_studio.gui.widgets import quiet_button, section

_LAYOUT_VERSION = 2
_LEFT_WIDTH, _RIGHT_WIDTH, _BOTTOM_HEIGHT = 272, 350, 260
_ROOMY = 960
"""Height of a screen from which the panels of a column have room below each other."""

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


@runtime_checkable
class Sleeper(Protocol):
    """A panel that works only while it is seen."""

    def set_awake(self, awake: bool) -> None:
        """Begin to work, or stop doing so."""


class Dock(QDockWidget):
    """A panel. Its content sleeps behind other tabs if it can, where Qt calls it visible all the same.

    Parameters
    ----------
    title : str
        Its name in menus.
    content : QWidget
    heading : {"title", "none"}
        Whether the name stands over the panel; not where tabs or the panel's own headings tell what it is.
    at_start : bool
        Whether it is there from the start; panels at the right come when they are asked for.
    """

    left = Signal()
    """It was hidden while it had the focus, which Qt hands to whatever comes next, be it a button."""

    def __init__(
        self,
        title: str,
        content: QWidget,
        *,
        heading: Literal["title", "none"] = "title",
        at_start: bool = False,
    ) -> None:
        super().__init__(title)
        self.at_start = at_start
        self.in_sight = False
        self._is_front = False
        self.setObjectName(f"dock.{title}")
        self.setWidget(content)
        self._heading = QWidget() if heading == "none" else _heading(self, title)
        self.setTitleBarWidget(self._heading)
        self.topLevelChanged.connect(self._on_floating)
        self.visibilityChanged.connect(self._on_visibility)

    def fill(self, content: QWidget) -> None:
        """Put something in the place of the empty widget that the panel began with."""
        old = self.widget()
        if old is not content:
            self.setWidget(content)
            old.deleteLater()
        if isinstance(content, Sleeper):
            content.set_awake(self.in_sight)

    def on_toggled(self, is_shown: bool) -> None:
        """Come to the front: shown by its menu entry, a panel would stay behind the one that is there."""
        if is_shown:
            self.raise_()

    def hideEvent(self, event: QHideEvent) -> None:
        focus = QApplication.focusWidget()
        if self.isHidden() and focus is not None and self.isAncestorOf(focus):
            self.left.emit()
        super().hideEvent(event)

    def _on_visibility(self, is_front: bool) -> None:
        self._is_front = is_front
        QTimer.singleShot(0, self, self._tell_sight)  # each is in front for a moment while docks are arranged

    def _tell_sight(self) -> None:
        if self._is_front != self.in_sight:
            self.in_sight = self._is_front
            content = self.widget()
            if isinstance(content, Sleeper):
                content.set_awake(self.in_sight)

    def _on_floating(self, floating: bool) -> None:
        # A floating panel needs the frame of a window; None brings Qt's own title bar.
        self.setTitleBarWidget(None if floating else self._heading)  # type: ignore[arg-type]  # None is right
        if floating:
            self._on_visibility(True)  # which Qt does not tell of a panel that was behind another tab


def _heading(dock: QDockWidget, title: str) -> QWidget:
    bar = QWidget()
    row = QHBoxLayout(bar)
    row.setContentsMargins(8, 6, 4, 2)
    row.addWidget(section(title), 1)
    close = quiet_button("x", f"Hide {title}")
    close.clicked.connect(dock.hide)
    row.addWidget(close)
    return bar


class Docks:
    """The panels of the main window."""

    def __init__(
        self, window: QMainWindow, left: tuple[Dock, ...], bottom: tuple[Dock, ...], right: tuple[Dock, ...]
    ) -> None:
        self._window = window
        self._left, self._bottom, self._right = left, bottom, right
        self._while_hidden = ""
        window.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        for dock in self.all:
            dock.toggleViewAction().triggered.connect(dock.on_toggled)
        self.arrange()

    @property
    def all(self) -> tuple[Dock, ...]:
        """Every panel, from the left over the bottom to the right."""
        return (*self._left, *self._bottom, *self._right)

    def __getitem__(self, title: str) -> Dock:
        return next(dock for dock in self.all if dock.windowTitle() == title)

    def arrange(self) -> None:
        """Put every panel into its first place."""
        self._while_hidden = ""
        for area, docks in ((LEFT, self._left), (BOTTOM, self._bottom), (RIGHT, self._right)):
            for dock in docks:
                self._window.addDockWidget(area, dock)
                if dock.isFloating():
                    dock.setFloating(False)
                dock.setVisible(dock.at_start or area != RIGHT)
        for first, second in (*pairwise(self._bottom), (self._right[0], self._right[-1])):
            self._window.tabifyDockWidget(first, second)
        self._bottom[0].raise_()
        self._right[0].raise_()
        if self._window.screen().availableSize().height() < _ROOMY:
            for first, second in (self._left[-2:], self._right[:2]):
                self._window.tabifyDockWidget(first, second)
            self._left[-2].raise_()
            self._right[0].raise_()
        self._window.resizeDocks(self._right[:1], [_RIGHT_WIDTH], Qt.Orientation.Horizontal)
        self._window.resizeDocks(self._left[:1], [_LEFT_WIDTH], Qt.Orientation.Horizontal)
        self._window.resizeDocks(self._bottom[:1], [_BOTTOM_HEIGHT], Qt.Orientation.Vertical)

    @property
    def shown(self) -> bool:
        """Whether the panels are there, as they are while something is open."""
        return not self._while_hidden

    def set_shown(self, shown: bool) -> None:
        """Hide all panels while nothing is open, and bring back those that were there."""
        if shown and self._while_hidden:
            saved, self._while_hidden = self._while_hidden, ""
            self.restore(saved)
            QTimer.singleShot(0, self._window, self._hide_stray_tabs)
        elif not shown and not self._while_hidden:
            self._while_hidden = self.saved()
            for dock in self.all:
                dock.hide()

    def _hide_stray_tabs(self) -> None:
        """Hide the tabs of the arrangement before, which Qt leaves behind over other panels."""
        panels = [dock.geometry() for dock in self.all if dock.isVisible() and not dock.isFloating()]
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for bar in self._window.findChildren(QTabBar, options=direct):
            if any(bar.geometry().intersects(panel) for panel in panels):
                bar.hide()

    def show(self, title: str) -> None:
        """Bring a panel to the front; one that was hidden gets the width that its content asks for."""
        dock = self[title]
        wanted = dock.widget().sizeHint().width()
        grows = dock.isHidden() and dock in self._right
        dock.show()
        dock.raise_()
        if grows and dock.width() < wanted:
            self._window.resizeDocks([dock], [wanted], Qt.Orientation.Horizontal)

    def toggle(self, dock: Dock) -> None:
        """Hide a panel that is in sight, and bring any other one to the front."""
        if dock.in_sight:
            dock.hide()
        else:
            self.show(dock.windowTitle())

    def saved(self) -> str:
        """Return the arrangement as text."""
        return self._while_hidden or _text(self._window.saveState(_LAYOUT_VERSION))

    def restore(self, saved: str) -> None:
        """Bring an arrangement back; one of another version is ignored."""
        self._window.restoreState(_bytes(saved), _LAYOUT_VERSION)


def saved_geometry(window: QWidget) -> str:
    """Return place and size of a window as text."""
    return _text(window.saveGeometry())


def restore_geometry(window: QWidget, saved: str) -> bool:
    """Bring place and size back; False where there was nothing usable."""
    return bool(saved) and window.restoreGeometry(_bytes(saved))


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))
