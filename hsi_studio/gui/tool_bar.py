"""The bar of tools: icon, name and key of each, as much of it as the window is wide enough for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from hsi_studio.gui.actions import SEPARATOR, Actions, shown
from hsi_studio.gui.shades import mixed

_ICON_SIDE = 18
_GAP = 6
_BORDER = 8
_BARE = "view.", "edit.", "tool.rectangle_spectrum", "tool.polygon_spectrum"
"""What has no name beside its icon: it is long, or known, or changes and would move other buttons."""
_KNOWN = (
    ("tool.inspect", "tool.pan"),
    ("tool.line", "tool.rectangle", "tool.polygon", "tool.lasso"),
)
"""What loses its name first, and what next: their icons tell enough."""


class ToolButton(QToolButton):
    """An action with its key in a quieter colour behind its name.

    Attributes
    ----------
    rank : int
        Those of a low rank lose their names first; 0 has none.
    """

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.key_shown = True
        self.setDefaultAction(action)
        action.changed.connect(self._make_room)
        key = action.objectName()
        known = (place for place, keys in enumerate(_KNOWN, 1) if key in keys)
        self.rank = 0 if key.startswith(_BARE) else next(known, len(_KNOWN) + 1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(action.text())

    def show_parts(self, style: Qt.ToolButtonStyle, *, key: bool) -> None:
        """Show the name or not, and the key."""
        self.key_shown = key
        self.setToolButtonStyle(style)
        self._make_room()

    def _make_room(self) -> None:
        # Not by a size hint: the window asks each button for it several times whenever a text in any of its
        # bars becomes another, and an answer from Python takes long.
        self.setMinimumWidth(self.sizeHint().width() + self._key_width)

    @property
    def _key(self) -> str:
        with_text = self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        return shown(self.defaultAction().shortcut()) if self.key_shown and with_text else ""

    @property
    def _key_width(self) -> int:
        key = self._key
        return self.fontMetrics().horizontalAdvance(key) + _GAP if key else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._key:
            painter = QPainter(self)
            painter.setPen(mixed(self.palette(), 0.55 if self.isEnabled() else 0.3))
            place = QRect(0, 0, self.width() - _BORDER, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._key)


class ToolBar(QToolBar):
    """A toolbar whose buttons lose first their keys, then their names, when it is narrow.

    What changes the view, undo and redo have no names there at all.
    """

    def __init__(self, commands: Actions, keys: Sequence[str], parent: QWidget) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("toolbar.tools")
        self.setIconSize(QSize(_ICON_SIDE, _ICON_SIDE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setMovable(False)
        self.buttons: list[ToolButton] = []
        for key in keys:
            if key == SEPARATOR:
                self.addSeparator()
            else:
                self.buttons.append(ToolButton(commands[key]))
                self.addWidget(self.buttons[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self.fit()  # the layout takes no notice of what hidden buttons need
        super().showEvent(event)

    def fit(self) -> None:
        """Show as much of each button as there is room for."""
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for least, keys in ((1, True), (1, False), (2, False), (3, False), (4, False)):
            for button in self.buttons:
                button.show_parts(beside if button.rank >= least else alone, key=keys)
            if self._needed() <= self.width():
                break
        for button in self.buttons:
            button.updateGeometry()
        if (layout := self.layout()) is not None:
            layout.invalidate()

    def _needed(self) -> int:
        layout = self.layout()
        assert layout is not None
        spacing, margins = layout.spacing(), layout.contentsMargins()
        widths = sum(button.minimumWidth() for button in self.buttons)
        rest = sum(_GAP + 3 for action in self.actions() if action.isSeparator())
        return widths + rest + spacing * len(self.actions()) + margins.left() + margins.right() + 2 * _BORDER
