"""Linear discriminant analysis with a shrunk scatter, in closed form from products of the clicks alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_LEAST_SPREAD = 0.01  # of the mean within-class variance, added to the variance of every feature
_ABSENT = -1e6  # score of a class without labels in the training folds

Targets = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Clicks:
    """Features of the labelled pixels, centred and scaled by their within-class deviation.

    Parameters
    ----------
    scaled : ndarray of float64 (n, F)
    centre, scale : ndarray of float64 (F,)
        scaled = (features − centre) · scale.
    targets : ndarray of int (n,)
        Classes from 0, each with a label.
    classes : int
        U.
    """

    scaled: NDArray[np.float64]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    targets: Targets
    classes: int

    @cached_property
    def gram(self) -> NDArray[np.float64]:
        """Inner products (n, n) of `scaled`."""
        return self.scaled @ self.scaled.T


@dataclass(frozen=True, eq=False)
class LinearExpert:
    """Class scores features @ weights + offsets.

    Parameters
    ----------
    weights : ndarray of float32 (F, U)
    offsets : ndarray of float32 (U,)
    """

    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return class scores (N, U) of features (N, F), up to a constant per pixel."""
        return np.asarray(features @ self.weights + self.offsets)


def scale_clicks(features: NDArray[np.float32], targets: Targets, classes: int) -> Clicks:
    """Prepare the features (n, F) of the labelled pixels.

    Without any class of two labels the spread of all labelled pixels stands in for that within classes.
    """
    values = features.astype(np.float64)
    members = np.eye(classes)[targets]
    means = members.T @ values / members.sum(axis=0)[:, None]
    weights = _pooled(targets, members.sum(axis=0))
    variance = weights @ (values - means[targets]) ** 2 if weights.any() else values.var(axis=0)
    scale = 1 / np.sqrt(variance + _LEAST_SPREAD * variance.mean() + 1e-9)
    centre = values.mean(axis=0)
    scaled = (values - centre) * scale
    return Clicks(scaled, centre, scale, targets, classes)


def fit_expert(clicks: Clicks, shrinkage: float) -> LinearExpert:
    """Fit the discriminant: scatter (1 − a)·within + a·diagonal, equal priors.

    The scatter has the rank of the clicks, so its inverse is taken in their space (Woodbury).
    """
    dual = _solve(clicks.gram, clicks.targets, clicks.classes, shrinkage)
    weights = clicks.scaled.T @ dual.combination * clicks.scale[:, None]
    offsets = dual.offsets - clicks.centre @ weights
    return LinearExpert(weights.astype(np.float32), offsets.astype(np.float32))


def fit_expert_to_many(clicks: Clicks, shrinkage: float) -> LinearExpert:
    """Fit the same discriminant in the space of the features: cheaper where clicks outnumber them."""
    from scipy.linalg import cho_factor, cho_solve

    members = np.eye(clicks.classes)[clicks.targets]
    means = members.T @ clicks.scaled / members.sum(axis=0)[:, None]
    weights = np.sqrt((1 - shrinkage) * _pooled(clicks.targets, members.sum(axis=0)))
    spread = weights[:, None] * (clicks.scaled - means[clicks.targets])
    scatter = spread.T @ spread
    scatter[np.diag_indices_from(scatter)] += shrinkage
    solved = cho_solve(cho_factor(scatter, overwrite_a=True, check_finite=False), means.T, check_finite=False)
    offsets = -0.5 * (means.T * solved).sum(axis=0)
    primal = solved * clicks.scale[:, None]
    return LinearExpert(primal.astype(np.float32), (offsets - clicks.centre @ primal).astype(np.float32))


def out_of_fold_scores(clicks: Clicks, shrinkage: float, folds: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return scores (n, U) of each labelled pixel by the discriminant fitted to the other folds (n,).

    A class that is absent from the other folds scores −1e6. The scale of the features is that of all clicks.
    """
    scores = np.zeros((len(folds), clicks.classes))
    for fold in np.unique(folds):
        held, kept = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(kept):
            scores[held] = _ABSENT
            continue
        gram = clicks.gram[np.ix_(kept, kept)]
        dual = _solve(gram, clicks.targets[kept], clicks.classes, shrinkage)
        scores[held] = clicks.gram[np.ix_(held, kept)] @ dual.combination + dual.offsets
    return scores


@dataclass(frozen=True, eq=False)
class _Dual:
    """Weights as combinations (n, U) of the clicks, and offsets (U,)."""

    combination: NDArray[np.float64]
    offsets: NDArray[np.float64]


def _solve(gram: NDArray[np.float64], targets: Targets, classes: int, shrinkage: float) -> _Dual:
    from scipy.linalg import cho_factor, cho_solve

    members = np.eye(classes)[targets]
    counts = members.sum(axis=0)
    average = members / np.maximum(counts, 1)
    weights = np.sqrt((1 - shrinkage) * _pooled(targets, counts))
    to_means = gram @ average
    centred = gram - to_means[:, targets]
    centred -= (average.T @ centred)[targets]
    means = average.T @ to_means
    cross = weights[:, None] * (to_means - means[targets])
    system = centred * weights[:, None] * weights
    system[np.diag_indices_from(system)] += shrinkage
    solved = cho_solve(
        cho_factor(system, lower=True, overwrite_a=True, check_finite=False), cross, check_finite=False
    )
    spread = weights[:, None] * solved
    combination = (average - spread + average @ (members.T @ spread)) / shrinkage
    offsets = -0.5 * (np.diag(means) - (cross * solved).sum(axis=0)) / shrinkage
    return _Dual(combination, np.where(counts > 0, offsets, _ABSENT))


def _pooled(targets: Targets, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights (n,) that average the unbiased variances of classes with two labels or more."""
    several = counts > 1
    per_class = several / np.maximum(counts - 1, 1) / max(several.sum(), 1)
    return np.asarray(per_class[targets])
