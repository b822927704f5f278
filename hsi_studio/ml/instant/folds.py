"""Folds of cross-validation that depend on where the clicks are, not on their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
_CELL = 32

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
