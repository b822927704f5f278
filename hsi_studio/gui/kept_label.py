"""Whether the work is kept, in the status bar."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel

from hsi_studio.app.kept import KeptState
from hsi_studio.gui.widgets import named

_SAVING_AFTER_MS = 300

_LOOKS = {
    "kept": ("all changes kept", "good"),
    "saving": ("saving…", ""),
    "moving": ("saving…", ""),
    "failed": ("not saved", "bad"),
    "read-only": ("read-only", "warning"),
}


class KeptLabel(QLabel):
    """Says "all changes kept", and what else there is to say; "saving…" only where it takes a while."""

    shown = Signal(object)
    """The `KeptState` that it now tells."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "Whether all changes are kept")
        self._state = KeptState()
        self._slow = QTimer(self, interval=_SAVING_AFTER_MS, singleShot=True)
        self._slow.timeout.connect(self._show_state)
        self.hide()

    def show_kept(self, state: KeptState) -> None:
        """Show whether changes are kept."""
        self._state = state
        if state.status != "saving":
            self._slow.stop()
            self._show_state()
        elif not self._slow.isActive():
            self._slow.start()

    def _show_state(self) -> None:
        text, level = _LOOKS[self._state.status]
        self.setText(text)
        self.setToolTip(self._state.reason)
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self.shown.emit(self._state)
