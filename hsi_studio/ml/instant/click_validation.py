"""How far each expert is to be trusted, from cross-validation on the clicks alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.linear_experts import Clicks, out_of_fold_scores
from hsi_studio.ml.instant.places import Places, Repeats

TEMPERATURES = np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5])

_DOUBT = 0.01  # probability kept back for all classes alike
_PSEUDO_CLICKS = 5.0
_STEPS = 100
_TEMPER = 0.3
_LEAST_JUDGED = 5
_NEVER = -1e5
_UNJUDGED = 0.02  # temperature of a network without evidence
_NEGLIGIBLE = 0.005

Floats = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What the experts say of clicks that they were not fitted to.

    Parameters
    ----------
    scores : sequence of ndarray of float64 (m, U)
        Of each expert; each click stands there once per repetition of the folds.
    truth : ndarray of int (m,)
        Position among the classes with labels.
    clicks : ndarray of int (m,)
        Number of the click.
    """

    scores: Sequence[Floats]
    truth: Index
    clicks: Index


@dataclass(frozen=True, eq=False)
class Trust:
    """What multiplies the scores of each expert, and its share in the mixture.

    Parameters
    ----------
    temperatures, weights : ndarray of float64 (experts,)
        Weights sum to 1.
    held_out : HeldOut, optional
        What they were found with; None where the clicks said too little, and in a model from a file.
    """

    temperatures: Floats
    weights: Floats
    held_out: HeldOut | None = None

    @property
    def counted(self) -> Floats:
        """The weights (experts,) without those below 0.005, summing to 1."""
        kept = np.where(self.weights >= _NEGLIGIBLE, self.weights, 0)
        return np.asarray(kept / kept.sum())


@dataclass(frozen=True, eq=False)
class Judged:
    """An expert before it is trusted.

    Parameters
    ----------
    clicks : Clicks
        Its features of the labelled pixels.
    shrinkage : float
    known : (folds, ndarray of float64 (repeats · n, U)), optional
        Folds and the scores of clicks held out in them, where these have been computed already.
    """

    clicks: Clicks
    shrinkage: float
    known: tuple[Repeats, Floats] | None = None

    def held_out(self, repeats: Repeats) -> Floats:
        """Return scores (repeats · n, U) of the clicks, each time by what was fitted to the other folds."""
        if self.known is not None and self.known[0] is repeats:
            return self.known[1]
        return np.asarray(_held_out(self.clicks, (self.shrinkage,), repeats)[0])


def judged(clicks: Clicks, candidates: Sequence[float], places: Places) -> Judged:
    """Return an expert with the shrinkage whose discriminant gives held-out clicks the largest likelihood.

    How far a scatter has to be drawn to its diagonal depends on the number of clicks and on the scene. The
    first of the candidates where no class has two clicks.
    """
    folds, asked = places.near_folds
    if len(candidates) == 1 or not asked.any():
        return Judged(clicks, candidates[0])
    truth, usable = np.tile(places.targets, len(folds)), np.tile(asked, len(folds))
    scored = _held_out(clicks, candidates, folds)
    likelihoods = [np.log(best_temperature(own[usable], truth[usable])[1]).sum() for own in scored]
    best = int(np.argmax(likelihoods))
    return Judged(clicks, candidates[best], (folds, scored[best]))


def validate(experts: Sequence[Judged], places: Places, prior: Floats) -> tuple[Trust, Trust]:
    """Return the trust near clicks and far from them.

    Near: folds draw strokes of every class. Far: folds hold out whole squares of 32 pixels; where these say
    too little, far is near.

    Parameters
    ----------
    experts : sequence of Judged
    places : Places
    prior : ndarray of float64 (experts,)
        Weights without any evidence.
    """
    near, far = _judged(experts, places, prior, np.ones(len(places.targets), bool))
    if near is None:
        near = Trust(np.full(len(prior), TEMPERATURES[0]), prior)
    return near, near if far is None else far


