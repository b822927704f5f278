"""Where the clicks are, and how they are divided into folds that ask each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.folds import cell_folds, stroke_folds
from hsi_studio.ml.instant.linear_experts import Fold, split_folds

_VALIDATED = 160  # clicks times repeats
_MOST_REPEATS = 8
_ENOUGH = 0.5

Index = NDArray[np.intp]
Repeats = list[tuple[Fold, ...]]
"""Several ways to divide the same clicks."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where the clicks are: flat index, row and column (n,) of each, in the order of their targets (n,).

    Clicks of one stroke have the same number in `strokes`, see `folds.strokes`.
    """

    positions: Index
    rows: Index
    cols: Index
    targets: Index
    strokes: Index

    @property
    def repeats(self) -> range:
        """Numbers of the drawings of folds: more where there are few clicks."""
        return range(min(max(math.ceil(_VALIDATED / len(self.targets)), 1), _MOST_REPEATS))

    @cached_property
    def near_folds(self) -> tuple[Repeats, NDArray[np.bool_]]:
        """Folds of every class, and which clicks (n,) can be asked: those whose class is not held out whole.

        Strokes are held out whole where half of the classes have two; else single clicks, which flatters what
        looks around a pixel.
        """
        _, first = np.unique(self.strokes, return_index=True)
        held, per_class = self.strokes, np.bincount(self.targets[first], minlength=self.targets.max() + 1)
        if np.mean(per_class > 1) < _ENOUGH:
            held, per_class = np.arange(len(self.targets)), np.bincount(self.targets)
        folds = [stroke_folds(self.positions, self.targets, held, repeat) for repeat in self.repeats]
        return self._split(folds), np.asarray(per_class[self.targets] > 1)

    @cached_property
    def far_folds(self) -> Repeats:
        """Folds of squares of 32 pixels; none where all clicks lie in one."""
        drawn = (cell_folds(self.rows, self.cols, repeat) for repeat in self.repeats)
        return self._split([folds for folds in drawn if folds.max() > 0])

    def _split(self, drawn: Sequence[Index]) -> Repeats:
        classes = int(self.targets.max()) + 1
        return [split_folds(folds, self.targets, classes) for folds in drawn]
