"""The random walker: probabilities spread along the pixel graph and are clamped at the clicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.diffusion import Smoother, smoother
from hsi_studio.ml.instant.pixel_graph import PixelGraph

_CLAMP = 1e4


@dataclass(frozen=True, eq=False)
class RandomWalker:
    """(D + λL) Q = D P, after Grady (2006, doi:10.1109/TPAMI.2006.233) with priors.

    Parameters
    ----------
    system : Smoother
        D is 1, and 1e4 at labelled pixels.
    positions, targets : ndarray of int (n,)
        Flat index and class of the labelled pixels.
    """

    system: Smoother
    positions: NDArray[np.intp]
    targets: NDArray[np.intp]

    def spread(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (N, U) after spreading, rows summing to 1 where anything was measured."""
        sides = np.array(probabilities, np.float32, order="F")
        sides[self.positions] = 0
        sides[self.positions, self.targets] = _CLAMP
        spread = np.maximum(self.system.solve(sides), 0)
        return np.asarray(spread / np.maximum(spread.sum(axis=1, keepdims=True), 1e-12))


def random_walker(
    graph: PixelGraph, strength: float, positions: NDArray[np.intp], targets: NDArray[np.intp]
) -> RandomWalker:
    """Prepare the walker of strength λ for one set of labelled pixels."""
    diagonal = np.ones(len(graph), np.float32)
    diagonal[positions] = _CLAMP
    return RandomWalker(smoother(graph, strength, diagonal), positions, targets)
