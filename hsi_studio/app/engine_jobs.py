"""Lists what the engine processes do among the jobs, as soon as it takes a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from hsi_studio.app.engine import Engine
from hsi_studio.app.jobs import Job, JobQueue, Outcome
from hsi_studio.live.map_requests import Stage
from hsi_studio.ml.scene import TrainingStep

AFTER_MS = 400
"""What is over before is not listed: a map after a click, a text that was read before."""

_EXPERTS = 9
_STAGES = 2


class EngineJobs(QObject):
    """Follows the requests of an engine.

    Parameters
    ----------
    engine : Engine
    titles : mapping of str to str
        What each kind of request is called; others are not listed.
    jobs : JobQueue
    cancel : callable
        Gives up a request of a kind.
    """

    def __init__(
        self, engine: Engine, titles: Mapping[str, str], jobs: JobQueue, cancel: Callable[[str], object]
    ) -> None:
        super().__init__(engine)
        self._engine, self._titles, self._jobs, self._cancel = engine, dict(titles), jobs, cancel
        self._listed: dict[str, Job] = {}
        self._ended: dict[str, Outcome] = {}
        self._soon = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self._list)
        engine.busy_changed.connect(self._follow)
        engine.answered.connect(self._on_answer)
        engine.done.connect(lambda kind: self._note(kind, "done"))
        engine.failed.connect(lambda kind, _: self._note(kind, "failed"))
        engine.died.connect(lambda _: self._on_death())

    def _follow(self) -> None:
        for kind in set(self._listed) - set(self._engine.busy):
            self._jobs.conclude(self._listed.pop(kind), self._ended.get(kind, "cancelled"))
        self._ended.clear()
        if not self._wanted():
            self._soon.stop()
        elif not self._soon.isActive():
            self._soon.start()

    def _wanted(self) -> list[str]:
        return [kind for kind in self._engine.busy if kind in self._titles and kind not in self._listed]

    def _list(self) -> None:
        for kind in self._wanted():
            job = Job(self._titles[kind], on_cancel=partial(self._cancel, kind), lane="models", repeats=True)
            self._listed[kind] = self._jobs.follow(job)

    def _note(self, kind: str, outcome: Outcome) -> None:
        self._ended[kind] = outcome

    def _on_death(self) -> None:
        self._ended |= dict.fromkeys(self._listed, "failed")

    def _on_answer(self, kind: str, value: object) -> None:
        job = self._listed.get(kind)
        told = None if job is None else progress_of(value)
        if job is not None and told is not None:
            self._jobs.tell(job, *told)


def progress_of(answer: object) -> tuple[float, str] | None:
    """Return how far a request is, and in words, from one of its answers; None where that does not tell."""
    match answer:
        case Stage():
            ready = len(answer.experts)
            return ready / _EXPERTS, f"{ready} of {_EXPERTS} experts"
        case TrainingStep():
            loss = "" if answer.loss is None else f", loss {answer.loss:.2f}"
            share = (answer.stage - 1 + answer.step / answer.steps) / _STAGES
            return share, f"stage {answer.stage} of {_STAGES}{loss}"
    return None
