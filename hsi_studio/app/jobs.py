"""Long work with a name, progress and cancel, in the background."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtCore import QObject, QThread, Signal

from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled

_REPORT_EVERY_S = 0.05
_TELLING_S = 2.0

Lane = Literal["files", "models"]
Outcome = Literal["", "done", "failed", "cancelled"]
LANES: tuple[Lane, ...] = ("files", "models")


@dataclass(eq=False)
class Job:
    """One piece of long work.

    `work` gets a `Progress` whose `update` raises `Cancelled` once the user has cancelled.
    `on_done` gets its result, on the GUI thread. `outcome` is empty until the job has ended, `error` tells
    why it failed. Jobs of one lane run one after the other, those of different lanes side by side: a map that
    takes minutes must not keep a file from opening. Work that is followed (`JobQueue.follow`) goes on
    elsewhere; `on_cancel` ends it. Of jobs that are done again and again (`repeats`) only the last of a title
    is worth listing.
    """

    title: str
    work: Callable[[Progress], Any] = lambda _: None
    on_done: Callable[[Any], object] | None = None
    on_error: Callable[[Exception], object] | None = None
    on_cancel: Callable[[], object] | None = None
    lane: Lane = "files"
    repeats: bool = False
    fraction: float | None = None
    text: str = ""
    started: float | None = None
    finished: float | None = None
    outcome: Outcome = ""
    error: Exception | None = None
    _first: tuple[float, float] | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the work to stop at its next report of progress."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the start, or 0 while waiting."""
        if self.started is None:
            return 0.0
        return (self.finished or time.monotonic()) - self.started

    @property
    def remaining(self) -> float | None:
        """Seconds still to go at the pace so far; None when unknown."""
        if self._first is None or self.fraction is None:
            return None
        since, begun = self._first
        done, took = self.fraction - begun, time.monotonic() - since
        return took * (1 - self.fraction) / done if done > 0 and took >= _TELLING_S else None

    def note(self, fraction: float | None, text: str) -> None:
        """Note how far the work is."""
        self.fraction, self.text = fraction, text
        if self._first is None and fraction is not None:
            # What comes before, such as reading a scene, tells nothing of the pace.
            self._first = time.monotonic(), fraction


class JobQueue(QObject):
    """Runs the jobs of each lane in order on a thread. All signals carry the `Job`, on the GUI thread."""

    added = Signal(object)
    changed = Signal(object)
    """Started, or made progress (at most 20 times a second)."""
    ended = Signal(object)
    """Done, failed or cancelled; `on_done` / `on_error` have been called."""
    failed = Signal(object, object)
    """(job, exception) for jobs without `on_error`."""

    _progressed = Signal(object, object, str)
    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running: dict[Lane, Job] = {}
        self._elsewhere: list[Job] = []
        self._stopping = False
        self._progressed.connect(self._on_progress)
        self._finished.connect(self._on_finished)
        self._threads = [_JobThread(lane, self._loop) for lane in LANES]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> Job:
        """Queue a job."""
        with self._lock:
            self._waiting.append(job)
            self._lock.notify_all()
        self.added.emit(job)
        return job

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The running jobs, those waiting, and those that go on elsewhere."""
        with self._lock:
            return (*self._running.values(), *self._waiting, *self._elsewhere)

    def follow(self, job: Job) -> Job:
        """List work that goes on elsewhere, until `conclude`."""
        job.started = time.monotonic()
        self._elsewhere.append(job)
        self.added.emit(job)
        return job

    def tell(self, job: Job, fraction: float | None, text: str) -> None:
        """Tell how far work elsewhere is."""
        self._on_progress(job, fraction, text)

    def conclude(self, job: Job, outcome: Outcome) -> None:
        """Tell that work elsewhere is over, and how."""
        self._elsewhere.remove(job)
        job.finished, job.outcome = time.monotonic(), outcome
        self.ended.emit(job)

    def cancel(self, job: Job) -> None:
        """Cancel a waiting or running job."""
        if job in self._elsewhere and job.on_cancel is not None:
            job.on_cancel()
        job.cancel()
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
                waiting = True
            else:
                waiting = False
        if waiting:
            job.outcome = "cancelled"
            self.ended.emit(job)

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Cancel everything and wait; returns whether the threads have ended in time."""
        with self._lock:
            self._stopping = True
            self._waiting.clear()
            for job in self._running.values():
                job.cancel()
            self._lock.notify_all()
        deadline = time.monotonic() + timeout_s
        return all(thread.wait(max(0, int((deadline - time.monotonic()) * 1000))) for thread in self._threads)

    def _loop(self, lane: Lane) -> None:
        while True:
            with self._lock:
                while (job := self._next(lane)) is None and not self._stopping:
                    self._lock.wait()
                if job is None or self._stopping:
                    return
                self._waiting.remove(job)
                self._running[lane] = job
            self._run(job)
            with self._lock:
                del self._running[lane]

    def _next(self, lane: Lane) -> Job | None:
        return next((job for job in self._waiting if job.lane == lane), None)

    def _run(self, job: Job) -> None:
        job.started = time.monotonic()
        self._progressed.emit(job, None, "")
        last = 0.0

        def report(fraction: float | None, text: str) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _REPORT_EVERY_S:
                last = now
                self._progressed.emit(job, fraction, text)

        try:
            result = job.work(Progress(report, lambda: job.is_cancelled))
        except Exception as error:  # told to the user in _on_finished
            self._finished.emit(job, None, error)
        else:
            self._finished.emit(job, result, None)

    def _on_progress(self, job: Job, fraction: float | None, text: str) -> None:
        job.note(fraction, text)
        self.changed.emit(job)

    def _on_finished(self, job: Job, result: object, error: Exception | None) -> None:
        job.finished = time.monotonic()
        try:
            self._conclude(job, result, error)
        finally:
            self.ended.emit(job)

    def _conclude(self, job: Job, result: object, error: Exception | None) -> None:
        if job.is_cancelled or isinstance(error, Cancelled):
            job.outcome = "cancelled"
        elif error is None:
            job.outcome, job.fraction = "done", 1.0
            if job.on_done is not None:
                job.on_done(result)
        else:
            job.outcome, job.error = "failed", error
            if job.on_error is not None:
                job.on_error(error)
            else:
                self.failed.emit(job, error)


class _JobThread(QThread):
    def __init__(self, lane: Lane, loop: Callable[[Lane], None]) -> None:
        super().__init__()
        self.setObjectName(f"jobs of {lane}")
        self._lane: Lane = lane
        self._loop = loop

    def run(self) -> None:
        self._loop(self._lane)
