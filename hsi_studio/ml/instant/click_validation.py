"""How far each expert is to be trusted, from cross-validation on the clicks alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.folds import cell_folds, class_folds
from hsi_studio.ml.instant.linear_experts import Clicks, out_of_fold_scores

TEMPERATURES = np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5])

_VALIDATED = 160  # clicks times repeats
_MOST_REPEATS = 8
_DOUBT = 0.01  # probability kept back for all classes alike
_PSEUDO_CLICKS = 5.0
_STEPS = 100
_TEMPER = 0.3
_LEAST_JUDGED = 5
_NEVER = -1e5
_NEGLIGIBLE = 0.005

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
Candidate = tuple[Clicks, float]


@dataclass(frozen=True, eq=False)
class Trust:
    """What multiplies the scores of each expert, and its share in the mixture.

    Parameters
    ----------
    temperatures, weights : ndarray of float64 (experts,)
        Weights sum to 1.
    """

    temperatures: Floats
    weights: Floats

    @property
    def counted(self) -> Floats:
        """The weights (experts,) without those below 0.005, summing to 1."""
        kept = np.where(self.weights >= _NEGLIGIBLE, self.weights, 0)
        return np.asarray(kept / kept.sum())


@dataclass(frozen=True, eq=False)
class Places:
    """Where the clicks are: flat index, row and column (n,) of each, in the order of their targets (n,)."""

    positions: Index
    rows: Index
    cols: Index
    targets: Index


def validate(experts: Sequence[Candidate], places: Places, prior: Floats) -> tuple[Trust, Trust]:
    """Return the trust near clicks and far from them.

    Near: folds draw clicks of every class. Far: folds hold out whole squares of 32 pixels; where these say
    too little, far is near.

    Parameters
    ----------
    experts : sequence of (Clicks, shrinkage)
    places : Places
    prior : ndarray of float64 (experts,)
        Weights without any evidence.
    """
    repeats = min(max(math.ceil(_VALIDATED / len(places.targets)), 1), _MOST_REPEATS)
    drawn = [class_folds(places.positions, places.targets, repeat) for repeat in range(repeats)]
    squares = [cell_folds(places.rows, places.cols, repeat) for repeat in range(repeats)]
    several = np.bincount(places.targets)[places.targets] > 1
    near = _trust(experts, drawn, several, prior)
    if near is None:
        near = Trust(np.full(len(prior), TEMPERATURES[0]), prior)
    far = _trust(experts, [folds for folds in squares if folds.max() > 0], np.ones_like(several), prior)
    return near, near if far is None else far


def _trust(
    experts: Sequence[Candidate], folds: Sequence[Index], asked: NDArray[np.bool_], prior: Floats
) -> Trust | None:
    """Return temperatures and weights, or None where too few held-out clicks can be judged."""
    if not folds:
        return None
    scores = [
        np.concatenate([out_of_fold_scores(clicks, shrinkage, fold) for fold in folds])
        for clicks, shrinkage in experts
    ]
    targets = experts[0][0].targets
    truth = np.tile(targets, len(folds))
    usable = np.tile(asked, len(folds)) & (scores[0][np.arange(len(truth)), truth] > _NEVER)
    if usable.sum() < max(len(targets) / 4, _LEAST_JUDGED):
        return None
    chosen = [best_temperature(own[usable], truth[usable]) for own in scores]
    given = np.stack([likelihood for _, likelihood in chosen], axis=1)
    mixed = mixture_weights(given, len(targets), prior), averaging_weights(given, len(targets), prior)
    return Trust(np.array([temperature for temperature, _ in chosen]), (mixed[0] + mixed[1]) / 2)


def best_temperature(scores: Floats, truth: Index) -> tuple[float, Floats]:
    """Return the temperature of the largest likelihood, and the probability (n,) it gives to the truth.

    Probabilities are mixed with one per cent of doubt, so that no single click decides.
    """
    own = scores[np.arange(len(truth)), truth]
    exponents = (scores - own[:, None]) * TEMPERATURES[:, None, None]
    with np.errstate(over="ignore"):
        right = 1 / np.exp(exponents).sum(axis=2)
    likelihoods = (1 - _DOUBT) * right + _DOUBT / scores.shape[1]
    best = int(np.argmax(np.log(likelihoods).sum(axis=1)))
    return float(TEMPERATURES[best]), likelihoods[best]


def mixture_weights(likelihoods: Floats, count: int, prior: Floats) -> Floats:
    """Return weights (experts,) of a mixture by expectation maximisation, with five pseudo-clicks of `prior`.

    Parameters
    ----------
    likelihoods : ndarray of float64 (held-out clicks, experts)
    count : int
        Clicks; more held-out ones than that are repeats and say no more.
    """
    weights = prior
    for _ in range(_STEPS):
        shares = likelihoods * weights
        shares /= shares.sum(axis=1, keepdims=True)
        weights = (count * shares.mean(axis=0) + _PSEUDO_CLICKS * prior) / (count + _PSEUDO_CLICKS)
    return weights


def averaging_weights(likelihoods: Floats, count: int, prior: Floats) -> Floats:
    """Return weights (experts,) of tempered Bayesian model averaging: prior · exp(0.3 · log-likelihood)."""
    evidence = _TEMPER * count * np.log(likelihoods).mean(axis=0) + np.log(prior)
    weights = np.exp(evidence - evidence.max())
    return np.asarray(weights / weights.sum())
