"""Undo and redo: recent edits at hand, the others with whoever keeps them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit, classes_when_labelled

BEGINNING = "Start with classes"
"""Title of a first step that a project began with: undo does not take it back."""

_BYTES_AT_HAND = 64 << 20
_EDITS_AT_HAND = 200
_FEW = 20


@dataclass
class History:
    """The edits that can be undone and redone, numbered from 0 in the order in which they were done.

    Only those around the present are at hand: `older` done ones and `newer` undone ones have to be fetched
    before they can be undone or redone. The first `fixed` ones are what a project began with: they stay.
    """

    older: int = 0
    newer: int = 0
    fixed: int = 0
    _done: deque[Edit] = field(default_factory=deque)
    _undone: deque[Edit] = field(default_factory=deque)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has ever been done."""
        return self.newer_start + self.newer == 0

    @property
    def undo_title(self) -> str | None:
        """What the next undo takes back; None when nothing is at hand."""
        return self._done[-1].title if self._done else None

    @property
    def redo_title(self) -> str | None:
        """What the next redo does again; None when nothing is at hand."""
        return self._undone[-1].title if self._undone else None

    @property
    def newer_start(self) -> int:
        """Number of the first undone edit that is not at hand."""
        return self.older + len(self._done) + len(self._undone)

    @property
    def wants_older(self) -> bool:
        """Whether older edits should be fetched before someone waits for them."""
        return self.older > self.fixed and len(self._done) < _FEW

    @property
    def wants_newer(self) -> bool:
        """Whether further undone edits should be fetched before someone waits for them."""
        return self.newer > 0 and len(self._undone) < _FEW

    def classes_when_labelled(self, number: int, classes: ClassTable) -> ClassTable | None:
        """Return the class table as of the last done edit that labelled a cube; None when none is at hand.

        `classes` is the table as of the present.
        """
        return classes_when_labelled(reversed(self._done), number, classes)

    def push(self, edit: Edit) -> None:
        """Add an edit that was done; what was undone is gone."""
        self._done.append(edit)
        self._undone.clear()
        self.newer = 0
        self.older += _shorten(self._done)

    def undo(self) -> Edit | None:
        """Return the edit that takes the last one back; None when none is at hand."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._undone.append(edit)
        self.newer += _shorten(self._undone)
        return edit.reversed()

    def redo(self) -> Edit | None:
        """Return the edit that was undone last; None when none is at hand."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        self._done.append(edit)
        self.older += _shorten(self._done)
        return edit

    def add_older(self, start: int, edits: Sequence[Edit]) -> None:
        """Take in fetched edits whose first has the number `start`; ignored unless they end where needed."""
        if edits and start + len(edits) == self.older:
            self._done.extendleft(reversed(edits))
            self.older = start

    def add_newer(self, start: int, edits: Sequence[Edit]) -> None:
        """Take in fetched undone edits whose first has the number `start`; ignored unless that is needed."""
        if self.newer and start == self.newer_start:
            self._undone.extendleft(edits)
            self.newer -= len(edits)


def _shorten(edits: deque[Edit]) -> int:
    """Let go of the edits farthest from the present; returns how many."""
    size, before = sum(map(_size, edits)), len(edits)
    while len(edits) > 1 and (size > _BYTES_AT_HAND or len(edits) > _EDITS_AT_HAND):
        size -= _size(edits.popleft())
    return before - len(edits)


def _size(edit: Edit) -> int:
    return sum(2 * patch.after.nbytes for patches in edit.labels.values() for patch in patches)
