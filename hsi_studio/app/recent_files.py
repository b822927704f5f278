"""Which recent files are gone, found out away from the GUI thread: a share may be slow to answer or dead."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.worker import LatestWorker


class RecentFiles(QObject):
    """Looks for files; those not looked for yet count as present."""

    changed = Signal()
    """`missing` has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.missing: frozenset[str] = frozenset()
        self._worker = LatestWorker("recent files", self)
        self._worker.answered.connect(self._keep)

    def look_for(self, paths: Sequence[str]) -> None:
        """Find out which of these files are gone; `changed` follows each that is."""
        self._worker.request("missing", partial(_missing, tuple(paths)))

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _keep(self, _: Hashable, missing: frozenset[str]) -> None:
        if missing != self.missing:
            self.missing = missing
            self.changed.emit()


def _missing(paths: tuple[str, ...]) -> Iterator[frozenset[str]]:
    gone: frozenset[str] = frozenset()
    for path in paths:
        if not _exists(Path(path)):
            gone |= {path}
            yield gone
    yield gone


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a share that is not connected
        return False
