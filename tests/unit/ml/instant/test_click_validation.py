"""Folds that depend on places alone, temperatures, and trust in the experts that are right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import ndimage

from hsi_studio.ml.instant.click_validation import (
    TEMPERATURES,
    Judged,
    averaging_weights,
    best_temperature,
    judged,
    mixture_weights,
    validate,
    validate_with_network,
)
from hsi_studio.ml.instant.experts import FIELDS, SHARP_FIELDS
from hsi_studio.ml.instant.fit import ClickLabels, fit_clicks
from hsi_studio.ml.instant.folds import FOLDS, cell_folds, class_folds, stroke_folds, strokes, thinned
from hsi_studio.ml.instant.linear_experts import scale_clicks
from hsi_studio.ml.instant.places import Places

Index = NDArray[np.intp]


def single_clicks(positions: Index, rows: Index, cols: Index, targets: Index) -> Places:
    return Places(positions, rows, cols, targets, np.arange(len(targets)))


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 20))
def test_class_folds_spread_every_class(count: int, classes: int, repeat: int) -> None:
    targets = np.sort(np.arange(count) % classes)
    folds = class_folds(np.arange(count) * 7, targets, repeat)
    for kind in range(classes):
        sizes = np.bincount(folds[targets == kind], minlength=FOLDS)
        assert sizes.max() - sizes.min() <= 1


def test_folds_do_not_depend_on_the_order(rng: np.random.Generator) -> None:
    positions, targets = rng.permutation(1000)[:50], rng.integers(0, 4, 50)
    order = rng.permutation(50)
    folds = class_folds(positions, targets, 2)
    np.testing.assert_array_equal(class_folds(positions[order], targets[order], 2), folds[order])
    cells = cell_folds(positions // 30 * 9, positions % 30 * 9, 2)
    other = cell_folds((positions // 30 * 9)[order], (positions % 30 * 9)[order], 2)
    np.testing.assert_array_equal(other, cells[order])


def test_repeats_shuffle_differently() -> None:
    positions, targets = np.arange(40), np.repeat([0, 1], 20)
    assert (class_folds(positions, targets, 0) != class_folds(positions, targets, 1)).any()


def test_clicks_in_one_square_share_their_fold() -> None:
    rows, cols = np.full(30, 5), np.arange(30) % 3
    assert len(set(cell_folds(rows + 1000, cols + 1000, 0).tolist())) == 1


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(-2, 2)))
def test_clicks_that_touch_are_one_stroke(image: NDArray[np.int8]) -> None:
    positions = np.flatnonzero(image > 0)
    if not len(positions):
        return
    targets = image.flat[positions].astype(np.intp) - 1
    found = strokes(positions, targets, image.shape[1])
    touching = [ndimage.label(image == kind, np.ones((3, 3)))[0] for kind in (1, 2)]
    parts = np.array([touching[kind].flat[place] for kind, place in zip(targets, positions, strict=True)])
    for one in range(len(positions)):
        same = (targets == targets[one]) & (parts == parts[one])
        np.testing.assert_array_equal(found == found[one], same)


def test_a_class_of_one_area_is_cut() -> None:
    image = np.zeros((40, 40), np.intp)
    image[:33] = 1
    image[36, 3] = image[38, 30] = 2
    positions = np.flatnonzero(image)
    found = strokes(positions, image.flat[positions] - 1, 40)
    area = image.flat[positions] == 1
    assert len(np.unique(found[area])) == 9
    assert len(np.unique(found[~area])) == 2
    assert not np.isin(found[area], found[~area]).any()


def test_strokes_are_held_out_whole(rng: np.random.Generator) -> None:
    stroke = rng.permutation(np.repeat(np.arange(12), 5))
    targets = np.array([0, 1, 2] * 4)[stroke]
    folds = stroke_folds(rng.permutation(900)[:60], targets, stroke, 1)
    for one in range(12):
        assert len(set(folds[stroke == one].tolist())) == 1
    for kind in range(3):
        assert len(set(folds[targets == kind].tolist())) == 4


def test_pixels_of_one_stroke_do_not_vouch_for_each_other(rng: np.random.Generator) -> None:
    """One expert knows each stroke by heart and no class, as wide windows do; the other knows the class."""
    stroke = np.repeat(np.arange(20), 9)
    targets = np.arange(20)[stroke] % 2
    heart = (3 * rng.normal(size=(20, 30))[stroke] + 0.1 * rng.normal(size=(180, 30))).astype(np.float32)
    honest = (1.5 * targets[:, None] + rng.normal(size=(180, 5))).astype(np.float32)
    experts = [Judged(scale_clicks(one, targets, 2), 0.3) for one in (heart, honest)]
    where = np.arange(180), stroke * 40, np.arange(180) % 9
    even = np.array([0.5, 0.5])
    fooled, _ = validate(experts, single_clicks(*where, targets), even)
    near, _ = validate(experts, Places(*where, targets, stroke), even)
    assert fooled.weights[0] > 0.8
    assert near.weights[1] > 0.8


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.integers(5, 300))
def test_thinned_keeps_small_classes(counts: list[int], most: int) -> None:
    targets = np.repeat(np.arange(len(counts)), counts)
    kept = thinned(np.arange(len(targets)) * 3, targets, most)
    left = np.bincount(targets[kept], minlength=len(counts))
    assert len(kept) <= max(most, 0)
    assert np.all(np.diff(kept) > 0)
    share = left.max(initial=0)
    assert all(own == min(count, share) for own, count in zip(left.tolist(), counts, strict=True))


def test_the_temperature_is_that_of_the_scores() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(0, 20, (4000, 3))
    shares = np.exp(0.1 * scores) / np.exp(0.1 * scores).sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) > random.random((4000, 1))).argmax(axis=1)
    found, likelihood = best_temperature(scores, truth)
    assert found == 0.1
    np.testing.assert_allclose(likelihood, 0.99 * shares[np.arange(4000), truth] + 0.01 / 3, rtol=1e-6)


def test_the_shrinkage_follows_the_scatter_of_the_clicks(rng: np.random.Generator) -> None:
    """Noise that all features share is worth knowing; of independent noise a few clicks tell only chance."""
    candidates = (0.5, 0.05, 0.98)
    many, few = np.tile([0, 1], 100), np.tile([0, 1], 6)
    shared = many[:, None] * np.eye(20)[0] + 5 * rng.normal(size=(200, 1)) + 0.1 * rng.normal(size=(200, 20))
    own = few[:, None] * np.linspace(0, 0.8, 60) + rng.normal(size=(12, 60))
    for features, targets, expected in ((shared, many, 0.05), (own, few, 0.98)):
        clicks = scale_clicks(features.astype(np.float32), targets, 2)
        places = single_clicks(np.arange(len(targets)), np.arange(len(targets)), 0 * targets, targets)
        assert judged(clicks, candidates, places).shrinkage == expected


def test_one_click_per_class_does_not_choose_the_shrinkage() -> None:
    targets = np.arange(3)
    clicks = scale_clicks(np.eye(3, dtype=np.float32), targets, 3)
    places = single_clicks(targets, targets, targets, targets)
    assert judged(clicks, (0.5, 0.9), places).shrinkage == 0.5


def test_weights_follow_what_is_right() -> None:
    likelihoods = np.stack([np.full(30, 0.9), np.full(30, 0.4)], axis=1)
    prior = np.array([0.3, 0.7])
    for weights in (mixture_weights(likelihoods, 30, prior), averaging_weights(likelihoods, 30, prior)):
        assert weights.sum() == 1 or abs(weights.sum() - 1) < 1e-12
        assert weights[0] > 0.8
    np.testing.assert_allclose(mixture_weights(np.full((9, 2), 0.5), 9, prior), prior)


def test_a_network_is_no_judge_of_what_it_was_trained_on(rng: np.random.Generator) -> None:
    """Its features tell the classes of its own clicks apart, and nothing of others."""
    targets = np.tile([0, 1], 40)
    honest = (targets[:, None] + rng.normal(size=(80, 5))).astype(np.float32)
    trained = np.arange(80) < 64
    learned = rng.normal(size=(80, 5)).astype(np.float32)
    learned[trained] += 9 * targets[trained, None]
    experts = [Judged(scale_clicks(one, targets, 2), 0.3) for one in (honest, learned)]
    places = single_clicks(np.arange(80), np.arange(80) * 20, np.zeros(80, int), targets)
    prior = np.array([0.8, 0.2])
    fooled, _ = validate(experts, places, prior)
    near, far = validate_with_network(experts, places, prior, 1, trained)
    assert fooled.weights[1] > 0.3
    assert max(near.weights[1], far.weights[1]) < 0.2
    unjudged, far = validate_with_network(experts, places, prior, 1, np.ones(80, bool))
    np.testing.assert_allclose(unjudged.weights, prior)
    assert far.weights[1] == 0.2
    alone, _ = validate_with_network(experts[1:], places, np.ones(1), 0, trained)
    np.testing.assert_array_equal(alone.weights, [1])


def test_a_network_that_is_right_elsewhere_is_trusted(rng: np.random.Generator) -> None:
    targets = np.tile([0, 1], 20)
    right = (targets[:, None] * 4 + rng.normal(size=(40, 5))).astype(np.float32)
    noise = rng.normal(size=(40, 5)).astype(np.float32)
    experts = [Judged(scale_clicks(one, targets, 2), 0.3) for one in (noise, right)]
    places = single_clicks(np.arange(40), np.arange(40) * 20, np.zeros(40, int), targets)
    near, _ = validate_with_network(experts, places, np.array([0.8, 0.2]), 1, np.arange(40) < 24)
    assert near.weights[1] > 0.7


def test_an_expert_of_noise_is_not_trusted(rng: np.random.Generator) -> None:
    targets = np.repeat([0, 1], 15)
    good = (targets[:, None] * 4 + rng.normal(size=(30, 5))).astype(np.float32)
    bad = rng.normal(size=(30, 5)).astype(np.float32)
    experts = [Judged(scale_clicks(one, targets, 2), 0.3) for one in (bad, good)]
    places = single_clicks(np.arange(30), np.arange(30) * 20, np.zeros(30, int), targets)
    near, far = validate(experts, places, np.array([0.5, 0.5]))
    assert near.weights[1] > 0.8
    assert far.weights[1] > 0.8


def test_without_evidence_the_prior_stands() -> None:
    targets = np.arange(3)
    clicks = scale_clicks(np.eye(3, dtype=np.float32), targets, 3)
    places = single_clicks(np.arange(3), np.zeros(3, int), np.arange(3), targets)
    near, far = validate([Judged(clicks, 0.3)] * 2, places, np.array([0.25, 0.75]))
    assert far is near
    np.testing.assert_array_equal(near.weights, [0.25, 0.75])
    assert near.temperatures[0] == TEMPERATURES[0]


def test_a_fit_knows_strokes_by_where_the_clicks_are(rng: np.random.Generator) -> None:
    """The same pixels, touching or apart: what knows strokes by heart is trusted only apart."""
    stroke = np.repeat(np.arange(20), 9)
    targets = np.arange(20)[stroke] % 2
    heart = (3 * rng.normal(size=(20, 30))[stroke] + 0.1 * rng.normal(size=(180, 30))).astype(np.float32)
    honest = (1.5 * targets[:, None] + rng.normal(size=(180, 5))).astype(np.float32)
    seen = {FIELDS: heart, SHARP_FIELDS: honest}
    touching = stroke * 40 + np.arange(180) % 9
    for positions, trusted in ((touching, SHARP_FIELDS), (np.arange(180) * 3, FIELDS)):
        clicks = ClickLabels(positions, targets, 4000)
        fit = fit_clicks(tuple(seen), lambda kind, at: seen[kind][np.searchsorted(positions, at)], clicks)  # noqa: B023
        assert fit.near.weights[fit.experts.index(trusted)] > 0.7
