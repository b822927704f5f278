"""A strip over the canvas with what must not be overlooked while it lasts, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from hsi_studio.gui.widgets import named

Offer = tuple[str, Callable[[], object]]


class Banner(QFrame):
    """Stays until the matter is settled; it cannot be dismissed."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.label = named(QLabel(), "Warning")
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 8, 6)
        self._row.setSpacing(8)
        self._row.addWidget(self.label, 1)
        self.hide()

    def tell(self, text: str, level: str, offers: Sequence[Offer]) -> None:
        """Show a message ("warning" or "bad") with buttons."""
        if (text, level) == (self.label.text(), self.property("level")) and not self.isHidden():
            return
        self.label.setText(text)
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = [self._button(*offer) for offer in offers]
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked: run())
        self._row.addWidget(button)
        return button
