"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True)
class Piece:
    """A part of a text: in both, only in the old one, or only in the new one."""

    kind: Literal["same", "gone", "new"]
    text: str


def word_diff(old: str, new: str) -> Iterator[Piece]:
    """Yield the pieces of both texts in order; "same" and "gone" make up the old one, the others the new."""
    one, two = _words(old), _words(new)
    for kind, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(one[i:j]))
            continue
        if j > i:
            yield Piece("gone", "".join(one[i:j]))
        if m > k:
            yield Piece("new", "".join(two[k:m]))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)
