"""Trains S3FN on the labels of the current cube, in a process that can be stopped at any moment."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from hsi_studio.app.engine import Engine
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_inputs import labelled_pixels
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.cube import Cube
from hsi_studio.errors import UsageError
from hsi_studio.live.network_service import KEEP, RestoreWanted, Started, Trained, TrainWanted
from hsi_studio.live.recipes import CubeRecipe

_TRAIN, _RESTORE = "train", "restore"


class NetworkTrainer(QObject):
    """One training at a time."""

    started = Signal(str)
    """Device it runs on."""
    fell_back = Signal(str)
    """The device that was wanted gave up, for this reason; training begins anew on the CPU."""
    stepped = Signal(object)
    """`TrainingStep`"""
    trained = Signal(object, object)
    """(cube, `Trained`)"""
    restored = Signal(object, object)
    """(cube, `Trained`) that `restore` asked for."""
    discarded = Signal()
    failed = Signal(object)
    """`Failed`"""
    busy_changed = Signal(bool)

    def __init__(
        self, session: Session, labelling: Labelling, texts: LiveTexts, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._labelling, self._texts = session, labelling, texts
        self._cube: Cube | None = None
        self._restoring: Cube | None = None
        self._engine = Engine("hsi_studio.live.network_service:NetworkService", self)
        self._engine.answered.connect(self._on_answer)
        # Queued: whoever else hears of it must not find the process gone.
        for over in (self._engine.done, self._engine.failed):
            over.connect(self._let_go, Qt.ConnectionType.QueuedConnection)
        self._engine.failed.connect(self._on_failure)
        self._engine.died.connect(lambda _: self._end())

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def busy(self) -> bool:
        """Whether a network is being trained."""
        return self._cube is not None

    def train(self, *, method: str = "s3fn", seed: int = 0, device: str | None = None) -> None:
        """Begin.

        Raises
        ------
        UsageError
            When fewer than two classes have labels, or the texts are not read yet.
        """
        current, labels, texts = self._session.current, self._labelling.labels, self._texts.texts
        if current is None or labels is None:
            raise UsageError("no cube is open", "open one")
        classes = self._labelling.classes
        positions, targets = labelled_pixels(labels, classes)
        if len(np.unique(targets)) < 2:
            raise UsageError("fewer than two classes have labels", "label pixels of two classes or more")
        if texts is None or texts.wanted.classes != classes:
            raise UsageError("the descriptions are still being read", "wait a moment")
        ids = np.array([entry.id for entry in classes], np.int16)[targets]
        recipe = CubeRecipe.of(current.cube, current.options)
        wanted = TrainWanted(recipe, positions, ids, classes, texts.embeddings, method, seed, device)
        self._cube = current.cube
        self._engine.request(_TRAIN, wanted)
        self.busy_changed.emit(True)

    def restore(self, model: bytes, *, device: str | None = None) -> None:
        """Ask what a network that was trained before, content of its file, sees of the current cube."""
        current = self._session.current
        if current is not None:
            self._restoring = current.cube
            wanted = RestoreWanted(CubeRecipe.of(current.cube, current.options), model, device)
            self._engine.request(_RESTORE, wanted)

    def keep(self) -> None:
        """End the stage that is running with what it has learned so far."""
        if self.busy:
            self._engine.request(KEEP, priority=0)

    def discard(self) -> None:
        """Stop, and forget what was learned: the process ends, which no step can delay."""
        if self.busy:
            self._engine.release()
            self._end()
            self.discarded.emit()

    def stop(self) -> None:
        """End the process."""
        self._engine.stop()

    def _on_answer(self, kind: str, value: object) -> None:
        cube = self._cube
        match value:
            case Trained() if kind == _RESTORE:
                self.restored.emit(self._restoring, value)
            case Started():
                self.started.emit(value.device)
                if value.because:
                    self.fell_back.emit(value.because)
            case Trained() if cube is not None:
                self._end()
                self.trained.emit(cube, value)
            case _ if kind == _TRAIN:
                self.stepped.emit(value)

    def _let_go(self, *_: object) -> None:
        """End a process that has nothing to do: it holds gigabytes, and the next training starts afresh."""
        if not self._engine.busy:
            self._engine.release()

    def _on_failure(self, kind: str, failed: object) -> None:
        if kind == _TRAIN:
            self._end()
        self.failed.emit(failed)

    def _end(self) -> None:
        if self._cube is not None:
            self._cube = None
            self.busy_changed.emit(False)
