"""A thread that answers the newest request of each kind and drops the stale ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from hsi_studio.errors import Cancelled

Work = Callable[[], Any] | Callable[[], Generator[Any, None, None]]


@dataclass(frozen=True)
class Request:
    """One question: its kind, its generation number and the function that answers it."""

    kind: Hashable
    generation: int
    work: Callable[[], Any]


class LatestWorker(QObject):
    """Runs requests on one thread; a newer request of a kind replaces a waiting older one.

    `work` is a function, or returns a generator whose every item is an answer (coarse first, then sharp);
    a generator is closed before its next step as soon as a newer request of its kind arrives.
    Answers of requests that are no longer the newest of their kind are not delivered.
    """

    answered = Signal(object, object)
    """(kind, answer), on the thread that owns this object."""

    failed = Signal(object, object)
    """(kind, exception)."""

    _delivered = Signal(object, object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Condition()
        self._waiting: dict[Hashable, Request] = {}
        self._newest: dict[Hashable, int] = {}
        self._stopping = False
        self._delivered.connect(self._deliver)
        self._thread = _LoopThread(self._loop, name)
        self._thread.start()

    def request(self, kind: Hashable, work: Callable[[], Any]) -> int:
        """Ask for an answer; returns the generation number of the request."""
        with self._lock:
            generation = self._newest.get(kind, 0) + 1
            self._newest[kind] = generation
            # Taken out first, so that kinds are served in the order of their newest request.
            self._waiting.pop(kind, None)
            self._waiting[kind] = Request(kind, generation, work)
            self._lock.notify()
        return generation

    def drop(self, kind: Hashable) -> None:
        """Forget the waiting and the running request of a kind."""
        with self._lock:
            self._newest[kind] = self._newest.get(kind, 0) + 1
            self._waiting.pop(kind, None)

    def stop(self) -> None:
        """Stop the thread and wait for the step in progress."""
        with self._lock:
            self._stopping = True
            self._waiting.clear()
            self._lock.notify()
        self._thread.wait()

    def is_newest(self, request: Request) -> bool:
        """Tell whether nothing newer of the kind was asked for."""
        return self._newest.get(request.kind) == request.generation

    def _loop(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._stopping:
                    self._lock.wait()
                if self._stopping:
                    return
                kind = next(iter(self._waiting))
                request = self._waiting.pop(kind)
            self._run(request)

    def _run(self, request: Request) -> None:
        try:
            result = request.work()
            if not isinstance(result, Generator):
                self._delivered.emit(request, result, None)
                return
            for answer in result:
                self._delivered.emit(request, answer, None)
                if not self.is_newest(request) or self._stopping:
                    result.close()
                    return
        except Cancelled:
            return
        except Exception as error:  # shown to the user by whoever listens to `failed`
            self._delivered.emit(request, None, error)

    def _deliver(self, request: Request, answer: object, error: Exception | None) -> None:
        if self._stopping or not self.is_newest(request):
            return
        if error is not None:
            self.failed.emit(request.kind, error)
        else:
            self.answered.emit(request.kind, answer)


class _LoopThread(QThread):
    def __init__(self, loop: Callable[[], None], name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._loop = loop

    def run(self) -> None:
        self._loop()
