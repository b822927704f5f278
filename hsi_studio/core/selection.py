"""Pixels that a tool has picked, and the edits of labels that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.labels import MOST_ID, LabelEdit, Labels, tile_keys
from hsi_studio.core.window import Window

Rule = Callable[[Labels, Window], NDArray[np.bool_]]
"""Tells, with the labels before a change, which pixels (rows, cols) of a window may change."""

Condition = Callable[[Window], NDArray[np.bool_]]
"""Tells of the pixels of a window inside the image, as (rows, cols), which of them may be painted."""


@dataclass(frozen=True, eq=False)
class Selection:
    """A set of pixels, perhaps partly outside the image.

    Parameters
    ----------
    window : Window
        Holds all of them; without any pixel its size is 0.
    inside : ndarray of bool (window.rows, window.cols)
        True for those that belong. Never written to.
    """

    window: Window
    inside: NDArray[np.bool_]

    @classmethod
    def empty(cls) -> Selection:
        """Return the selection of no pixel."""
        return cls(Window(0, 0, 0, 0), np.zeros((0, 0), bool))

    def __bool__(self) -> bool:
        """Tell whether any pixel belongs to it."""
        return bool(self.inside.any())

    @property
    def count(self) -> int:
        """Number of pixels."""
        return int(np.count_nonzero(self.inside))

    def clipped(self, rows: int, cols: int) -> Selection:
        """Return the part inside an image of `rows` × `cols`."""
        part = self.window.clipped(rows, cols)
        return Selection(part, self.read(part)) if part.size else Selection.empty()

    def read(self, window: Window) -> NDArray[np.bool_]:
        """Return (rows, cols) True for the pixels of any window that belong to the selection."""
        inside = np.zeros((window.rows, window.cols), bool)
        if (shared := window.common(self.window)).size:
            inside[_within(shared, window)] = self.inside[_within(shared, self.window)]
        return inside

    def trimmed(self) -> Selection:
        """Return the same pixels in the smallest window."""
        rows, cols = np.flatnonzero(self.inside.any(axis=1)), np.flatnonzero(self.inside.any(axis=0))
        if not len(rows):
            return Selection.empty()
        row, col = int(rows[0]), int(cols[0])
        part = Window(row, col, int(rows[-1]) - row + 1, int(cols[-1]) - col + 1)
        place = Window(self.window.row + row, self.window.col + col, part.rows, part.cols)
        return Selection(place, self.inside[part.slices()])

    def union(self, other: Selection) -> Selection:
        """Return the pixels of either."""
        if not self.window.size or not other.window.size:
            return self if self.window.size else other
        window = _around(self.window, other.window)
        return Selection(window, self.read(window) | other.read(window))

    def without(self, other: Selection) -> Selection:
        """Return the pixels that do not belong to another one."""
        return Selection(self.window, self.inside & ~other.read(self.window))


def unlabelled(labels: Labels) -> Condition:
    """Return the condition that a pixel has no class yet."""
    return lambda window: labels.read(window) == 0


def set_selection(
    labels: Labels,
    selection: Selection,
    id: int,
    *,
    only: Condition | None = None,
    locked: AbstractSet[int] = frozenset(),
) -> LabelEdit:
    """Return the edit that gives selected pixels a class, or takes it from them with id 0.

    Costs the selection's window, whatever the size of the image.

    Parameters
    ----------
    labels : Labels
    selection : Selection
        Pixels outside the image are left out.
    id : int
        From 0 to `MOST_ID`.
    only : Condition, optional
        Pixels where it is False stay as they are: `unlabelled`, or "where the prediction says so".
    locked : set of int
        Classes whose pixels stay as they are.
    """
    if not 0 <= id <= MOST_ID:
        raise ValueError(f"id {id} is outside 0…{MOST_ID}")
    edit: LabelEdit = ()
    for key in tile_keys(selection.window.clipped(labels.rows, labels.cols)):
        area = labels.tile_window(key).common(selection.window)
        inside = selection.inside[_within(area, selection.window)]
        if inside.any():
            old = labels.read(area)
            if locked:
                inside = inside & ~np.isin(old, list(locked))
            if only is not None:
                inside = inside & only(area)
            edit += labels.change(area, np.where(inside, np.uint16(id), old))
    return edit


def replaced(labels: Labels, old: int, new: int) -> LabelEdit:
    """Return the edit that gives every pixel of class `old` the class `new`; 0 clears them."""
    edit: LabelEdit = ()
    for key, tile in labels.tiles.items():
        if (found := tile == old).any():
            edit += labels.change(labels.tile_window(key), np.where(found, new, tile))
    return edit


def difference(before: Labels, after: Labels) -> LabelEdit:
    """Return the edit from one state to another of the same image, at most one patch per tile.

    The edits of a drag lie over each other; this is what the history keeps of it. Only tiles that the
    two do not share are compared.
    """
    edit: LabelEdit = ()
    for key in before.tiles.keys() | after.tiles.keys():
        if before.tiles.get(key) is not after.tiles.get(key):
            area = before.tile_window(key)
            edit += before.change(area, after.read(area))
    return edit


def _around(a: Window, b: Window) -> Window:
    row, col = min(a.row, b.row), min(a.col, b.col)
    return Window(row, col, max(a.row_stop, b.row_stop) - row, max(a.col_stop, b.col_stop) - col)


def _within(part: Window, whole: Window) -> tuple[slice, slice]:
    """Return the slices of an array over `whole` that cover `part`."""
    row, col = part.row - whole.row, part.col - whole.col
    return slice(row, row + part.rows), slice(col, col + part.cols)
