"""The window's end of an engine process."""

from __future__ import annotations

import threading
from collections import deque

from PySide6.QtCore import QObject, Signal

from hsi_studio.live.messages import Answer, Cancel, Done, Failed, Message, Reply, Request
from hsi_studio.live.process import EngineProcess

_AFTER_S = 0.3
"""A process takes a core while it starts: the window first shows what made it ask, such as a scene."""


class Engine(QObject):
    """Asks a service in a process of its own. Nothing here waits; all signals come on the GUI thread.

    The process starts with the first request, and again with the next one after it died. Answers to anything
    but the newest request of a kind are dropped.
    """

    answered = Signal(str, object)
    """(kind, value)"""
    done = Signal(str)
    """Kind whose newest request has no more answers."""
    failed = Signal(str, object)
    """(kind, `Failed`)"""
    died = Signal(object)
    """Exit status, negative for a signal: the process ended by itself and what it was doing is lost.

    None when it could not be started at all.
    """

    busy_changed = Signal()
    """A question was asked, answered, given up or lost."""

    _received = Signal(object)
    _ended = Signal(object)

    def __init__(self, service: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._newest: dict[str, int] = {}
        self._next = 0
        self._link: _Link | None = None
        self._old: list[_Link] = []
        self._received.connect(self._on_reply)
        self._ended.connect(self._on_end)

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return None if self._link is None else self._link.pid

    @property
    def busy(self) -> tuple[str, ...]:
        """Kinds that were asked for and are not done."""
        return tuple(self._newest)

    def request(self, kind: str, body: object = None, *, priority: int = 5) -> None:
        """Ask; an older question of the same kind is given up."""
        self._next += 1
        self._newest[kind] = self._next
        self._send(Request(kind, self._next, priority, body))
        self.busy_changed.emit()

    def cancel(self, kind: str) -> None:
        """Give up a question; its answers are not delivered any more."""
        if self._newest.pop(kind, None) is not None:
            self._send(Cancel(kind))
            self.busy_changed.emit()

    def release(self) -> None:
        """End the process to free its memory; the next request starts it again."""
        self._newest.clear()
        link, self._link = self._link, None
        if link is not None:
            self._old = [old for old in self._old if old.is_alive()] + [link]
            link.hang_up()
        self.busy_changed.emit()

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        self.release()
        for link in self._old:
            link.join()

    def _send(self, message: Message) -> None:
        if self._link is None:
            if isinstance(message, Cancel):
                return
            self._link = _Link(self._service, self)
            self._link.start()
        self._link.send(message)

    def _on_reply(self, reply: Reply) -> None:
        if self._newest.get(reply.kind) != reply.id:
            return
        match reply:
            case Answer():
                self.answered.emit(reply.kind, reply.value)
            case Done():
                del self._newest[reply.kind]
                self.done.emit(reply.kind)
                self.busy_changed.emit()
            case Failed():
                del self._newest[reply.kind]
                self.failed.emit(reply.kind, reply)
                self.busy_changed.emit()

    def _on_end(self, link: _Link) -> None:
        if link is self._link:
            self._link = None
            self._newest.clear()
            self.died.emit(link.exit_code)
            self.busy_changed.emit()


class _Link(threading.Thread):
    """Starts the process and reads what it says. A second thread writes, for a full pipe makes one wait."""

    def __init__(self, service: str, engine: Engine) -> None:
        super().__init__(name=service, daemon=True)
        self._service, self._engine = service, engine
        self._waiting: deque[Message] = deque()
        self._wake = threading.Condition()
        self._hung_up = False
        self.pid: int | None = None
        self.exit_code: int | None = None

    def send(self, message: Message) -> None:
        with self._wake:
            self._waiting.append(message)
            self._wake.notify()

    def hang_up(self) -> None:
        with self._wake:
            self._hung_up = True
            self._wake.notify()

    def run(self) -> None:
        with self._wake:
            if self._wake.wait_for(lambda: self._hung_up, _AFTER_S):
                return
        try:
            process = EngineProcess(self._service)
        except (OSError, RuntimeError):
            self._engine._ended.emit(self)
            return
        self.pid = process.pid
        writer = threading.Thread(target=self._write, args=(process,), daemon=True)
        writer.start()
        self._read(process)
        asked = self._hung_up
        self.hang_up()
        writer.join()
        self.exit_code = process.finish()
        if not asked:
            self._engine._ended.emit(self)

    def _read(self, process: EngineProcess) -> None:
        try:
            while True:
                self._engine._received.emit(process.connection.recv())
        except (EOFError, OSError):
            return

    def _write(self, process: EngineProcess) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._hung_up:
                    self._wake.wait()
                if self._hung_up:
                    break
                message = self._waiting.popleft()
            try:
                process.connection.send(message)
            except OSError:
                return
        process.terminate()
