"""Labelled pixels that something was measured at."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.labelled import measured_pixels, where_measured
from hsi_studio.ml.methods import METHODS, finish
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene

NAMES = ("corn", "wheat")
CLASSES = ClassTable.from_names(list(NAMES))


@pytest.fixture
def bordered(make_cube: Callable[..., Cube], rng: np.random.Generator) -> Cube:
    """70 × 150 pixels of two classes, left and right, with nothing measured in a border of 12."""
    values = rng.normal(5, 0.3, (70, 150, 12)).astype(np.float32)
    values[:, 75:] += np.linspace(0, 3, 12)
    for side in (np.s_[:12], np.s_[-12:], np.s_[:, :12], np.s_[:, -12:]):
        values[side] = -9999
    values[30, 30], values[31, 31, 7:] = 0, np.nan
    return make_cube(values, nodata=-9999)


def labels(*places: tuple[int, int, int]) -> np.ndarray:
    ids = np.zeros((70, 150), np.int16)
    for row, col, id in places:
        ids[row, col] = id
    return ids


def test_labels_without_a_measurement_are_left_out(bordered: Cube) -> None:
    ids = labels((20, 20, 1), (3, 20, 1), (30, 30, 1), (31, 31, 1), (50, 100, 2), (69, 149, 2), (50, 137, 2))
    found = measured_pixels(bordered, ids, CLASSES)
    assert list(zip(found.rows.tolist(), found.cols.tolist(), found.targets.tolist(), strict=True)) == [
        (20, 20, 0), (31, 31, 0), (50, 100, 1), (50, 137, 1)
    ]  # fmt: skip
    kept = where_measured(bordered, ids)
    assert [tuple(place) for place in np.argwhere(kept).tolist()] == [
        (20, 20),
        (31, 31),
        (50, 100),
        (50, 137),
    ]


@pytest.mark.parametrize("method", ["instant", "cnn3d", "lda", "svm"])
def test_no_method_learns_where_nothing_was_measured(method: str, bordered: Cube) -> None:
    nowhere = labels((2, 20, 1), (3, 30, 1), (4, 100, 2), (5, 120, 2))
    with pytest.raises(UsageError, match=r"fewer than two classes have labels where .* was measured"):
        finish(METHODS[method].train(Scene(bordered, nowhere, CLASSES), None, Settings(method)), Progress())


def test_provenance_counts_what_was_learned_from(bordered: Cube) -> None:
    ids = labels(*((row, 40, 1) for row in range(5, 20)), *((row, 110, 2) for row in range(5, 20)))
    model = finish(
        METHODS["instant"].train(Scene(bordered, ids, CLASSES), None, Settings("instant")), Progress()
    )
    assert model.provenance["labels"] == dict.fromkeys(NAMES, 8)
    assert len(model.provenance["pixels"]) == 16
