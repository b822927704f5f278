"""Finds what a person means by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import TypeVar

Item = TypeVar("Item")


def score(query: str, text: str) -> float | None:
    """Return how well `text` answers `query`; None when its letters do not occur in order.

    Letters at starts of words and letters in a row count more; the letters that the word found goes on
    with, and a long text, count against it.
    """
    letters = query.casefold().replace(" ", "")
    target = text.casefold()
    total, position, previous = 0.0, 0, -2
    for letter in letters:
        found = _next(target, letter, position, previous)
        if found < 0:
            return None
        total += 1.0 + 4.0 * (found == previous + 1) + 3.0 * _starts_word(target, found)
        previous, position = found, found + 1
    rest = len(list(takewhile(str.isalnum, target[previous + 1 :]))) if letters else 0
    return total - 0.5 * rest - 0.02 * len(target)


def ranked(query: str, items: Iterable[Item], text: Callable[[Item], str]) -> list[Item]:
    """Return the items that answer `query`, best first; all in their own order for an empty query."""
    scored = [(found, item) for item in items if (found := score(query, text(item))) is not None]
    if query.strip():
        scored.sort(key=lambda pair: -pair[0])
    return [item for _, item in scored]


def _next(target: str, letter: str, position: int, previous: int) -> int:
    """Return the best place of a letter: right after the last one, else at a word's start, else the first."""
    if position == previous + 1 and target[position : position + 1] == letter:
        return position
    first = target.find(letter, position)
    place = first
    while place >= 0 and not _starts_word(target, place):
        place = target.find(letter, place + 1)
    return place if place >= 0 else first


def _starts_word(target: str, place: int) -> bool:
    return place == 0 or not target[place - 1].isalnum()
