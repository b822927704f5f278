"""Folds of cross-validation that depend on where the clicks are, not on their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
_CELL, _PART = 32, 16

Index = NDArray[np.intp]


def class_folds(positions: Index, targets: Index, repeat: int) -> Index:
    """Return a fold (n,) for each click, every class spread evenly over them.

    Parameters
    ----------
    positions : ndarray of int (n,)
        Flat index of the pixel.
    targets : ndarray of int (n,)
    repeat : int
        Another number shuffles differently.
    """
    shuffled = np.lexsort((_mixed(positions, repeat), targets))
    ordered = targets[shuffled]
    rank = np.empty(len(targets), np.intp)
    rank[shuffled] = np.arange(len(targets)) - np.searchsorted(ordered, ordered)
    offset = (_mixed(targets, ~repeat) % FOLDS).astype(np.intp)
    return (rank + offset) % FOLDS


def stroke_folds(positions: Index, targets: Index, strokes: Index, repeat: int) -> Index:
    """Return a fold (n,) for each click as `class_folds` does; all clicks of a stroke (n,) share theirs."""
    _, first, number = np.unique(strokes, return_index=True, return_inverse=True)
    return class_folds(positions[first], targets[first], repeat)[number]


def strokes(positions: Index, targets: Index, cols: int) -> Index:
    """Return a number (n,) for each click, the same for clicks of one class that touch.

    Pixels of one stroke of the brush are nearly copies of each other. A class that is a single stroke, or one
    filled area, is cut along squares of 16 pixels.

    Parameters
    ----------
    positions : ndarray of int (n,)
        Flat index of the pixel, ascending.
    targets : ndarray of int (n,)
    cols : int
        Of the image.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.divmod(positions, cols)
    pairs = []
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        other = np.searchsorted(positions, positions + down * cols + right)
        other[other == len(positions)] = 0
        near = (rows[other] == rows + down) & (columns[other] == columns + right)
        one = np.flatnonzero(near & (targets[other] == targets))
        pairs.append((one, other[one]))
    ones, others = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    links = coo_array((np.ones(len(ones), bool), (ones, others)), shape=(len(positions),) * 2)
    count, found = connected_components(links, directed=False)
    classes = targets.max() + 1
    alone = np.bincount(targets[np.unique(found, return_index=True)[1]], minlength=classes) == 1
    cells = (rows // _PART) * (cols // _PART + 1) + columns // _PART
    return np.where(alone[targets], count + cells * classes + targets, found)


def cell_folds(rows: Index, cols: Index, repeat: int) -> Index:
    """Return a fold (n,) for each click; clicks in one square of 32 pixels share theirs.

    What is held out is then some way from what is learned from.
    """
    down, right = (_mixed(np.arange(2), ~repeat) % _CELL).astype(np.intp)
    cells = ((rows + down) // _CELL) * 100_003 + (cols + right) // _CELL
    found, number = np.unique(cells, return_inverse=True)
    place = np.empty(len(found), np.intp)
    place[np.argsort(_mixed(found, repeat))] = np.arange(len(found))
    return (place % FOLDS)[number]


def thinned(positions: Index, targets: Index, most: int) -> Index:
    """Return which clicks (sorted indices) to use so that there are at most about `most`.

    Small classes keep all of theirs; large ones keep equal numbers, drawn by position.
    """
    if len(targets) <= most:
        return np.arange(len(targets))
    counts = np.sort(np.bincount(targets))[::-1]
    share = most
    for left in range(len(counts), 0, -1):
        share = (most - counts[left:].sum()) // left
        if left == 1 or counts[left - 1] > share:
            break
    shuffled = np.lexsort((_mixed(positions, 0), targets))
    ordered = targets[shuffled]
    rank = np.arange(len(targets)) - np.searchsorted(ordered, ordered)
    return np.sort(shuffled[rank < share])


def _mixed(values: Index, salt: int) -> NDArray[np.uint64]:
    """Return pseudo-random numbers from integers: splitmix64 (Steele 2014, doi:10.1145/2714064.2660195)."""
    start = np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    mixed = (values.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + start
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
