"""What the window and an engine process say to each other. Pickled between our own processes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """A question. A newer one of the same kind takes the place of an older one, running or not.

    Parameters
    ----------
    kind : str
        What the service calls it.
    id : int
        Grows with every request.
    priority : int
        Smaller goes first, also before what is running.
    body : object
        What the service needs to know.
    """

    kind: str
    id: int
    priority: int
    body: Any


@dataclass(frozen=True)
class Cancel:
    """Stop the request of a kind at its next pause."""

    kind: str


@dataclass(frozen=True)
class Answer:
    """One of the answers to a request; there may be several, coarse first."""

    kind: str
    id: int
    value: Any


@dataclass(frozen=True)
class Done:
    """A request has no more answers."""

    kind: str
    id: int


@dataclass(frozen=True)
class Failed:
    """A request ended in an error.

    Parameters
    ----------
    cause, remedy : str
        As in `HsiError`; the cause of an unforeseen error names its type.
    details : str
        Traceback of an unforeseen error, empty for foreseen ones.
    """

    kind: str
    id: int
    cause: str
    remedy: str
    details: str


Message = Request | Cancel
Reply = Answer | Done | Failed
