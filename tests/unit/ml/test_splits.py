"""Splits: training and test never mix, the guard band is kept, a seed decides everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.errors import UsageError
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.ml.splits import block_split, distance_bins, random_split

scenes = st.builds(
    lambda rows, cols, classes, seed: np.random.default_rng(seed).integers(0, classes + 1, (rows, cols)),
    st.integers(10, 40),
    st.integers(10, 40),
    st.integers(2, 6),
    st.integers(0, 1000),
)


@settings(max_examples=40, deadline=None)
@given(scenes, st.integers(1, 30), st.integers(0, 50))
def test_random_split_never_tests_what_it_learns(truth: NDArray[np.int64], shots: int, seed: int) -> None:
    split = random_split(truth, shots, seed)
    labelled = split.labels > 0
    assert not (labelled & split.test).any()
    assert (split.labels[labelled] == truth[labelled]).all()
    assert ((labelled | split.test) == (truth > 0)).all()
    counts, whole = np.bincount(split.labels[labelled], minlength=8), np.bincount(truth.ravel(), minlength=8)
    assert (counts[1:] == np.where(whole[1:] > 0, np.minimum(shots, np.maximum(1, whole[1:] // 2)), 0)).all()


@settings(max_examples=40, deadline=None)
@given(scenes, st.integers(1, 30), st.integers(0, 50), st.integers(0, 4))
def test_blocks_are_apart_and_the_guard_is_kept(
    truth: NDArray[np.int64], shots: int, seed: int, band: int
) -> None:
    split = block_split(truth, shots, seed)
    guarded = split.guarded(band)
    labelled = split.labels > 0
    assert not (split.ground & split.test).any()
    assert split.ground[labelled].all()
    assert (split.labels[labelled] == truth[labelled]).all()
    assert set(truth[split.test]) <= set(split.labels[labelled])
    assert not (guarded.test & ~split.test).any()
    ground = np.argwhere(split.ground)
    for place in np.argwhere(split.test):
        apart = np.abs(ground - place).max(axis=1).min() > band
        assert guarded.test[tuple(place)] == apart


def test_blocks_are_squares_of_the_scene_and_12_of_25_train() -> None:
    _, raster = open_demo()
    split = block_split(raster.ids, 5, 3)
    blocks = split.ground.reshape(5, 29, 5, 29)
    whole = blocks.all(axis=(1, 3))
    assert (whole == blocks.any(axis=(1, 3))).all()
    assert whole.sum() == 12


def test_a_seed_decides_everything() -> None:
    _, raster = open_demo()
    for divide in (random_split, block_split):
        first, again, other = (divide(raster.ids, 5, seed) for seed in (7, 7, 8))
        assert (first.labels == again.labels).all()
        assert (first.test == again.test).all()
        assert (first.labels != other.labels).any()


def test_training_blocks_with_one_class_are_refused() -> None:
    truth = np.zeros((50, 50), int)
    truth[:10, :10] = 1
    with pytest.raises(UsageError, match=r"of the classes; choose another seed\.$"):
        block_split(truth, 5, 0)


def test_distances_are_to_the_nearest_label() -> None:
    labels = np.zeros((1, 40), int)
    labels[0, 0] = 3
    assert distance_bins(labels)[0].tolist() == [0] * 4 + [1] * 4 + [2] * 8 + [3] * 24
