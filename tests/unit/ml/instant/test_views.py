"""What experts see: features where they are asked for, and scores of all pixels without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.ml.instant.experts import Expert
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.instant.linear_experts import LinearExpert
from hsi_studio.ml.instant.scene_tiles import bytes_per_pixel
from hsi_studio.ml.instant.views import StackedView, View
from hsi_studio.ml.instant.window_view import WindowView

if TYPE_CHECKING:
    from conftest import Fields

CLASSES = 3


def scored(view: View, pixels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the view's scores, and those of its features."""
    random = np.random.default_rng(7)
    features = view.at(np.arange(pixels))
    expert = LinearExpert(
        random.normal(size=(features.shape[1], CLASSES)).astype(np.float32),
        random.normal(size=CLASSES).astype(np.float32),
    )
    return view.scores(expert), expert.scores(features).T


def holed(fields: Fields) -> InstantFeatures:
    values = fields.values.copy()
    values[10:16, 3:30] = np.nan
    values[20:24, 20:24] = 0
    values[::3, ::2, 5] = np.nan
    return fields.features_of(fields.cube_of(values, fingerprint="d" * 32))


@pytest.mark.parametrize("place", range(9))
def test_scores_are_those_of_the_features(place: int, fields: Fields) -> None:
    for features in (fields.features, holed(fields)):
        expert: Expert = features.experts[place]
        found, expected = scored(features.views[expert], features.valid.size)
        measured = features.valid.ravel()
        scale = np.abs(expected[:, measured]).max()
        np.testing.assert_allclose(found[:, measured], expected[:, measured], atol=1e-5 * scale)
        assert np.isfinite(found).all()


def test_features_do_not_depend_on_what_else_is_asked(fields: Fields) -> None:
    some = np.array([3, 700, 41])
    for view in fields.features.views.values():
        together, alone = view.at(some), view.at(some[1:2])
        np.testing.assert_allclose(together[1], alone[0], rtol=1e-5, atol=1e-5)


def test_experts_share_what_they_hold(fields: Fields) -> None:
    features = fields.features
    assert features.nbytes == fields.truth.size * bytes_per_pixel(features.statistics)


def test_means_leave_out_what_was_not_measured(planes: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
    planes[~valid] = 0
    found = windowed(planes, valid, (1, 3)).reshape(*valid.shape, 24)
    np.testing.assert_array_equal(found[..., :12], planes)
    around = planes[2:5, 2:5][valid[2:5, 2:5]]
    np.testing.assert_allclose(found[3, 3, 12:], around.mean(axis=0), rtol=1e-4, atol=1e-5)
    corner = np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="symmetric")[-3:, -3:]
    np.testing.assert_allclose(found[-1, -1, 12:], corner.mean(axis=(0, 1)), rtol=1e-4, atol=1e-5)


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 5, 15, 31]), st.integers(0, 99))
def test_windows_of_any_size_over_images_of_any_size(rows: int, cols: int, side: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    valid = random.random((rows, cols)) > 0.2
    planes = random.normal(size=(rows, cols, 4)).astype(np.float32)
    planes[~valid] = 0
    found, expected = scored(WindowView(planes.reshape(-1, 4), valid, (1, side)), rows * cols)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_stack_is_its_parts_side_by_side(planes: NDArray[np.float32]) -> None:
    flat = planes.reshape(-1, 12)
    view = StackedView((flat[:, :5].copy(), flat[:, 5:].copy()))
    np.testing.assert_array_equal(view.at(np.arange(len(flat))), flat)
    found, expected = scored(view, len(flat))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def windowed(
    planes: NDArray[np.float32], valid: NDArray[np.bool_], sides: tuple[int, ...]
) -> NDArray[np.float32]:
    view = WindowView(planes.reshape(-1, planes.shape[2]), valid, sides)
    return view.at(np.arange(valid.size))
