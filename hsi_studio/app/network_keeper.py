"""Keeps trained networks: by the cubes they were trained on, and in files beside the project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.app.project_loading import LoadedProject
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.app.session import Session
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.project.networks import NETWORK, KeptNetwork
from hsi_studio.live.network_service import Trained


@dataclass(frozen=True, eq=False)
class Network:
    """Content of a model file, and what it is on its cube; None until that is computed."""

    model: bytes
    trained: Trained | None


class NetworkKeeper(QObject):
    """Gives each cube its network, writes new ones beside the project, and brings them back with it."""

    changed = Signal()
    """Another network, or none, belongs to the current cube."""
    failed = Signal(object)
    """Exception while a file was written or read."""

    def __init__(
        self,
        session: Session,
        labelling: Labelling,
        project: ProjectSession,
        *,
        jobs: JobQueue,
        trainer: NetworkTrainer,
        follower: MapFollower,
    ) -> None:
        super().__init__(follower)
        self._session, self._labelling, self._project, self._jobs = session, labelling, project, jobs
        self._trainer, self._follower = trainer, follower
        self._networks: dict[str, Network] = {}
        trainer.trained.connect(self._on_trained)
        trainer.restored.connect(self._on_restored)
        session.current_changed.connect(self._give)
        project.opened.connect(self._on_opened)
        project.moved.connect(lambda _: self._write_all())

    @property
    def current(self) -> Network | None:
        """The network of the current cube."""
        cube = self._session.cube
        return None if cube is None else self._networks.get(cube.fingerprint)

    def _give(self, _: object = None) -> None:
        cube, network = self._session.cube, self.current
        if cube is not None and network is not None:
            if network.trained is None:
                self._trainer.restore(network.model)
            else:
                self._follower.set_network(cube, network.trained)
        self.changed.emit()

    def _on_trained(self, cube: Cube, trained: Trained) -> None:
        self._networks[cube.fingerprint] = Network(trained.model, trained)
        self._give()
        self._write(cube.fingerprint)

    def _on_restored(self, cube: Cube, trained: Trained) -> None:
        self._networks[cube.fingerprint] = Network(trained.model, trained)
        self._give()

    # Files beside the project

    def _write_all(self) -> None:
        for fingerprint in self._networks:
            self._write(fingerprint)

    def _write(self, fingerprint: str) -> None:
        number = next((c.number for c in self._labelling.state.cubes if c.fingerprint == fingerprint), None)
        path, writer = self._project.path, self._project.writer
        if number is None or path is None or writer is None or self._labelling.refusal:
            return
        model = self._networks[fingerprint].model
        kept = KeptNetwork.of(path, model)

        def keep(_: object) -> None:
            writer.write(lambda file: file.set_value(NETWORK.format(number), kept.model_dump()))

        self._submit("Keep the trained network", partial(write_file, kept.beside(path), model), keep)

    def _on_opened(self, loaded: LoadedProject) -> None:
        self._networks.clear()
        for known in loaded.read.state.cubes:
            kept = KeptNetwork.parsed(loaded.read.values.get(NETWORK.format(known.number)))
            if kept is not None:
                work = partial(_read, kept, loaded.path)
                self._submit("Read the trained network", work, partial(self._take, known.fingerprint))

    def _take(self, fingerprint: str, model: bytes) -> None:
        self._networks[fingerprint] = Network(model, None)
        if self._session.cube is not None and self._session.cube.fingerprint == fingerprint:
            self._give()

    def _submit(self, title: str, work: Any, done: Any) -> None:
        self._jobs.submit(Job(title, work, on_done=done, on_error=self.failed.emit))


def write_file(target: Path, model: bytes, _: Progress) -> None:
    """Write a model file, whole or not at all."""
    with atomic_output(target) as temporary:
        temporary.write_bytes(model)


def _read(kept: KeptNetwork, project: Path, _: Progress) -> bytes:
    return kept.read(project)
