"""Long work with a name, progress and cancel, one at a time, in the background."""

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


@dataclass(eq=False)
class Job:
    """One piece of long work.

    `work` gets a `Progress` whose `update` raises `Cancelled` once the user has cancelled.
    `on_done` gets its result, on the GUI thread. `outcome` is empty until the job has ended.
    """

    title: str
    work: Callable[[Progress], Any]
    on_done: Callable[[Any], object] | None = None
    on_error: Callable[[Exception], object] | None = None
    fraction: float | None = None
    text: str = ""
    started: float | None = None
    finished: float | None = None
    outcome: Literal["", "done", "failed", "cancelled"] = ""
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
        if not self.fraction or self.elapsed < 1:
            return None
        return self.elapsed * (1 - self.fraction) / self.fraction


class JobQueue(QObject):
    """Runs jobs in order on one thread. All signals carry the `Job`, on the GUI thread."""

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
        self._running: Job | None = None
        self._stopping = False
        self._progressed.connect(self._on_progress)
        self._finished.connect(self._on_finished)
        self._thread = _JobThread(self._loop)
        self._thread.start()

    def submit(self, job: Job) -> Job:
        """Queue a job."""
        with self._lock:
            self._waiting.append(job)
            self._lock.notify()
        self.added.emit(job)
        return job

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The running job and those waiting."""
        with self._lock:
            running = () if self._running is None else (self._running,)
            return (*running, *self._waiting)

    def cancel(self, job: Job) -> None:
        """Cancel a waiting or running job."""
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
        """Cancel everything and wait; returns whether the thread has ended in time."""
        with self._lock:
            self._stopping = True
            self._waiting.clear()
            if self._running is not None:
                self._running.cancel()
            self._lock.notify()
        return self._thread.wait(int(timeout_s * 1000))

    def _loop(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._stopping:
                    self._lock.wait()
                if self._stopping:
                    return
                job = self._running = self._waiting.popleft()
            self._run(job)
            with self._lock:
                self._running = None

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
        job.fraction, job.text = fraction, text
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
            job.outcome = "failed"
            if job.on_error is not None:
                job.on_error(error)
            else:
                self.failed.emit(job, error)


class _JobThread(QThread):
    def __init__(self, loop: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("jobs")
        self._loop = loop

    def run(self) -> None:
        self._loop()
