"""Figures of maps against splits, spreads over seeds, and paired tests."""

import math

import numpy as np
import pytest
from scipy.stats import permutation_test

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled
from hsi_studio.ml.benchmark.accuracy import Plan, Trial, compare, trials
from hsi_studio.ml.benchmark.summary import against_first, by_distance, cell, paired, spread
from hsi_studio.ml.scene import Scene
from hsi_studio.ml.splits import block_split, distance_bins


def test_a_map_is_compared_on_test_pixels_only(rng: np.random.Generator) -> None:
    truth = rng.integers(1, 4, (60, 60)).astype(np.int16)
    split = block_split(truth, 5, 1)
    ids = truth.copy()
    ids[split.ground] = 0
    assert compare(ids, truth, split, 3).overall_accuracy == 1
    wrong_near = np.where(split.test & ~split.guarded(3).test, 0, truth).astype(np.int16)
    found = compare(wrong_near, truth, split, 3)
    assert found.guarded == 1
    assert found.overall_accuracy == pytest.approx(split.guarded(3).test.sum() / split.test.sum())
    assert sum(found.tested) == split.test.sum()
    bins = distance_bins(split.labels)
    assert found.right[1] == (split.guarded(3).test & (bins == 1)).sum()
    assert compare(ids, truth, split, 60).guarded is None


def test_trials_run_every_method_on_the_same_labels(scene: Scene) -> None:
    truth = ClassRaster("truth", np.repeat([1, 2, 3], 12)[None].repeat(30, axis=0), scene.classes)
    plan = Plan(("lda", "knn"), shots=(3, 6), seeds=(4, 5), guard=2)
    found = list(trials(scene.cube, truth, plan))
    assert len(found) == 2 * 2 * 2 * 2
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert (first.method, second.method) == plan.methods
        assert first.figures.tested == second.figures.tested
    assert all(one.figures.overall_accuracy > 0.6 for one in found)
    assert all((one.figures.guarded is None) == (one.split == "random") for one in found)
    again = list(trials(scene.cube, truth, plan))
    assert [one.figures for one in again] == [one.figures for one in found]
    assert len(cell(found, "lda", "block", 3)) == 2
    shares = by_distance(found, "lda", "random", 6)
    own = [one.figures for one in cell(found, "lda", "random", 6)]
    assert shares[0] == pytest.approx(sum(one.right[0] for one in own) / sum(one.tested[0] for one in own))
    rows = against_first(found, plan)
    assert [row[:3] for row in rows] == [("knn", s, k) for s in ("random", "block") for k in (3, 6)]
    gained = np.mean([o.figures.overall_accuracy for o in cell(found, "knn", "block", 6)])
    gained -= np.mean([o.figures.overall_accuracy for o in cell(found, "lda", "block", 6)])
    assert rows[-1][3].mean == pytest.approx(gained)


def test_a_cancel_ends_the_trials(scene: Scene) -> None:
    truth = ClassRaster("truth", np.repeat([1, 2, 3], 12)[None].repeat(30, axis=0), scene.classes)
    done: list[Trial] = []
    progress = Progress(is_cancelled=lambda: len(done) > 1)
    running = trials(scene.cube, truth, Plan(("knn",)), progress=progress)
    with pytest.raises(Cancelled):
        done.extend(running)
    assert len(done) == 2


def test_the_paired_test_is_fishers(rng: np.random.Generator) -> None:
    for count in (3, 6, 10):
        values, others = rng.normal(1, 1, count), rng.normal(0, 1, count)
        found = paired(values.tolist(), others.tolist())
        same = permutation_test((values - others,), np.mean, permutation_type="samples", n_resamples=5000)
        assert found.p == pytest.approx(same.pvalue)
        assert found.mean == pytest.approx((values - others).mean())
        assert found.error == pytest.approx((values - others).std(ddof=1) / np.sqrt(count))
    assert paired([1, 2, 3], [0, 1, 2]).p == 0.25
    assert paired([1, 2], [1, 2]).p == 1
    assert 0 < paired([0.5] * 30, [0.25] * 30).p < 0.001
    assert paired([2.0], [1.0]).p == 1


def test_spreads_leave_out_what_is_not_there() -> None:
    found = spread([0.5, None, 0.7])
    assert found is not None
    assert found.mean == pytest.approx(0.6)
    assert found.std == pytest.approx(np.std([0.5, 0.7], ddof=1))
    assert spread([None, None]) is None
    one = spread([0.5])
    assert one is not None
    assert math.isnan(one.std)
