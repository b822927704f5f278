"""Splits long texts into pieces that a text encoder can read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def chunks(text: str, count: Callable[[str], int], limit: int) -> list[str]:
    """Return pieces of at most `limit` tokens that end at sentence ends wherever possible.

    Parameters
    ----------
    text : str
    count : callable
        Number of tokens of a piece.
    limit : int
        Most tokens that the encoder reads at once.
    """
    pieces = [piece for sentence in _sentences(text) for piece in _fitting(sentence, count, limit)]
    packed: list[str] = []
    room = 0
    for piece in pieces:
        length = count(piece)
        if packed and length <= room:
            packed[-1] += " " + piece
            room -= length
        else:
            packed.append(piece)
            room = limit - length
    return packed or [text]


def _sentences(text: str) -> Iterator[str]:
    return (sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence.strip())


def _fitting(sentence: str, count: Callable[[str], int], limit: int) -> Iterator[str]:
    """Yield a sentence, or halves of it (between words where there are any) until they fit."""
    if count(sentence) <= limit or len(sentence) < 2:
        yield sentence
        return
    words = sentence.split()
    if len(words) > 1:
        middle = len(words) // 2
        halves = " ".join(words[:middle]), " ".join(words[middle:])
    else:
        middle = len(sentence) // 2
        halves = sentence[:middle], sentence[middle:]
    for half in halves:
        yield from _fitting(half, count, limit)
