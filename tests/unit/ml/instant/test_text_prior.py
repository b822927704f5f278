"""Texts bend the scores of their classes only as far as held-out clicks bear it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.ml.instant.fit import ClickLabels
from hsi_studio.ml.instant.head import InstantHead
from hsi_studio.ml.instant.text_prior import checked_projection
from hsi_studio.ml.instant.text_projection import STRENGTH, text_projection
from tests.unit.ml.instant.conftest import Fields

CLASSES = 6


@pytest.fixture(scope="module")
def six() -> Fields:
    return Fields(rows=30, cols=60, classes=CLASSES, noise=0.2)


@pytest.fixture(scope="module")
def alike() -> NDArray[np.float64]:
    """Texts that are nearly the same, as "four weeks after planting", "five weeks …" are; centred."""
    random = np.random.default_rng(4)
    texts = (
        random.normal(size=12)
        + random.normal(size=(CLASSES, 12)) * np.array([0.02, 0.05, 0.1, 0.2, 1, 3])[:, None]
    )
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    return np.asarray(texts - texts.mean(axis=0))


def right(fields: Fields, head: InstantHead) -> float:
    return float((head.probabilities(smooth=False).argmax(axis=1) == fields.truth.ravel()).mean())


def test_texts_that_are_alike_cost_nothing(six: Fields, alike: NDArray[np.float64]) -> None:
    plain = InstantHead.train(six.features, six.clicks(8), CLASSES)
    head = InstantHead.train(six.features, six.clicks(8), CLASSES, embeddings=alike)
    unchecked = replace(head, projection=text_projection(alike, STRENGTH))
    assert right(six, unchecked) < right(six, plain) - 0.1
    assert right(six, head) > right(six, plain) - 0.01


def test_texts_as_different_as_the_spectra_keep_their_say(six: Fields) -> None:
    head = InstantHead.train(six.features, six.clicks(8), CLASSES, embeddings=np.eye(CLASSES))
    assert head.projection is not None
    assert head.projection.residual is None


def test_other_texts_are_scored_as_before(six: Fields, alike: NDArray[np.float64]) -> None:
    head = InstantHead.train(six.features, six.clicks(8), CLASSES, embeddings=alike)
    assert head.projection is not None
    assert head.projection.residual is not None
    phrase = np.ones((1, 12))
    np.testing.assert_array_equal(
        head.projection.mixing(phrase), text_projection(alike, STRENGTH).mixing(phrase)
    )
    words = np.concatenate([alike, phrase])  # of a class without labels
    both = head.projection.of_classes(words, np.arange(CLASSES))
    np.testing.assert_array_equal(both[:, CLASSES:], head.projection.mixing(phrase))


def test_without_held_out_clicks_no_direction_loses_more_than_half(
    six: Fields, alike: NDArray[np.float64]
) -> None:
    head = InstantHead.train(six.features, six.clicks(1), CLASSES, embeddings=alike)
    assert head.fit.near.held_out is None
    assert head.projection is not None
    kept = np.linalg.svd(head.projection.of_classes(alike, np.arange(CLASSES)), compute_uv=False)
    assert sum(kept > 0.49) == CLASSES - 1, "one direction is none, for the texts are centred"


def test_the_order_of_clicks_does_not_matter(six: Fields, alike: NDArray[np.float64]) -> None:
    labels = six.clicks(5)
    order = np.random.default_rng(1).permutation(len(labels))
    rows, cols = np.divmod(labels.positions[order], labels.cols)
    shuffled = ClickLabels.sorted(rows, cols, labels.targets[order], labels.cols)
    one, other = (
        InstantHead.train(six.features, own, CLASSES, embeddings=alike) for own in (labels, shuffled)
    )
    np.testing.assert_array_equal(one.probabilities(), other.probabilities())


def test_nothing_to_check_without_a_prior(six: Fields, alike: NDArray[np.float64]) -> None:
    fit = InstantHead.train(six.features, six.clicks(5), CLASSES).fit
    assert checked_projection(alike, fit, 0.0).residual is None
