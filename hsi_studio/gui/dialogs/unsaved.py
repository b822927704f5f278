"""What to do with changes that could not be kept, before the window closes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hsi_studio.gui.dialogs.base import Question


class UnsavedDialog(Question):
    """Save a copy, quit anyway, or stay."""

    copy_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget, changes: int, reason: str) -> None:
        what = "One change is" if changes == 1 else f"The last {changes} changes are"
        why = f": {reason}" if reason else " yet."
        super().__init__(parent, "Changes that are not saved", f"{what} not saved{why}", "Save a copy…")
        self.accepted.connect(self.copy_wanted)
        anyway = self.buttons.addButton("Quit anyway", QDialogButtonBox.ButtonRole.DestructiveRole)
        anyway.clicked.connect(self.reject)
        anyway.clicked.connect(self.quit_wanted)
