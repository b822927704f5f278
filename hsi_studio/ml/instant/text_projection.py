"""Stage 2 in closed form: linear class scores as inner products of z' with the label embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable

STRENGTH = 0.1
"""ρ: how much the geometry of the texts counts as a prior; 0 repeats the linear experts exactly."""

_NEGLIGIBLE = 1e-4  # of the largest singular value

Floats = NDArray[np.float64]


def text_strength(classes: ClassTable) -> float:
    """Return ρ for a class table: 0 where no class is described, for bare names say nothing to go by."""
    return STRENGTH if any(entry.description.strip() for entry in classes) else 0.0


@dataclass(frozen=True, eq=False)
class TextProjection:
    """Maps scores s (U,) of the labelled classes to z' = s · into, whose z'·e are scores of any texts e.

    Parameters
    ----------
    into : ndarray of float64 (U, d)
    residual : ndarray of float64 (U, U), optional
        What the classes' own texts take away from their scores and is given back, see `text_prior`.
    """

    into: Floats
    residual: Floats | None = None

    def mixing(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the matrix (U, V) that turns scores of the labelled classes into those of texts (V, d)."""
        return np.asarray(self._mixing(embeddings), np.float32)

    def of_classes(self, embeddings: NDArray[np.floating], present: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the matrix (U, V) for the texts (V, d) of all classes; those `present` have labels."""
        mixing = self._mixing(embeddings)
        if self.residual is not None:
            mixing[:, present] += self.residual
        return np.asarray(mixing, np.float32)

    def _mixing(self, embeddings: NDArray[np.floating]) -> Floats:
        return np.asarray(self.into @ np.asarray(embeddings, np.float64).T)


def text_projection(embeddings: NDArray[np.floating], strength: float = STRENGTH) -> TextProjection:
    """Return the projection for the embeddings E (U, d) of the labelled classes.

    z' = Eᵀ(E Eᵀ + ρI)⁺ s. With ρ = 0, z'·e_y = s_y up to a constant per pixel, also for centred E, which has
    one direction v with v·E = 0: s is first shifted by the constant that makes it orthogonal to v.
    """
    matrix = np.asarray(embeddings, np.float64)
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    kept = sizes > _NEGLIGIBLE * sizes[0]
    gains = np.where(kept, sizes / (sizes**2 + strength + (sizes == 0)), 0)
    inverse = (left * gains) @ right
    return TextProjection(_shift(left, sizes, len(matrix)) @ inverse)


def _shift(left: Floats, sizes: Floats, classes: int) -> Floats:
    """Return the matrix (U, U) that shifts scores by a constant, from the right."""
    null = left[:, -1]
    if len(sizes) == classes and sizes[-1] < _NEGLIGIBLE * sizes[0] and abs(null.sum()) > _NEGLIGIBLE:
        constant = null / null.sum()
    else:
        constant = np.full(classes, 1 / classes)
    return np.asarray(np.eye(classes) - np.outer(constant, np.ones(classes)))
