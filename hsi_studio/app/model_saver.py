"""Saves what makes the live map as a model file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_inputs import labelled_pixels
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.network_keeper import NetworkKeeper, write_file
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import UsageError
from hsi_studio.live.map_requests import ModelWanted
from hsi_studio.live.recipes import CubeRecipe

MODEL = "model"


class ModelSaver(QObject):
    """Writes the network where it makes the map alone, else the instant head and what joins it."""

    saved = Signal(object)
    """Path that was written."""
    failed = Signal(object)
    """Exception while it was written."""

    def __init__(
        self,
        session: Session,
        labelling: Labelling,
        texts: LiveTexts,
        *,
        follower: MapFollower,
        networks: NetworkKeeper,
        jobs: JobQueue,
    ) -> None:
        super().__init__(follower)
        self._session, self._labelling, self._texts = session, labelling, texts
        self._follower, self._networks, self._jobs = follower, networks, jobs
        self._path = Path()
        follower.engine.answered.connect(self._on_answer)

    def save(self, path: Path) -> None:
        """Write a model file, in the background.

        Raises
        ------
        UsageError
            When fewer than two classes have labels.
        """
        self._path = path
        engine = self._follower.options.engine
        network = None if self._networks.current is None else self._networks.current.model
        if network is not None and engine == "s3fn":
            self._write(network)
        else:
            self._follower.engine.request(MODEL, self._wanted(network if engine == "both" else None))

    def _wanted(self, network: bytes | None) -> ModelWanted:
        current, labels = self._session.current, self._labelling.labels
        if current is None or labels is None:
            raise UsageError("no cube is open", "open one")
        entries = tuple(self._labelling.classes)
        positions, targets = labelled_pixels(labels, self._labelling.classes)
        present = np.unique(targets)
        if len(present) < 2:
            raise UsageError("fewer than two classes have labels", "label pixels of two classes or more")
        ids = np.array([entry.id for entry in entries], np.int16)[targets]
        classes = ClassTable(tuple(entries[place] for place in present))
        texts = self._texts.texts
        read = texts is not None and texts.wanted.classes == self._labelling.classes
        embeddings = texts.embeddings.take(present) if texts is not None and read else None
        recipe = CubeRecipe.of(current.cube, current.options)
        return ModelWanted(recipe, positions, ids, classes, embeddings, network)

    def _on_answer(self, kind: str, model: object) -> None:
        if kind == MODEL and isinstance(model, bytes):
            self._write(model)

    def _write(self, model: bytes) -> None:
        path = self._path
        done = partial(self.saved.emit, path)
        work = partial(write_file, path, model)
        self._jobs.submit(Job(f"Save {path.name}", work, lambda _: done(), self.failed.emit))
