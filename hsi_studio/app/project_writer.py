"""The thread that owns the project file: changes are kept in order, and wait while they cannot be written."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from hsi_studio.app.kept import KeptState
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.io.project import ProjectFile

log = logging.getLogger(__name__)
_RETRY_AFTER_S = 5.0

T = TypeVar("T")
Write = Callable[[ProjectFile], object]


class ProjectWriter(QObject):
    """Keeps changes in a project file, one after the other, on a thread of its own.

    A write that fails stays first in line. It is tried again after a while, when something else is to be
    written, and when asked to.

    Parameters
    ----------
    project : ProjectFile or callable
        The open project, which nobody else may use any more; or what opens or makes it, called on the thread
        until it succeeds.
    """

    kept_changed = Signal(object)
    """`KeptState`."""
    fetched = Signal(int, object)
    """(number of the first, tuple of `Edit`), as asked for with `fetch`."""

    _changed = Signal()

    def __init__(
        self, project: ProjectFile | Callable[[], ProjectFile], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = project if isinstance(project, ProjectFile) else None
        self._open = project if callable(project) else lambda: project
        self._lock = threading.Condition()
        self._writes: deque[Write] = deque()
        self._written: list[Write] | None = None
        self._tasks: deque[Callable[[], None]] = deque()
        self._failure: Exception | None = None
        self._is_to_try = True
        self._stopping = False
        self._after: Callable[[], object] | None = None
        self._changed.connect(self._tell)
        self._thread = _WriterThread(self._loop)
        self._thread.start()

    @property
    def kept(self) -> KeptState:
        """Whether all that was to be written is in the file."""
        with self._lock:
            if self._failure is not None:
                return KeptState("failed", str(self._failure))
            return KeptState("saving" if self._writes else "kept")

    @property
    def pending(self) -> int:
        """Number of writes that are not in the file."""
        return len(self._writes)

    def append(self, edit: Edit) -> None:
        """Keep an edit as the last step of the history."""
        self.write(lambda file: file.append(edit))

    def undo(self) -> None:
        """Keep that the last step was undone."""
        self.write(ProjectFile.undo)

    def redo(self) -> None:
        """Keep that a step was done again."""
        self.write(ProjectFile.redo)

    def add_cube(self, cube: ProjectCube) -> None:
        """Keep a cube that the project knows from now on."""
        self.write(lambda file: file.add_cube(cube))

    def write(self, write: Write) -> None:
        """Keep something, after all that was to be kept before."""
        with self._lock:
            self._writes.append(write)
            self._is_to_try = True
            self._lock.notify_all()
        self._changed.emit()

    def retry(self) -> None:
        """Try again what has failed."""
        with self._lock:
            self._is_to_try = True
            self._lock.notify_all()

    def fetch(self, first: int, stop: int) -> None:
        """Ask for steps of the history by number, undone ones too; `fetched` follows."""

        def deliver(answer: Future[tuple[Edit, ...]]) -> None:
            if answer.exception() is None:
                self.fetched.emit(first, answer.result())

        self.ask(lambda file: file.edits(first, stop)).add_done_callback(deliver)

    def ask(self, question: Callable[[ProjectFile], T]) -> Future[T]:
        """Let the thread do something with the file, before what is still to be written."""
        return self.run(lambda: question(self.opened()))

    def run(self, task: Callable[[], T]) -> Future[T]:
        """Let the thread do something, before what is still to be written."""
        future: Future[T] = Future()

        def answer() -> None:
            try:
                future.set_result(task())
            except Exception as error:  # raised again where the answer is looked at
                future.set_exception(error)

        with self._lock:
            self._tasks.append(answer)
            self._lock.notify_all()
        return future

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything is in the file; False when it cannot be written, or not in time."""
        with self._lock:
            self._is_to_try = True
            self._lock.notify_all()
            self._lock.wait_for(lambda: not self._writes or not self._is_to_try, timeout_s)
            return not self._writes

    def end(self, then: Callable[[], object] | None = None) -> None:
        """Write what can be written, close the file, do something after that, and end the thread."""
        with self._lock:
            self._stopping = self._is_to_try = True
            self._after = self._after or then
            self._lock.notify_all()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """End, and wait for it; returns whether that was done in time."""
        self.end()
        return self._thread.wait(int(timeout_s * 1000))

    def _tell(self) -> None:
        self.kept_changed.emit(self.kept)

    # For tasks, on the thread

    def opened(self) -> ProjectFile:
        """Return the file, opened where it was not. Raises what opening raises."""
        if self._file is None:
            self._file = self._open()
        return self._file

    def record(self) -> list[Write]:
        """Return a list that from now on gets whatever is written."""
        self._written = []
        return self._written

    def write_waiting(self) -> None:
        """Write what waits, up to the first failure."""
        while self._writes and self._is_to_try:
            self._write_first()

    def continue_in(self, file: ProjectFile, *, drop: bool) -> None:
        """Close the file and go on in another; `drop` what waits where that has it already."""
        self._close()
        self._file = file
        with self._lock:
            if drop:
                self._writes.clear()
            self._failure = None
            self._is_to_try = True
        self._changed.emit()

    def _loop(self) -> None:
        while self._wait_for_work():
            if self._tasks:
                self._tasks.popleft()()
                self._written = None
            else:
                self._write_first()
        self._close()
        if self._after is not None:
            self._after()

    def _wait_for_work(self) -> bool:
        """Wait for something to do; False when all is done and the thread is to end."""
        with self._lock:
            while not self._tasks and not (self._writes and self._is_to_try):
                if self._stopping:
                    return False
                again = None if self._failure is None else _RETRY_AFTER_S
                self._is_to_try = not self._lock.wait(again) or self._is_to_try
            return True

    def _write_first(self) -> None:
        failure: Exception | None = None
        write = self._writes[0]
        try:
            write(self.opened())
        except Exception as error:  # told to the user, who decides
            log.debug("A change could not be kept", exc_info=error)
            failure = error
        with self._lock:
            self._failure = failure
            if failure is None:
                self._writes.popleft()
            else:
                self._is_to_try = False
            self._lock.notify_all()
        if failure is None and self._written is not None:
            self._written.append(write)
        self._changed.emit()

    def _close(self) -> None:
        if self._file is not None:
            with suppress(Exception):  # its disk may be gone; what was written before is safe
                self._file.close()


class _WriterThread(QThread):
    def __init__(self, loop: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("project")
        self._loop = loop

    def run(self) -> None:
        self._loop()
