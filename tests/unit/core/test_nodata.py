"""Which stored values count as "nothing measured here"."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube


@pytest.mark.parametrize("written", [-1.23e34, -1.23000002e34, -1.2300006e34])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_huge_sentinel_is_found_however_it_was_rounded(
    make_cube: Callable[..., Cube], written: float, dtype: type
) -> None:
    values = np.array([0.5, written, np.nan, np.inf, 0.0, 3e34, -1.6e25], dtype).reshape(1, 1, 7)
    cube = make_cube(values, nodata=-1.23e34)
    np.testing.assert_array_equal(cube.invalid(values)[0, 0], [False, True, True, True, False, False, True])
    np.testing.assert_array_equal(np.isnan(cube.physical(values))[0, 0], cube.invalid(values)[0, 0])


def test_an_ordinary_sentinel_is_matched_exactly(make_cube: Callable[..., Cube]) -> None:
    values = np.array([-9999.0, -9999.01, 0.1], np.float32).reshape(1, 1, 3)
    cube = make_cube(values, nodata=-9999.0)
    np.testing.assert_array_equal(cube.invalid(values)[0, 0], [True, False, False])
    tenth = make_cube(values, nodata=0.1)
    np.testing.assert_array_equal(tenth.invalid(values)[0, 0], [False, False, True])


def test_a_sentinel_beyond_the_type_does_not_warn(make_cube: Callable[..., Cube]) -> None:
    values = np.array([1.0, 3.4e38, -3.4e38], np.float32).reshape(1, 1, 3)
    cube = make_cube(values, nodata=-1.797e308)
    np.testing.assert_array_equal(cube.invalid(values)[0, 0], [False, False, True])
