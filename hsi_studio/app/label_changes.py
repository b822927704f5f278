"""What an edit changes: places to draw anew and counts of labelled pixels."""

from __future__ import annotations

from collections.abc import Mapping

from hsi_studio.core.label_stats import changed_counts
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.window import Window

Windows = tuple[Window, ...]
Counts = dict[int, dict[int, int]]
"""Labelled pixels by cube number and class id."""


def changed_tiles(before: Labels, after: Labels) -> Windows:
    """Return the windows of the tiles that two labels of one image do not share."""
    keys = [
        key for key in {**before.tiles, **after.tiles} if before.tiles.get(key) is not after.tiles.get(key)
    ]
    return tuple(after.tile_window(key) for key in keys)


def recounted(counts: Mapping[int, int], edit: LabelEdit) -> dict[int, int]:
    """Return the labelled pixels by class id after an edit."""
    change = changed_counts(edit)
    after = {id: counts.get(id, 0) + change.get(id, 0) for id in {**counts, **change}}
    return {id: pixels for id, pixels in after.items() if pixels}
