"""Clicks to a map: right, without memory of orders, by texts too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled
from hsi_studio.ml.instant import experts
from hsi_studio.ml.instant.fit import ClickLabels
from hsi_studio.ml.instant.head import InstantHead

if TYPE_CHECKING:
    from conftest import Fields


def right(fields: Fields, probabilities: NDArray[np.float32]) -> float:
    return float((probabilities.argmax(axis=1) == fields.truth.ravel()).mean())


@pytest.mark.parametrize("smooth", [True, False])
def test_few_clicks_give_a_map(fields: Fields, smooth: bool) -> None:
    head = InstantHead.train(fields.features, fields.clicks(4), 3)
    found = head.probabilities(smooth=smooth)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)
    assert right(fields, found) > 0.97


def test_the_first_stage_gives_a_map(fields: Fields) -> None:
    views = {expert: fields.features.views[expert] for expert in fields.features.experts[:4]}
    first = replace(fields.features, views=views)
    assert right(fields, InstantHead.train(first, fields.clicks(4), 3).probabilities()) > 0.95


def test_clicks_keep_their_class(fields: Fields) -> None:
    labels = fields.clicks(4)
    wrong = ClickLabels(labels.positions, np.roll(labels.targets, 1), labels.cols)
    found = InstantHead.train(fields.features, wrong, 3).probabilities()
    np.testing.assert_array_equal(found[wrong.positions].argmax(axis=1), wrong.targets)


def test_the_order_of_clicks_does_not_matter(fields: Fields) -> None:
    labels = fields.clicks(6)
    rows, cols = np.divmod(labels.positions, fields.cols)
    order = np.random.default_rng(3).permutation(len(labels))
    shuffled = ClickLabels.sorted(rows[order], cols[order], labels.targets[order], fields.cols)
    first, second = (InstantHead.train(fields.features, own, 3).probabilities() for own in (labels, shuffled))
    np.testing.assert_array_equal(first, second)


def test_a_label_added_and_removed_leaves_no_trace(fields: Fields) -> None:
    labels = fields.clicks(6)
    before = InstantHead.train(fields.features, labels, 3).probabilities()
    positions, targets = np.append(labels.positions, 7), np.append(labels.targets, 2)
    more = ClickLabels.sorted(*np.divmod(positions, fields.cols), targets, fields.cols)
    between = InstantHead.train(fields.features, more, 3).probabilities()
    after = InstantHead.train(fields.features, labels, 3).probabilities()
    assert (between != before).any()
    np.testing.assert_array_equal(after, before)


def test_texts_do_not_change_the_map_without_strength(fields: Fields, texts: NDArray[np.float32]) -> None:
    labels = fields.clicks(5)
    plain = InstantHead.train(fields.features, labels, 3).probabilities()
    worded = InstantHead.train(fields.features, labels, 3, embeddings=texts, strength=0.0)
    np.testing.assert_allclose(worded.probabilities(), plain, atol=2e-3)


def test_an_edited_text_shares_what_was_computed(fields: Fields, texts: NDArray[np.float32]) -> None:
    head = InstantHead.train(fields.features, fields.clicks(5), 3, embeddings=texts)
    before = head.probabilities()
    other = head.with_texts(texts[[1, 0, 2]])
    assert other.walker is head.walker
    assert other.class_scores is head.class_scores
    swapped = other.probabilities(smooth=False).argmax(axis=1)
    truth = fields.truth.ravel()
    assert (swapped[truth == 0] == 1).mean() > 0.9
    assert (swapped[truth == 1] == 0).mean() > 0.9
    np.testing.assert_array_equal(head.with_texts(texts).probabilities(), before)


def test_a_class_without_labels_is_found_by_its_text(fields: Fields, texts: NDArray[np.float32]) -> None:
    labels = fields.clicks(6)
    two = labels.take(labels.targets < 2)
    named = np.stack([texts[0], texts[1], texts[1] - 0.2 * texts[0]])
    named /= np.linalg.norm(named, axis=1, keepdims=True)
    head = InstantHead.train(fields.features, two, 3, embeddings=named)
    found = head.probabilities()
    assert found.shape[1] == 3
    assert found[fields.truth.ravel() == 1, 2].mean() > found[fields.truth.ravel() == 0, 2].mean() + 0.2
    without = InstantHead.train(fields.features, two, 3).probabilities()
    assert not without[:, 2].any()


def test_heat_of_a_phrase(fields: Fields, texts: NDArray[np.float32]) -> None:
    head = InstantHead.train(fields.features, fields.clicks(6), 3, embeddings=texts)
    heat = head.heat(texts)
    np.testing.assert_array_equal(heat.argmax(axis=1) == fields.truth.ravel(), True)
    with pytest.raises(ValueError, match="without texts"):
        InstantHead.train(fields.features, fields.clicks(6), 3).heat(texts)


def test_a_network_joins_as_one_more_expert(fields: Fields) -> None:
    random = np.random.default_rng(0)
    learned = np.eye(3)[fields.truth.ravel()] * 5 + random.normal(0, 0.3, (fields.truth.size, 3))
    features = fields.features.with_network(learned.astype(np.float32))
    assert features.complete
    head = InstantHead.train(features, fields.clicks(5), 3)
    weights = dict(zip(head.fit.experts, head.fit.near.weights, strict=True))
    assert weights[experts.NETWORK] > experts.prior(features.experts)[-1]
    assert right(fields, head.probabilities()) > 0.97


def test_thousands_of_labels(fields: Fields) -> None:
    labels = fields.clicks(10_000)
    assert len(labels) == fields.truth.size
    assert right(fields, InstantHead.train(fields.features, labels, 3).probabilities()) == 1


def test_fitting_can_be_cancelled(fields: Fields) -> None:
    with pytest.raises(Cancelled):
        InstantHead.train(fields.features, fields.clicks(4), 3, progress=Progress(is_cancelled=lambda: True))
