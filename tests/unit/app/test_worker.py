"""The newest-wins worker: order, stale answers, errors and stopping."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.worker import LatestWorker


@pytest.fixture
def worker() -> Iterator[LatestWorker]:
    made = LatestWorker("test")
    yield made
    made.stop()


def answers_of(worker: LatestWorker) -> list[tuple[Any, Any]]:
    seen: list[tuple[Any, Any]] = []
    worker.answered.connect(lambda kind, answer: seen.append((kind, answer)))
    return seen


def test_waiting_requests_of_a_kind_collapse_to_the_newest(qtbot: QtBot, worker: LatestWorker) -> None:
    gate, ran, seen = threading.Event(), [], answers_of(worker)
    worker.request("block", lambda: gate.wait(5))
    for i in range(20):
        worker.request("view", lambda i=i: ran.append(i) or i)
    worker.request("other", lambda: "kept")
    gate.set()
    qtbot.waitUntil(lambda: ("other", "kept") in seen)
    assert ran == [19]
    assert ("view", 19) in seen


def test_a_stale_answer_is_not_delivered(qtbot: QtBot, worker: LatestWorker) -> None:
    started, gate, seen = threading.Event(), threading.Event(), answers_of(worker)

    def slow() -> str:
        started.set()
        gate.wait(5)
        return "stale"

    worker.request("view", slow)
    assert started.wait(5)
    worker.request("view", lambda: "fresh")
    gate.set()
    qtbot.waitUntil(lambda: ("view", "fresh") in seen)
    assert ("view", "stale") not in seen


def test_generators_answer_in_steps_and_stop_when_superseded(qtbot: QtBot, worker: LatestWorker) -> None:
    gate, second, closed, seen = threading.Event(), threading.Event(), threading.Event(), answers_of(worker)

    def steps() -> Iterator[str]:
        try:
            yield "coarse"
            gate.wait(5)
            yield "half"
            second.set()
            yield "sharp"
        finally:
            closed.set()

    worker.request("view", steps)
    qtbot.waitUntil(lambda: ("view", "coarse") in seen)
    worker.request("view", lambda: "newer")
    gate.set()
    qtbot.waitUntil(lambda: ("view", "newer") in seen)
    assert closed.is_set()
    assert not second.is_set()
    assert [answer for _, answer in seen] == ["coarse", "newer"]


def test_an_error_is_reported_and_the_loop_goes_on(qtbot: QtBot, worker: LatestWorker) -> None:
    seen, errors = answers_of(worker), []
    worker.failed.connect(lambda kind, error: errors.append((kind, str(error))))

    def broken() -> None:
        raise OSError("gone")

    worker.request("view", broken)
    qtbot.waitUntil(lambda: bool(errors))
    assert errors == [("view", "gone")]
    worker.request("view", lambda: "next")
    qtbot.waitUntil(lambda: ("view", "next") in seen)


def test_dropped_requests_stay_unanswered(qtbot: QtBot, worker: LatestWorker) -> None:
    gate, seen = threading.Event(), answers_of(worker)
    worker.request("block", lambda: gate.wait(5))
    worker.request("view", lambda: "dropped")
    worker.drop("view")
    worker.request("last", lambda: "last")
    gate.set()
    qtbot.waitUntil(lambda: ("last", "last") in seen)
    assert ("view", "dropped") not in seen
