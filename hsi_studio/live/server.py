"""The loop of an engine process: the most urgent request goes on, step by step, while new ones arrive."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from hsi_studio.errors import Cancelled, foreseen
from hsi_studio.live.memory import give_back, settle
from hsi_studio.live.messages import Answer, Cancel, Done, Failed, Message, Reply, Request

_RESTS_AFTER_S = 1.0
"""Without a question freed memory is given back: sooner, the next answer would have to ask for it again."""


class Service(Protocol):
    """What an engine process can do."""

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        """Yield the answers to a request, and None wherever it may be interrupted or closed."""
        ...


@dataclass(eq=False)
class _Running:
    request: Request
    answers: Iterator[Any]


class Server:
    """Answers requests until the window hangs up."""

    def __init__(self, service: Service, connection: Connection) -> None:
        self._service = service
        self._connection = connection
        self._running: dict[str, _Running] = {}
        self._rested, self._settled = True, False

    def serve(self) -> None:
        """Run until the other side is gone."""
        try:
            while True:
                while self._connection.poll(self._patience):
                    self._take(self._connection.recv())
                if self._running:
                    self._step(min(self._running.values(), key=_urgency))
                else:
                    self._rest()
        except (EOFError, ConnectionError):
            self._running.clear()

    def _rest(self) -> None:
        give_back()
        if not self._settled:
            settle()
            self._settled = True
        self._rested = True

    @property
    def _patience(self) -> float | None:
        """Seconds to wait for a message; None is for ever."""
        if self._running:
            return 0
        return None if self._rested else _RESTS_AFTER_S

    def _take(self, message: Message) -> None:
        self._rested = False
        old = self._running.pop(message.kind, None)
        if old is not None:
            _close(old.answers)
        if isinstance(message, Cancel):
            if old is not None:
                self._send(Done(old.request.kind, old.request.id))
            return
        self._running[message.kind] = _Running(message, self._service.answer(message.kind, message.body))

    def _step(self, running: _Running) -> None:
        request = running.request
        try:
            value = next(running.answers)
        except (StopIteration, Cancelled):
            reply: Reply = Done(request.kind, request.id)
        except Exception as error:
            reply = failure(request, error)
        else:
            if value is not None:
                self._send(Answer(request.kind, request.id, value))
            return
        del self._running[request.kind]
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self._connection.send(reply)


def failure(request: Request, error: Exception) -> Failed:
    """Return what the user is told of an error."""
    known = foreseen(error)
    if known is not None:
        return Failed(request.kind, request.id, known.cause, known.remedy, "")
    if isinstance(error, MemoryError):
        return Failed(request.kind, request.id, "the memory is used up", "close other cubes or programs", "")
    cause = f"{type(error).__name__}: {error}"
    return Failed(request.kind, request.id, cause, "", "".join(traceback.format_exception(error)))


def _urgency(running: _Running) -> tuple[int, int]:
    return running.request.priority, running.request.id


def _close(answers: Iterator[Any]) -> None:
    close = getattr(answers, "close", None)
    if close is not None:
        close()
