"""Arithmetic of two ranges against hand computation."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.range_math import bands_in, compute_range_math
from hsi_studio.core.view import BandRange, Operation, RangeMath
from hsi_studio.core.window import Window

MakeCube = Callable[..., Cube]
NM = np.linspace(400, 900, 11)
A, B = BandRange(640, 760), BandRange(440, 560)


@pytest.fixture
def cube(make_cube: MakeCube, rng: np.random.Generator) -> Cube:
    return make_cube(rng.uniform(0.1, 1, (6, 7, 11)).astype(np.float32), wavelengths_nm=NM)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("normalized difference", lambda a, b: (a - b) / (a + b)),
        ("ratio", lambda a, b: a / b),
        ("difference", lambda a, b: a - b),
    ],
)
def test_operations_by_hand(
    cube: Cube, operation: Operation, expected: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> None:
    a, b = cube.block(bands=(5, 6, 7)).mean(axis=2), cube.block(bands=(1, 2, 3)).mean(axis=2)
    result = compute_range_math(cube, RangeMath(A, B, operation))
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected(a, b), rtol=1e-4, atol=1e-6)


def test_band_depth_of_a_known_dip(make_cube: MakeCube) -> None:
    slope = 0.2 + NM / 1000
    dip = slope * np.where((NM >= 600) & (NM <= 700), 0.6, 1)
    cube = make_cube(np.array([[slope, dip]], np.float32), wavelengths_nm=NM)
    depth = compute_range_math(cube, RangeMath(BandRange(600, 700), BandRange(500, 800), "band depth"))
    np.testing.assert_allclose(depth, [[0, 0.4]], atol=1e-5)


def test_band_depth_off_the_middle(make_cube: MakeCube) -> None:
    cube = make_cube((NM / 1000).astype(np.float32)[None, None], wavelengths_nm=NM)
    depth = compute_range_math(cube, RangeMath(BandRange(840, 860), BandRange(400, 900), "band depth"))
    np.testing.assert_allclose(depth, 0, atol=1e-6)


def test_band_depth_within_one_band(make_cube: MakeCube) -> None:
    cube = make_cube(np.ones((1, 1, 11), np.float32), wavelengths_nm=NM)
    depth = compute_range_math(cube, RangeMath(BandRange(500, 501), BandRange(500, 501), "band depth"))
    np.testing.assert_allclose(depth, 0)


def test_ranges_count_bands_where_there_are_no_wavelengths(make_cube: MakeCube) -> None:
    cube = make_cube(np.arange(10, dtype=np.uint16)[None, None])
    assert bands_in(cube, BandRange(2, 4)) == (2, 3, 4)
    result = compute_range_math(cube, RangeMath(BandRange(7, 9), BandRange(1, 3), "difference"))
    assert result[0, 0] == 6


def test_a_range_between_bands_takes_the_nearest(cube: Cube) -> None:
    assert bands_in(cube, BandRange(460, 480)) == (1,)
    assert bands_in(cube, BandRange(5000, 6000)) == (10,)
    assert bands_in(cube, BandRange(560, 440)) == (1, 2, 3)


def test_bad_and_empty_bands_are_left_out(make_cube: MakeCube) -> None:
    values = np.ones((4, 4, 11), np.float32)
    values[..., 2] = np.nan
    values[..., 3] = 50
    cube = make_cube(values, wavelengths_nm=NM, bad_bands=np.arange(11) == 3)
    assert bands_in(cube, B) == (1,)
    np.testing.assert_allclose(compute_range_math(cube, RangeMath(A, B, "ratio")), 1)


def test_invalid_and_undefined_are_nan(make_cube: MakeCube) -> None:
    values = np.ones((1, 3, 11), np.float32)
    values[0, 0, 5] = -9999
    values[0, 1] = 0
    cube = make_cube(values, wavelengths_nm=NM, nodata=-9999.0)
    assert np.isnan(compute_range_math(cube, RangeMath(A, B))[0]).tolist() == [True, True, False]


def test_windows_and_scale(make_cube: MakeCube, cube: Cube) -> None:
    window = Window(1, 2, 4, 5)
    part = compute_range_math(cube, RangeMath(A, B), window, 2)
    np.testing.assert_allclose(part, compute_range_math(cube, RangeMath(A, B))[window.slices(2)], rtol=1e-5)
    scaled = make_cube(np.full((1, 1, 11), 5000, np.uint16), wavelengths_nm=NM, scale_factor=10_000.0)
    scaled_difference = compute_range_math(scaled, RangeMath(A, BandRange(400, 400), "ratio"))
    np.testing.assert_allclose(scaled_difference, 1)
