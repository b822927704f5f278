"""Writes the settings away from the GUI thread: flushing to a slow disk takes longer than a frame."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.settings import Settings, save_settings
from hsi_studio.app.worker import LatestWorker


class SettingsStore(QObject):
    """Keeps one settings file; the newest state wins."""

    failed = Signal(object)
    """The `OSError` that writing raised."""

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._worker = LatestWorker("settings", self)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))

    def save(self, settings: Settings) -> None:
        """Write the settings as they are now, soon."""
        self._worker.request("save", partial(save_settings, settings.model_copy(deep=True), self._file))

    def close(self, settings: Settings) -> None:
        """Write the settings for the last time, before this returns.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        self._worker.stop()  # or an older state would be written over this one
        save_settings(settings, self._file)
