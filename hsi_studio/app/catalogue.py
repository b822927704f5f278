"""The spectral indices that the current cube allows, found away from the GUI thread."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.indices import IndexInfo, available_indices


class IndexCatalogue(QObject):
    """Looks the indices up when asked: importing their list takes a second, which not everyone needs."""

    changed = Signal()
    """`indices` has changed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.indices: tuple[IndexInfo, ...] = ()
        self._session = session
        self._worker = LatestWorker("catalogue", self)
        self._worker.answered.connect(self._keep)
        session.current_changed.connect(self._forget)

    def look_up(self) -> None:
        """Ask for the indices of the current cube; `changed` follows."""
        if self._session.cube is not None and not self.indices:
            self._worker.request("indices", partial(available_indices, self._session.cube))

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _forget(self) -> None:
        self._worker.drop("indices")
        self.indices = ()

    def _keep(self, _: Hashable, indices: tuple[IndexInfo, ...]) -> None:
        self.indices = indices
        self.changed.emit()
