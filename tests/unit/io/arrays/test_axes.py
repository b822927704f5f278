"""Which axis holds the bands."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.io.arrays.axes import infer_band_axis, infer_layout


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((83, 86, 204), 2),
        ((512, 614, 224), 2),
        ((224, 512, 614), 0),
        ((60, 1020, 301), 2),
        ((224, 32, 32), 0),
        ((100, 205, 100), 1),
        ((100, 100, 205), 2),
        ((31, 43, 580), 2),
        ((1, 1020, 301), 2),
        ((1, 64, 64), 0),
        ((7, 7, 7), 2),
        ((614, 512, 3), 2),
    ],
)
def test_shape_alone_gives_a_guess_that_is_told(shape: tuple[int, ...], axis: int) -> None:
    found, note = infer_band_axis(shape)
    assert found == axis
    assert note is not None
    assert ("first", "second", "third")[axis] in note


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_number_of_wavelengths_decides(axis: int) -> None:
    shape = [100, 120, 140]
    assert infer_band_axis(shape, wavelengths=shape[axis]) == (axis, None)


def test_ambiguous_number_of_wavelengths_is_told() -> None:
    axis, note = infer_band_axis((50, 90, 50), wavelengths=50)
    assert axis == 2
    assert note


@pytest.mark.parametrize(
    ("names", "axis"),
    [
        (("band", "y", "x"), 0),
        (("downtrack", "bands", "crosstrack"), 1),
        (("lat", "lon", "phony_dim_2"), 2),
        (("/wavelength", "a", "b"), 0),
    ],
)
def test_names_of_axes_decide(names: tuple[str, ...], axis: int) -> None:
    assert infer_band_axis((40, 40, 40), names=names) == (axis, None)


def test_columns_named_before_rows_are_turned() -> None:
    layout, inferred, _ = infer_layout((5, 6, 7), None, names=("x", "y", "band"))
    assert (layout.rows, layout.cols, layout.bands) == (1, 0, 2)
    assert inferred is None


def test_answer_of_the_user_wins() -> None:
    layout, inferred, note = infer_layout((5, 6, 7), 1, wavelengths=7)
    assert layout.bands == inferred == 1
    assert note is None


@given(
    order=st.sampled_from(list(permutations(range(3)))),
    ones=st.lists(st.integers(0, 3), max_size=2),
    flat=st.booleans(),
)
def test_layout_finds_every_value(order: tuple[int, ...], ones: list[int], flat: bool) -> None:
    cube = np.arange(2 * 3 * (1 if flat else 4)).reshape(2, 3, -1)
    array = cube[:, :, 0] if flat else cube.transpose(order)
    for axis in ones:
        array = np.expand_dims(array, min(axis, array.ndim))
    if array.ndim == 3 and flat:
        return  # three axes one of which has length 1 are a cube like any other
    layout, _, _ = infer_layout(array.shape, None if flat else order.index(2))
    rows_first = flat or order.index(0) < order.index(1)
    found = layout.view(array)
    if flat and array.ndim > 2:
        assert found.size == cube.size
        return
    np.testing.assert_array_equal(found, cube if rows_first else cube.transpose(1, 0, 2))
    assert layout.pick(array.shape) == found.shape
    np.testing.assert_array_equal(layout.reversed().view(array.T), found)
