"""The job queue: progress, cancel, errors, and a quick end."""

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.core.progress import Progress


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue()
    yield made
    made.stop()


def endless(progress: Progress) -> None:
    while True:
        progress.update(0.5, "going")
        time.sleep(0.005)


def test_a_job_reports_progress_and_hands_over_its_result(qtbot: QtBot, queue: JobQueue) -> None:
    results, texts = [], []
    queue.changed.connect(lambda job: texts.append((job.fraction, job.text)))

    def work(progress: Progress) -> int:
        progress.update(0.25, "a quarter")
        return 42

    with qtbot.waitSignal(queue.ended):
        job = queue.submit(Job("count", work, results.append))
    assert results == [42]
    assert (0.25, "a quarter") in texts
    assert job.fraction == 1.0


def test_cancel_stops_running_and_waiting_jobs(qtbot: QtBot, queue: JobQueue) -> None:
    results: list[object] = []
    ended: list[Job] = []
    queue.ended.connect(ended.append)
    running = queue.submit(Job("endless", endless, results.append))
    waiting = queue.submit(Job("never", lambda progress: 1, results.append))
    qtbot.waitUntil(lambda: running.started is not None)
    queue.cancel(waiting)
    queue.cancel(running)
    qtbot.waitUntil(lambda: running in ended)
    assert waiting in ended
    assert results == []
    assert queue.jobs == ()


def test_a_failure_reaches_the_handler_or_the_signal(qtbot: QtBot, queue: JobQueue) -> None:
    handled, signalled = [], []
    queue.failed.connect(lambda job, error: signalled.append(str(error)))

    def broken(progress: Progress) -> None:
        raise OSError("disk gone")

    queue.submit(Job("a", broken, on_error=lambda error: handled.append(str(error))))
    queue.submit(Job("b", broken))
    qtbot.waitUntil(lambda: bool(signalled))
    assert handled == signalled == ["disk gone"]


def test_stopping_ends_a_running_job_at_once(qtbot: QtBot) -> None:
    queue = JobQueue()
    job = queue.submit(Job("endless", endless))
    qtbot.waitUntil(lambda: job.started is not None)
    assert queue.stop(timeout_s=2)


def test_jobs_run_one_after_another(qtbot: QtBot, queue: JobQueue) -> None:
    busy, most = [], []
    lock = threading.Lock()

    def work(progress: Progress) -> None:
        with lock:
            busy.append(1)
            most.append(len(busy))
        time.sleep(0.01)
        with lock:
            busy.pop()

    jobs = [queue.submit(Job(str(i), work)) for i in range(4)]
    qtbot.waitUntil(lambda: all(job.finished for job in jobs))
    assert max(most) == 1


def test_a_file_opens_while_a_model_is_at_work(qtbot: QtBot, queue: JobQueue) -> None:
    results: list[object] = []
    model = queue.submit(Job("map", endless, lane="models"))
    second = queue.submit(Job("another map", endless, lane="models"))
    queue.submit(Job("open", lambda progress: "cube", results.append))
    qtbot.waitUntil(lambda: results == ["cube"])
    assert (model.outcome, second.started) == ("", None)
    assert set(queue.jobs) == {model, second}
    assert queue.stop()
