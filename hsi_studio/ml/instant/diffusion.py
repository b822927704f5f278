"""Smoothing along the pixel graph: solutions of (D + λL) x = b, which stop at borders of fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.pairs import two_at_a_time
from hsi_studio.ml.instant.pixel_graph import PixelGraph

if TYPE_CHECKING:
    from scipy.sparse.linalg import SuperLU

_COLUMNS = 40


@dataclass(frozen=True, eq=False)
class Smoother:
    """A factorised system D + λL, for any number of right-hand sides."""

    factors: SuperLU

    def solve(self, sides: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the solutions (N, k) of right-hand sides (N, k)."""
        return np.asarray(self.factors.solve(np.asarray(sides, np.float32)))


def smoother(graph: PixelGraph, strength: float, diagonal: NDArray[np.float32] | None = None) -> Smoother:
    """Factorise D + λL.

    In single precision: twice as fast, and within 1e-5 of double precision for weights that we use.

    Parameters
    ----------
    strength : float
        λ.
    diagonal : ndarray of float32 (N,), optional
        D; ones when absent.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import splu

    own = np.ones(len(graph), np.float32) if diagonal is None else diagonal
    matrix = (diags_array(own) + np.float32(strength) * graph.laplacian).tocsc()
    # The matrix is symmetric and diagonally dominant: no pivoting, and an ordering for symmetric patterns.
    options = {"SymmetricMode": True}
    return Smoother(splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options))


def solve_all(tasks: Sequence[tuple[Smoother, NDArray[np.float32]]]) -> list[NDArray[np.float32]]:
    """Return the solutions (N, k) of systems with right-hand sides (N, k).

    Two are computed at a time, in pieces of 40 columns.
    """

    def solved(task: tuple[Smoother, NDArray[np.float32]]) -> NDArray[np.float32]:
        system, planes = task
        out = np.empty(planes.shape, np.float32)
        for first in range(0, planes.shape[1], _COLUMNS):
            part = slice(first, first + _COLUMNS)
            out[:, part] = system.solve(planes[:, part])
        return out

    return two_at_a_time(solved, tasks)
