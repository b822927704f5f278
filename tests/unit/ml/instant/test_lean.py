"""Features of large scenes are those of small ones, of fewer experts and components."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled
from hsi_studio.ml.instant import lean
from hsi_studio.ml.instant.experts import VALUES, WINDOWS
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.instant.fit import ClickLabels
from hsi_studio.ml.instant.head import InstantHead

TRUTH = np.kron(
    np.array([[0, 1, 2, 0], [1, 2, 0, 1], [2, 0, 1, 2], [0, 1, 2, 0], [1, 2, 0, 1]]), np.ones((30, 12), int)
)


@pytest.fixture
def cube(make_cube: Callable[..., Cube]) -> Cube:
    random = np.random.default_rng(0)
    values = random.random((3, 24))[TRUTH] * 900 + random.normal(0, 15, (150, 48, 24))
    values[140:, :5] = np.nan
    return make_cube(values.astype(np.float32))


def test_values_and_windows_are_those_of_the_recipe(cube: Cube) -> None:
    (found,) = lean.lean_features(cube)
    first = next(InstantFeatures.open(cube))
    assert found.complete
    assert found.experts == (VALUES, WINDOWS)
    np.testing.assert_array_equal(found.valid, first.valid)
    everywhere = np.arange(TRUTH.size)
    for expert, apart in ((VALUES, 1e-4), (WINDOWS, 1e-3)):
        np.testing.assert_allclose(found.at(expert, everywhere), first.at(expert, everywhere), atol=apart)


def test_a_head_learns_from_them(cube: Cube) -> None:
    (found,) = lean.lean_features(cube)
    rows, cols = np.array([5, 35, 65, 95, 125] * 2), np.array([6] * 5 + [30] * 5)
    head = InstantHead.train(found, ClickLabels.sorted(rows, cols, TRUTH[rows, cols], 48), 3)
    best = head.probabilities().argmax(axis=1).reshape(TRUTH.shape)
    assert (best == TRUTH)[found.valid].mean() > 0.95


def test_it_can_be_cancelled_between_strips(cube: Cube) -> None:
    with pytest.raises(Cancelled):
        list(lean.lean_features(cube, Progress(is_cancelled=lambda: True)))
