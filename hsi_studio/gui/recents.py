"""The files opened last: remembered, listed, and greyed where they are gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.app.recent_files import RecentFiles

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class Recents(QObject):
    """Ties the recent files of the settings to the start page."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._files = RecentFiles(self)
        self._files.changed.connect(self._show_missing)
        window.start_page.forget_path.connect(self.forget)

    @property
    def missing(self) -> frozenset[str]:
        """Recent files that are gone, as far as is known."""
        return self._files.missing

    def remember(self, path: Path) -> None:
        """Add a file."""
        self._window.settings.remember(path)
        self._keep()

    def forget(self, path: str) -> None:
        """Remove a file from the list."""
        self._window.settings.forget(path)
        self._keep()

    def clear(self) -> None:
        """Empty the list."""
        self._window.settings.recent = []
        self._keep()

    def show(self) -> None:
        """List the files, and look for them."""
        recent = self._window.settings.recent
        self._window.start_page.set_recent(recent)
        self._files.look_for(recent)
        self._show_missing()

    def stop(self) -> None:
        """End the thread."""
        self._files.stop()

    def _keep(self) -> None:
        self.show()
        self._window.save_settings()

    def _show_missing(self) -> None:
        self._window.start_page.recent.set_missing(self.missing)
