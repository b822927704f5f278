"""Mean spectra of the classes of the current cube, which follow its labels."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.label_changes import changed_tiles
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.cube import Cube
from hsi_studio.core.label_stats import ClassSpectra
from hsi_studio.core.labels import Labels, Patch
from hsi_studio.core.progress import Progress

_State = tuple[Labels, ClassSpectra]


class ClassSpectraService(QObject):
    """Keeps `ClassSpectra` of the current cube up to date; pixels are read on a thread of its own."""

    changed = Signal()
    """`spectra` is another one."""
    failed = Signal(object)
    """Exception while pixels were read."""

    def __init__(self, session: Session, labelling: Labelling, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._labelling = session, labelling
        self._cube: Cube | None = None
        self._state: _State | None = None
        self._reading = False
        self._given_up = threading.Event()
        self._worker = LatestWorker("class spectra", self)
        self._worker.answered.connect(lambda _, state: self._take(state))
        self._worker.failed.connect(lambda _, error: self._fail(error))
        labelling.labels_changed.connect(self._follow)
        session.current_changed.connect(self._follow)

    @property
    def spectra(self) -> ClassSpectra | None:
        """Spectra of the current cube's classes; None until its labels have been read, and without a cube."""
        return None if self._state is None else self._state[1]

    def _follow(self) -> None:
        cube, labels = self._session.cube, self._labelling.labels
        if cube is not self._cube:
            self._begin(cube)
        # A reading that is under way ends first: edits in quick succession would put it off for ever.
        if cube is None or labels is None or self._reading:
            return
        if (labels.rows, labels.cols) == (cube.rows, cube.cols) and not self._is_known(labels):
            self._reading = True
            state = self._state or (Labels(cube.rows, cube.cols), ClassSpectra(cube))
            self._worker.request("spectra", partial(_read, state, labels, self._given_up))

    def _begin(self, cube: Cube | None) -> None:
        self._given_up.set()
        self._given_up = threading.Event()
        self._worker.drop("spectra")
        self._cube, self._state, self._reading = cube, None, False
        self.changed.emit()

    def _is_known(self, labels: Labels) -> bool:
        return self._state is not None and not changed_tiles(self._state[0], labels)

    def _take(self, state: _State) -> None:
        self._state, self._reading = state, False
        self.changed.emit()
        self._follow()

    def _fail(self, error: Exception) -> None:
        self._reading = False
        self.failed.emit(error)

    def stop(self) -> None:
        """End the thread."""
        self._given_up.set()
        self._worker.stop()


def _read(state: _State, labels: Labels, given_up: threading.Event) -> _State:
    before, spectra = state
    windows = changed_tiles(before, labels)
    edit = tuple(Patch(window, before.read(window), labels.read(window)) for window in windows)
    return labels, spectra.applied(edit, Progress(is_cancelled=given_up.is_set))
