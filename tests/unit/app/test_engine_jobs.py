"""Requests of an engine among the jobs, with a real process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.engine import Engine
from hsi_studio.app.engine_jobs import AFTER_MS, EngineJobs, progress_of
from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.live.map_requests import Stage
from hsi_studio.ml.scene import TrainingStep

TITLES = {"count": "Counting", "echo": "Echo", "die": "Dying"}


@pytest.fixture
def engine(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    engine = Engine("engine_services:Counting")
    yield engine
    engine.stop()


@pytest.fixture
def jobs(engine: Engine) -> Iterator[JobQueue]:
    jobs = JobQueue()
    EngineJobs(engine, TITLES, jobs, engine.cancel)
    yield jobs
    jobs.stop()


def _listed(engine: Engine, jobs: JobQueue, qtbot: QtBot) -> Job:
    engine.request("count", 100_000)
    qtbot.waitUntil(lambda: bool(jobs.jobs), timeout=180_000)
    return jobs.jobs[0]


def test_long_work_is_listed_and_can_be_cancelled(engine: Engine, jobs: JobQueue, qtbot: QtBot) -> None:
    job = _listed(engine, jobs, qtbot)
    assert (job.title, job.outcome) == ("Counting", "")
    engine.request("count", 100_000)  # asked anew: the same job goes on
    assert jobs.jobs == (job,)
    jobs.cancel(job)
    assert engine.busy == ()
    assert (job.outcome, jobs.jobs) == ("cancelled", ())


def test_what_is_over_at_once_is_not_listed(engine: Engine, jobs: JobQueue, qtbot: QtBot) -> None:
    with qtbot.waitSignal(engine.done, timeout=180_000):
        engine.request("echo", 1)  # starts the process
    seen: list[Job] = []
    jobs.added.connect(seen.append)
    with qtbot.waitSignal(engine.done, timeout=180_000):
        engine.request("count", 5)
    qtbot.wait(AFTER_MS + 100)
    assert not seen


def test_work_that_dies_with_its_process_has_failed(engine: Engine, jobs: JobQueue, qtbot: QtBot) -> None:
    job = _listed(engine, jobs, qtbot)
    with qtbot.waitSignal(engine.died, timeout=180_000):
        engine.request("die", priority=0)
    qtbot.waitUntil(lambda: bool(job.outcome))
    assert job.outcome == "failed"


def test_progress_in_words() -> None:
    assert progress_of(Stage(("spectra", "shape", "windows"), False, 1.0)) == (3 / 9, "3 of 9 experts")
    assert progress_of(TrainingStep(2, 50, 100, 0.5)) == (0.75, "stage 2 of 2, loss 0.50")
    assert progress_of("a map") is None
