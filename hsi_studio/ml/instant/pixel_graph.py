"""The graph of neighbouring pixels: similar ones are joined strongly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array

COMPONENTS = 10
_WEAKEST = 1e-4
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, eq=False)
class PixelGraph:
    """Eight neighbours per pixel.

    Parameters
    ----------
    laplacian : sparse array of float32 (N, N)
        Degrees minus weights; pixels that were not measured have no edges.
    """

    laplacian: csc_array

    def __len__(self) -> int:
        return int(self.laplacian.shape[0])


def pixel_graph(
    fractions: NDArray[np.float32], valid: NDArray[np.bool_], contrast: float, components: int = COMPONENTS
) -> PixelGraph:
    """Join each pixel to its eight neighbours by weights exp(−d² / 2kc) / length + 1e-4.

    Parameters
    ----------
    fractions : ndarray of float32 (rows, cols, bands)
        Noise fractions, of which the first k = `components` count; d is the distance there in units of noise.
    valid : ndarray of bool (rows, cols)
    contrast : float
        c: pixels that differ by noise alone have d² of about 2k.
    """
    from scipy.sparse import coo_array, diags_array

    rows, cols, _ = fractions.shape
    place = fractions[..., :components]
    numbers = np.arange(rows * cols, dtype=np.int32).reshape(rows, cols)
    ends, weights = [], []
    for step in _STEPS:
        here, there = _pairs(rows, cols, step)
        joined = valid[here] & valid[there]
        distance = ((place[here] - place[there]) ** 2).sum(axis=-1, dtype=np.float32)
        weight = np.exp(-distance / (2 * place.shape[-1] * contrast)) / np.hypot(*step) + _WEAKEST
        ends.append(np.stack([numbers[here][joined], numbers[there][joined]]))
        weights.append(weight[joined])
    left, right = np.concatenate(ends, axis=1)
    weight = np.concatenate(weights)
    both = (np.r_[weight, weight], (np.r_[left, right], np.r_[right, left]))
    adjacency = coo_array(both, shape=(rows * cols, rows * cols)).tocsc()
    degrees = np.asarray(adjacency.sum(axis=0)).ravel()
    return PixelGraph((diags_array(degrees) - adjacency).tocsc().astype(np.float32))


def _pairs(rows: int, cols: int, step: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the slices of all pixels with a neighbour at `step`, and of those neighbours."""
    down, right = step
    here = slice(0, rows - down), slice(max(0, -right), cols - max(0, right))
    there = slice(down, rows), slice(max(0, right), cols - max(0, -right))
    return here, there
