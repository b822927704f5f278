"""The spectral indices that the current cube allows, found away from the GUI thread."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.indices import IndexInfo, available_indices


class IndexCatalogue(QObject):
    """Looks the indices up whenever another cube becomes the current one; importing their list takes time."""

    changed = Signal()
    """`indices` has changed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.indices: tuple[IndexInfo, ...] = ()
        self._worker = LatestWorker("catalogue", self)
        self._worker.answered.connect(self._keep)
        session.current_changed.connect(self._look_up)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _look_up(self, opened: OpenCube | None) -> None:
        self.indices = ()
        if opened is not None:
            self._worker.request("indices", partial(available_indices, opened.cube))

    def _keep(self, _: Hashable, indices: tuple[IndexInfo, ...]) -> None:
        self.indices = indices
        self.changed.emit()
