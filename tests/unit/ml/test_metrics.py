"""Agreement of a map with the truth."""

import numpy as np
import pytest

from hsi_studio.errors import UsageError
from hsi_studio.ml.metrics import agreement


def test_against_figures_worked_out_by_hand() -> None:
    # Cohen's own kind of table: 20 and 15 agree of 50.
    truth = np.repeat([1, 1, 2, 2], [20, 10, 5, 15])
    found = np.repeat([1, 2, 1, 2], [20, 10, 5, 15])
    figures = agreement(found, truth)
    assert figures.overall_accuracy == pytest.approx(0.7)
    assert figures.kappa == pytest.approx((0.7 - 0.5) / 0.5)
    assert figures.average_accuracy == pytest.approx((20 / 30 + 15 / 20) / 2)
    assert figures.f1_macro == pytest.approx((40 / 55 + 30 / 45) / 2)
    assert figures.confusion.tolist() == [[20, 10], [5, 15]]


def test_unlabelled_truth_is_not_compared() -> None:
    assert agreement(np.array([1, 2, 3]), np.array([1, 0, 0])).overall_accuracy == 1


def test_one_class_agrees_fully() -> None:
    figures = agreement(np.array([4, 4]), np.array([4, 4]))
    assert (figures.kappa, figures.confusion.tolist()) == (1, [[2]])


def test_nothing_to_compare() -> None:
    with pytest.raises(UsageError, match="no pixel to compare"):
        agreement(np.array([1]), np.array([0]))


def test_figures_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    random = np.random.default_rng(3)
    truth, found = random.integers(1, 6, 500), random.integers(0, 7, 500)
    figures, own = agreement(found, truth), np.unique(truth)
    assert figures.kappa == pytest.approx(metrics.cohen_kappa_score(truth, found))
    assert figures.average_accuracy == pytest.approx(
        metrics.recall_score(truth, found, labels=own, average="macro", zero_division=0)
    )
    assert [one.f1 for one in figures.per_class] == pytest.approx(
        metrics.f1_score(truth, found, labels=own, average=None)
    )
    np.testing.assert_array_equal(figures.confusion, metrics.confusion_matrix(truth, found))
