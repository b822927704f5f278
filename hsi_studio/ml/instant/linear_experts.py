"""Linear discriminant analysis with a shrunk scatter, in closed form from products of the clicks alone."""

from __future__ import annotations

from collections.abc import Sequence
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
    design = Design(targets, classes)
    means = design.members.T @ values / design.counts[:, None]
    within = design.pooled
    variance = within @ (values - means[targets]) ** 2 if within.any() else values.var(axis=0)
    scale = 1 / np.sqrt(variance + _LEAST_SPREAD * variance.mean() + 1e-9)
    centre = values.mean(axis=0)
    scaled = (values - centre) * scale
    return Clicks(scaled, centre, scale, targets, classes)


def fit_expert(clicks: Clicks, shrinkage: float) -> LinearExpert:
    """Fit the discriminant: scatter (1 − a)·within + a·diagonal, equal priors.

    The scatter has the rank of the clicks, so its inverse is taken in their space (Woodbury).
    """
    dual = _Products.of(clicks.gram, Design(clicks.targets, clicks.classes)).solved(shrinkage)
    weights = clicks.scaled.T @ dual.combination * clicks.scale[:, None]
    offsets = dual.offsets - clicks.centre @ weights
    return LinearExpert(weights.astype(np.float32), offsets.astype(np.float32))


def fit_expert_to_many(clicks: Clicks, shrinkage: float) -> LinearExpert:
    """Fit the same discriminant in the space of the features: cheaper where clicks outnumber them."""
    from scipy.linalg import cho_factor, cho_solve

    design = Design(clicks.targets, clicks.classes)
    means = design.members.T @ clicks.scaled / design.counts[:, None]
    weights = np.sqrt((1 - shrinkage) * design.pooled)
    spread = weights[:, None] * (clicks.scaled - means[clicks.targets])
    scatter = spread.T @ spread
    scatter[np.diag_indices_from(scatter)] += shrinkage
    solved = cho_solve(cho_factor(scatter, overwrite_a=True, check_finite=False), means.T, check_finite=False)
    offsets = -0.5 * (means.T * solved).sum(axis=0)
    primal = solved * clicks.scale[:, None]
    return LinearExpert(primal.astype(np.float32), (offsets - clicks.centre @ primal).astype(np.float32))


def split_folds(folds: NDArray[np.intp], targets: Targets, classes: int) -> tuple[Fold, ...]:
    """Return what is learned from and asked in turn, of the number (n,) of each click's fold."""
    pairs = [(np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)) for fold in np.unique(folds)]
    return tuple(Fold(held, kept, Design(targets[kept], classes)) for held, kept in pairs)


def out_of_fold_scores(
    clicks: Clicks, shrinkages: Sequence[float], folds: Sequence[Fold]
) -> NDArray[np.float64]:
    """Return scores (shrinkages, n, U) of each labelled pixel by the discriminant fitted to the other folds.

    A class that is absent from the other folds scores −1e6. The scale of the features is that of all clicks.
    """
    scores = np.full((len(shrinkages), len(clicks.targets), clicks.classes), _ABSENT)
    for fold in folds:
        if not len(fold.kept):
            continue
        products = _Products.of(clicks.gram[np.ix_(fold.kept, fold.kept)], fold.design)
        asked = clicks.gram[np.ix_(fold.held, fold.kept)]
        for place, shrinkage in enumerate(shrinkages):
            dual = products.solved(shrinkage)
            scores[place, fold.held] = asked @ dual.combination + dual.offsets
    return scores


@dataclass(frozen=True, eq=False)
class Design:
    """What the classes of clicks alone say: the same for all experts.

    Parameters
    ----------
    targets : ndarray of int (n,)
    classes : int
        U.
    """

    targets: Targets
    classes: int

    @cached_property
    def members(self) -> NDArray[np.float64]:
        """One (n, U) where a click is of a class, else 0."""
        return np.eye(self.classes)[self.targets]

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """Clicks (U,) of each class."""
        return np.asarray(self.members.sum(axis=0))

    @cached_property
    def average(self) -> NDArray[np.float64]:
        """Weights (n, U) that average the clicks of each class."""
        return np.asarray(self.members / np.maximum(self.counts, 1))

    @cached_property
    def pooled(self) -> NDArray[np.float64]:
        """Weights (n,) that average the unbiased variances of classes with two labels or more."""
        several = self.counts > 1
        per_class = several / np.maximum(self.counts - 1, 1) / max(several.sum(), 1)
        return np.asarray(per_class[self.targets])


@dataclass(frozen=True, eq=False)
class Fold:
    """Indices of the clicks that are asked and of those that are learned from, with the latter's design."""

    held: Targets
    kept: Targets
    design: Design


@dataclass(frozen=True, eq=False)
class _Dual:
    """Weights as combinations (n, U) of the clicks, and offsets (U,)."""

    combination: NDArray[np.float64]
    offsets: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Products:
    """Inner products of clicks about the means of their classes: all that shrinkages share."""

    design: Design
    centred: NDArray[np.float64]
    means: NDArray[np.float64]
    from_means: NDArray[np.float64]

    @classmethod
    def of(cls, gram: NDArray[np.float64], design: Design) -> _Products:
        to_means = gram @ design.average
        centred = gram - to_means[:, design.targets]
        centred -= (design.average.T @ centred)[design.targets]
        means = design.average.T @ to_means
        return cls(design, centred, means, to_means - means[design.targets])

    def solved(self, shrinkage: float) -> _Dual:
        from scipy.linalg.lapack import dposv

        design = self.design
        weights = np.sqrt((1 - shrinkage) * design.pooled)
        cross = weights[:, None] * self.from_means
        system = self.centred * weights[:, None] * weights
        system.flat[:: len(system) + 1] += shrinkage
        _, solved, failed = dposv(system, cross, lower=True)
        if failed:
            raise np.linalg.LinAlgError(f"the scatter of {len(system)} clicks is not positive definite")
        spread = weights[:, None] * solved
        combination = (design.average - spread + design.average @ (design.members.T @ spread)) / shrinkage
        offsets = -0.5 * (np.diag(self.means) - (cross * solved).sum(axis=0)) / shrinkage
        return _Dual(combination, np.where(design.counts > 0, offsets, _ABSENT))
