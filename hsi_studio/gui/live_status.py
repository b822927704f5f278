"""What the window tells of the engine processes: jobs, device, memory, chip on the canvas, mishaps."""

from __future__ import annotations

import signal as signals
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.app.engine_jobs import EngineJobs
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.errors import HsiError
from hsi_studio.gui.map_chip import MapChip
from hsi_studio.live.messages import Failed

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_CPU = "CPU"
_MAP_JOBS = {
    "scene": "Preparing the scene",
    "map": "Predicting",
    "heat": "Asking the map",
    "next": "Looking for the next pixel",
}
_TEXT_JOBS = {"texts": "Reading the texts", "phrase": "Reading the phrase"}
_TRAINING_JOBS = {"train": "Training S3FN", "restore": "Looking through the network"}


class LiveStatus(QObject):
    """Ties texts, map and training to jobs panel, status bar, canvas and toasts."""

    def __init__(
        self, window: MainWindow, texts: LiveTexts, follower: MapFollower, trainer: NetworkTrainer
    ) -> None:
        super().__init__(window)
        self._window = window
        self._engines = (texts.engine, follower.engine, trainer.engine)
        self.chip = MapChip(window.canvas, window.session, follower)
        for engine, titles, cancel in (
            (texts.engine, _TEXT_JOBS, texts.engine.cancel),
            (follower.engine, _MAP_JOBS, follower.engine.cancel),
            (trainer.engine, _TRAINING_JOBS, lambda _: trainer.discard()),
        ):
            EngineJobs(engine, titles, window.jobs, cancel)
            engine.died.connect(self._on_death)
        window.status.processes = self._processes
        trainer.started.connect(lambda device: window.status.work.show_device(device.upper()))
        trainer.fell_back.connect(self._on_fall_back)
        trainer.busy_changed.connect(self._on_training)
        texts.failed.connect(lambda failed: self._tell("Reading the texts", failed))
        follower.failed.connect(lambda failed: self._tell("Predicting", failed))
        trainer.failed.connect(lambda failed: self._tell("Training S3FN", failed))

    def _processes(self) -> Iterator[int]:
        yield from (engine.pid for engine in self._engines if engine.pid is not None)

    def _on_training(self, busy: bool) -> None:
        if not busy:
            self._window.status.work.show_device(_CPU)

    def _on_fall_back(self, because: str) -> None:
        self._window.toaster.tell(f"The GPU gave up ({because}); S3FN learns on the CPU instead.", "warning")

    def _on_death(self, status: int | None) -> None:
        said = f"A background process {_how(status)}; it starts again with the next change."
        self._window.toaster.tell(said, "warning")

    def _tell(self, what: str, failed: Failed) -> None:
        self._window.toaster.tell_error(what, _error(failed))


def _how(status: int | None) -> str:
    if status is None:
        return "could not be started"
    if status == -signals.SIGKILL:
        return "was stopped by the system, perhaps for lack of memory"
    return f"ended unexpectedly (status {status})"


def _error(failed: Failed) -> Exception:
    if failed.details:
        return RuntimeError(failed.details)
    return HsiError(failed.cause, failed.remedy)