def validate_with_network(
    experts: Sequence[Judged], places: Places, prior: Floats, network: int, seen: NDArray[np.bool_]
) -> tuple[Trust, Trust]:
    """Return the same where the expert at place `network` was trained on the clicks that are `seen` (n,).

    It is right there whatever it is worth, so only the others count; where these are too few, the network
    keeps its weight without evidence. The other experts share the rest as they would without it.
    """
    near, far = _judged(experts, places, prior, ~seen)
    far = near if far is None else far
    if len(experts) == 1:
        return _joined(None, near, prior, 0), _joined(None, far, prior, 0)
    left = [place for place in range(len(experts)) if place != network]
    believed = prior[left] / prior[left].sum()
    own, own_far = validate([experts[place] for place in left], places, believed)
    joined = _joined(own, near, prior, network)
    alike = own_far is own and far is near
    return joined, joined if alike else _joined(own_far, far, prior, network)


def _joined(others: Trust | None, judged: Trust | None, prior: Floats, network: int) -> Trust:
    """Return the trust in `others` and a network, of which `judged` tells if it could be judged."""
    temperature = _UNJUDGED if judged is None else float(judged.temperatures[network])
    held_out = None if judged is None else judged.held_out
    if others is None:
        return Trust(np.array([temperature]), np.ones(1), held_out)
    share = float((prior if judged is None else judged.weights)[network])
    return Trust(
        np.insert(others.temperatures, network, temperature),
        np.insert(others.weights * (1 - share), network, share),
        held_out,
    )


def _judged(
    experts: Sequence[Judged], places: Places, prior: Floats, asked: NDArray[np.bool_]
) -> tuple[Trust | None, Trust | None]:
    """Return the trust near and far by the clicks that are asked (n,); None where these say too little.

    The clicks of a stroke say more than one and less than all of them: their number is drawn half way, by
    ratio, to that of the strokes.
    """
    count = math.sqrt(asked.sum() * len(np.unique(places.strokes[asked])))
    folds, several = places.near_folds
    near = _trust(experts, folds, asked & several, prior, count)
    return near, _trust(experts, places.far_folds, asked, prior, count)


def _held_out(clicks: Clicks, shrinkages: Sequence[float], repeats: Repeats) -> Floats:
    """Return scores (shrinkages, repeats · n, U)."""
    return np.concatenate([out_of_fold_scores(clicks, shrinkages, folds) for folds in repeats], axis=1)


def _trust(
    experts: Sequence[Judged], folds: Repeats, asked: NDArray[np.bool_], prior: Floats, count: float
) -> Trust | None:
    """Return temperatures and weights, or None where too few held-out clicks can be judged."""
    targets = experts[0].clicks.targets
    needed = max(len(targets) / 4, _LEAST_JUDGED)
    if not folds or asked.sum() * len(folds) < needed:
        return None
    scores = [expert.held_out(folds) for expert in experts]
    truth = np.tile(targets, len(folds))
    usable = np.tile(asked, len(folds)) & (scores[0][np.arange(len(truth)), truth] > _NEVER)
    if usable.sum() < needed:
        return None
    chosen = [best_temperature(own[usable], truth[usable]) for own in scores]
    given = np.stack([likelihood for _, likelihood in chosen], axis=1)
    mixed = mixture_weights(given, count, prior), averaging_weights(given, count, prior)
    clicks = np.tile(np.arange(len(targets)), len(folds))[usable]
    held_out = HeldOut([own[usable] for own in scores], truth[usable], clicks)
    temperatures = np.array([temperature for temperature, _ in chosen])
    return Trust(temperatures, (mixed[0] + mixed[1]) / 2, held_out)


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


def mixture_weights(likelihoods: Floats, count: float, prior: Floats) -> Floats:
    """Return weights (experts,) of a mixture by expectation maximisation, with five pseudo-clicks of `prior`.

    Parameters
    ----------
    likelihoods : ndarray of float64 (held-out clicks, experts)
    count : float
        Clicks; more held-out ones than that are repeats and say no more.
    """
    weights = prior
    for _ in range(_STEPS):
        shares = likelihoods * weights
        shares /= shares.sum(axis=1, keepdims=True)
        weights = (count * shares.mean(axis=0) + _PSEUDO_CLICKS * prior) / (count + _PSEUDO_CLICKS)
    return weights


def averaging_weights(likelihoods: Floats, count: float, prior: Floats) -> Floats:
    """Return weights (experts,) of tempered Bayesian model averaging: prior · exp(0.3 · log-likelihood)."""
    evidence = _TEMPER * count * np.log(likelihoods).mean(axis=0) + np.log(prior)
    weights = np.exp(evidence - evidence.max())
    return np.asarray(weights / weights.sum())
