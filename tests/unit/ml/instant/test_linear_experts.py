"""The shrunk discriminant: the same in the space of clicks, of features, and by its definition."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.ml.instant.linear_experts import (
    Clicks,
    fit_expert,
    fit_expert_to_many,
    out_of_fold_scores,
    scale_clicks,
    split_folds,
)

TARGETS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2])


@pytest.fixture
def features(rng: np.random.Generator) -> NDArray[np.float32]:
    return (rng.normal(size=(12, 20)) * rng.uniform(0.1, 9, 20) + TARGETS[:, None]).astype(np.float32)


def by_definition(values: NDArray[np.float32], shrinkage: float) -> NDArray[np.float64]:
    """Scores of the clicks by S = (1 − a)·Sw + a·diag(Sw) + 1 % of its mean, with equal priors."""
    exact = values.astype(np.float64)
    means = np.stack([exact[kind == TARGETS].mean(axis=0) for kind in range(3)])
    within = np.mean([np.cov(exact[kind == TARGETS].T) for kind in range(3)], axis=0)
    spread = np.diag(within) + 0.01 * np.diag(within).mean()
    scatter = (1 - shrinkage) * within + shrinkage * np.diag(spread)
    weights = np.linalg.solve(scatter, means.T)
    return exact @ weights - 0.5 * (means.T * weights).sum(axis=0)


def centred(scores: NDArray[Any]) -> NDArray[np.float64]:
    return scores - scores.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("fit", [fit_expert, fit_expert_to_many])
@pytest.mark.parametrize("shrinkage", [0.1, 0.5])
def test_both_ways_are_the_definition(features: NDArray[np.float32], fit: Any, shrinkage: float) -> None:
    expert = fit(scale_clicks(features, TARGETS, 3), shrinkage)
    expected = by_definition(features, shrinkage)
    np.testing.assert_allclose(centred(expert.scores(features)), centred(expected), rtol=1e-3, atol=1e-3)


def test_out_of_fold_scores_are_those_of_a_refit(features: NDArray[np.float32]) -> None:
    clicks = scale_clicks(features, TARGETS, 3)
    folds = np.arange(12) % 3
    found, other = out_of_fold_scores(clicks, (0.3, 0.9), split_folds(folds, TARGETS, 3))
    assert np.abs(found - other).max() > 0.1
    kept = folds != 1
    scaled = clicks.scaled[kept]
    alone = Clicks(scaled, np.zeros(20), np.ones(20), TARGETS[kept], 3)
    expected = fit_expert(alone, 0.3).scores(clicks.scaled[~kept].astype(np.float32))
    np.testing.assert_allclose(centred(found[~kept]), centred(expected), rtol=1e-3, atol=1e-3)


def test_a_class_absent_from_the_other_folds_never_wins(features: NDArray[np.float32]) -> None:
    folds = (TARGETS == 1).astype(int)
    (found,) = out_of_fold_scores(scale_clicks(features, TARGETS, 3), (0.3,), split_folds(folds, TARGETS, 3))
    assert (found[TARGETS == 1, 1] < -1e5).all()


def test_one_label_per_class(features: NDArray[np.float32]) -> None:
    few = features[[0, 5, 9]]
    scores = fit_expert(scale_clicks(few, np.arange(3), 3), 0.3).scores(few)
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(scores.argmax(axis=1), np.arange(3))
