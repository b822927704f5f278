"""What an edit changes: places to draw anew and counts of labelled pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

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
    result = Counter(dict(counts))
    for patch in edit:
        for ids, sign in ((patch.before, -1), (patch.after, 1)):
            for id, pixels in zip(*np.unique(ids, return_counts=True), strict=True):
                result[int(id)] += sign * int(pixels)
    return {id: pixels for id, pixels in result.items() if id and pixels}
