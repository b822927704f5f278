"""What scenes and labels should not be, and often are: a sensible map, or one clear sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.progress import Progress
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.ml.instant.fit import ClickLabels, fit_clicks
from hsi_studio.ml.instant.head import InstantHead
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.one_thread import one_thread
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene

if TYPE_CHECKING:
    from conftest import Fields

Values = NDArray[np.float32]


def with_constant_bands(values: Values) -> Values:
    values[..., [0, 7]] = 3
    return values


def with_nan_bands(values: Values) -> Values:
    values[..., [1, 20]] = np.nan
    return values


def with_single_gaps(values: Values) -> Values:
    values[::3, ::2, 5] = np.nan
    values[4, 4, 3] = np.inf
    return values


def with_holes(values: Values) -> Values:
    values[10:16, 3:30] = np.nan
    values[20:24, 20:24] = 0
    return values


def with_saturated_pixels(values: Values) -> Values:
    values[5:9, 5:9] = 65535
    return values


def with_negative_values(values: Values) -> Values:
    return values - 4


@pytest.mark.parametrize(
    "spoil",
    [
        with_constant_bands,
        with_nan_bands,
        with_single_gaps,
        with_holes,
        with_saturated_pixels,
        with_negative_values,
    ],
)
def test_spoiled_scenes_still_give_a_map(spoil: Callable[[Values], Values], fields: Fields) -> None:
    features = fields.features_of(fields.cube_of(spoil(fields.values.copy())))
    labels = fields.clicks(8)
    labels = labels.take(features.valid.ravel()[labels.positions])
    found = InstantHead.train(features, labels, 3).probabilities()
    assert np.isfinite(found).all()
    measured = features.valid.ravel()
    assert not found[~measured].any()
    assert (found.argmax(axis=1) == fields.truth.ravel())[measured].mean() > 0.9


def test_no_data_by_value(fields: Fields) -> None:
    values = (fields.values * 100).astype(np.int16)
    values[:6] = -999
    features = fields.features_of(fields.cube_of(values, nodata=-999))
    assert not features.valid[:6].any()
    assert features.valid[6:].all()


@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_few_bands(bands: int, fields: Fields) -> None:
    features = fields.features_of(fields.cube_of(fields.values[..., :bands]))
    found = InstantHead.train(features, fields.clicks(8), 3).probabilities()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("shape", [(40, 1), (1, 36), (2, 2)])
def test_narrow_cubes(shape: tuple[int, int], fields: Fields) -> None:
    rows, cols = shape
    values = fields.values[:rows, :: max(1, 36 // cols)][:, :cols]
    features = fields.features_of(fields.cube_of(np.ascontiguousarray(values)))
    count = min(4, rows * cols)
    at = np.linspace(0, rows * cols - 1, count).astype(int)
    labels = ClickLabels.sorted(*np.divmod(at, cols), np.arange(count) % 2, cols)
    found = InstantHead.train(features, labels, 2).probabilities()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)


def test_one_label_per_class(fields: Fields) -> None:
    found = InstantHead.train(fields.features, fields.clicks(1), 3).probabilities()
    assert (found.argmax(axis=1) == fields.truth.ravel()).mean() > 0.8


def test_one_class_with_many_labels_and_one_with_one(fields: Fields) -> None:
    labels = fields.clicks(30)
    kept = labels.take((labels.targets < 2) | (np.arange(len(labels)) == np.argmax(labels.targets == 2)))
    found = InstantHead.train(fields.features, kept, 3).probabilities()
    assert (found.argmax(axis=1) == fields.truth.ravel()).mean() > 0.8


@pytest.mark.parametrize(
    ("classes", "message"), [(0, "no class has labels"), (1, "only one class has labels")]
)
def test_too_few_classes(classes: int, message: str, fields: Fields) -> None:
    labels = fields.clicks(5)
    with pytest.raises(UsageError, match=message):
        InstantHead.train(fields.features, labels.take(labels.targets < classes), 3)


def test_labels_on_unmeasured_pixels_are_left_out(fields: Fields) -> None:
    features = fields.features_of(fields.cube_of(with_holes(fields.values.copy())))
    hole = np.flatnonzero(~features.valid.ravel())[:5]
    labels = fields.clicks(8)
    labels = labels.take(features.valid.ravel()[labels.positions])
    more = ClickLabels.sorted(
        *np.divmod(np.append(labels.positions, hole), fields.cols),
        np.append(labels.targets, [2] * 5),
        fields.cols,
    )
    expected = InstantHead.train(features, labels, 3).probabilities()
    np.testing.assert_array_equal(InstantHead.train(features, more, 3).probabilities(), expected)


def trained(fields: Fields, values: NDArray[Any], ids: NDArray[np.int16]) -> Any:
    table = ClassTable.from_names(("a", "b", "c"))
    run = method("instant").train(Scene(fields.cube_of(values), ids, table), None, Settings("instant"))
    return finish(run, Progress())


def test_labels_on_unmeasured_pixels_alone(fields: Fields) -> None:
    ids = np.zeros((40, 36), np.int16)
    ids[12, 5], ids[12, 6], ids[0, 0] = 1, 2, 1
    with pytest.raises(UsageError, match="fewer than two classes have labels where fields was measured"):
        trained(fields, with_holes(fields.values.copy()), ids)


def test_a_scene_without_values(fields: Fields) -> None:
    ids = np.zeros((40, 36), np.int16)
    ids[0, :2] = 1, 2
    with pytest.raises(HsiError, match="no band that varies"):
        trained(fields, np.full((40, 36, 5), 7, np.uint8), ids)


def test_thousands_of_labels_are_fitted_within_a_second(fields: Fields) -> None:
    random = np.random.default_rng(0)
    targets = np.arange(8000) % 16
    arrays = {
        expert: (random.normal(size=(8000, 560)) + targets[:, None]).astype(np.float32)
        for expert in fields.features.experts[3:5]
    }
    labels = ClickLabels(np.arange(8000), targets, 100)
    started = time.process_time()
    with one_thread():
        fit_clicks(tuple(arrays), lambda expert, at: arrays[expert][at], labels)
    # Two of the nine experts, on a machine that may be busy.
    assert time.process_time() - started < 1
