"""How sure a map is, and where one more label would teach most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hsi_studio.ml.instant.features import InstantFeatures

_CANDIDATES = 400
_COMPONENTS = 20

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Suggestion:
    """A pixel to be labelled next.

    `first` and `second` are the ids of its two likeliest classes, `margin` is how far the first leads.
    """

    row: int
    col: int
    first: int
    second: int
    margin: float


def uncertainty(probabilities: Floats) -> tuple[Floats, Floats, Floats]:
    """Return largest probability, its lead over the second, and 1 − entropy / log V, each (N,).

    Zeros where the probabilities (N, V) are all zero: nothing was measured there.
    """
    best = probabilities.max(axis=1)
    two = np.partition(probabilities, -2, axis=1)[:, -2:]
    logs = np.log(np.maximum(probabilities, 1e-12))
    entropy = -np.einsum("nv,nv->n", probabilities, logs)
    certainty = np.clip(1 - entropy / np.log(probabilities.shape[1]), 0, 1)
    return best, two[:, 1] - two[:, 0], np.where(best > 0, certainty, 0).astype(np.float32)


def suggestion(
    features: InstantFeatures,
    probabilities: Floats,
    ids: NDArray[np.int16],
    labelled: NDArray[np.intp],
    passed: Collection[int] = (),
) -> Suggestion | None:
    """Return the unlabelled pixel of the largest uncertainty × novelty; None when there is none.

    Uncertainty is 1 − margin. Novelty is the distance, in noise fractions, to the nearest labelled pixel
    (diversity as in Demir, Persello and Bruzzone 2011, doi:10.1109/TGRS.2010.2072929), relative to the
    largest among the most uncertain pixels.
    """
    margin = uncertainty(probabilities)[1]
    free = features.valid.ravel() & (probabilities.max(axis=1) > 0)
    free[labelled] = False
    free[list(passed)] = False
    places = np.flatnonzero(free)
    if not len(places):
        return None
    unsure = places[np.argsort(margin[places], kind="stable")[:_CANDIDATES]]
    spectra = features.fractions[:, :_COMPONENTS]
    novelty = _nearest(spectra[unsure], spectra[labelled])
    gain = (1 - margin[unsure]) * novelty / max(float(novelty.max()), 1e-12)
    chosen = int(unsure[np.argmax(gain)])
    second, first = np.argsort(probabilities[chosen], kind="stable")[-2:]
    row, col = divmod(chosen, features.valid.shape[1])
    return Suggestion(row, col, int(ids[first]), int(ids[second]), float(margin[chosen]))


def _nearest(points: Floats, others: Floats) -> Floats:
    """Return the distance (n,) of each point (n, k) to the nearest of others (m, k)."""
    squares = (points**2).sum(axis=1)[:, None] - 2 * points @ others.T + (others**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares.min(axis=1), 0)))
