"""What an expert sees of every pixel: features that need not exist as an array for all of them.

An expert is linear, so its scores of a whole scene follow from its weights without the features: these are
only made where there are labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.linear_experts import LinearExpert

Floats = NDArray[np.float32]


class View(Protocol):
    """Features (N, F) of the pixels of a window; zeros where nothing was measured."""

    def at(self, positions: NDArray[np.intp]) -> Floats:
        """Return the features (n, F) at flat pixel indices (n,)."""
        ...

    def scores(self, expert: LinearExpert) -> Floats:
        """Return the class scores (U, N) of all pixels."""
        ...

    @property
    def arrays(self) -> Sequence[Floats]:
        """What is held in memory; views may share it."""
        ...


@dataclass(frozen=True, eq=False)
class StackedView:
    """Features that lie in memory side by side.

    Parameters
    ----------
    parts : tuple of ndarray of float32 (N, k)
        Their columns, one after the other, are the features.
    """

    parts: tuple[Floats, ...]

    def at(self, positions: NDArray[np.intp]) -> Floats:
        return np.concatenate([part[positions] for part in self.parts], axis=1)

    def scores(self, expert: LinearExpert) -> Floats:
        ends = np.cumsum([part.shape[1] for part in self.parts])[:-1]
        weights = np.split(expert.weights, ends)
        return weighted(self.parts, weights) + expert.offsets[:, None]

    @property
    def arrays(self) -> Sequence[Floats]:
        return self.parts


def weighted(parts: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """Return the sum (U, N) over parts (N, k) times weights (k, U).

    Twice as fast as the transposed product: with few classes, BLAS wants the pixels first.
    """
    total = parts[0] @ weights[0]
    for part, own in zip(parts[1:], weights[1:], strict=True):
        total += part @ own
    return np.ascontiguousarray(total.T)
