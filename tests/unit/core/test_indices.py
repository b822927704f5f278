"""Spectral indices of the catalogue, computed by hand."""

from collections.abc import Callable

import numpy as np
import pytest
import spyndex

from hsi_studio.core.cube import Cube
from hsi_studio.core.indices import available_indices, compute_index
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.demo_scene import open_demo

MakeCube = Callable[..., Cube]
NM = np.array([450.0, 490, 555, 655, 705, 740, 780, 830, 865, 1650, 2215])


@pytest.fixture
def cube(make_cube: MakeCube, rng: np.random.Generator) -> Cube:
    stored = rng.integers(100, 6000, (9, 8, len(NM))).astype(np.int16)
    stored[0, 0] = -1
    return make_cube(stored, wavelengths_nm=NM, scale_factor=10_000.0, nodata=-1.0)


def test_ndvi_by_hand(cube: Cube) -> None:
    red, nir = (cube.physical(cube.band(band)) for band in (3, 7))
    ndvi = compute_index(cube, "NDVI")
    assert ndvi.dtype == np.float32
    np.testing.assert_allclose(ndvi, (nir - red) / (nir + red), rtol=1e-6)
    assert np.isnan(ndvi[0, 0])


def test_constants_and_scale_enter(cube: Cube) -> None:
    blue, red, nir = (cube.physical(cube.band(band)) for band in (1, 3, 7))
    evi = 2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1)
    np.testing.assert_allclose(compute_index(cube, "EVI"), evi, rtol=1e-4)


def test_a_window_is_a_part_of_the_whole(cube: Cube) -> None:
    window = Window(1, 2, 6, 5)
    np.testing.assert_array_equal(
        compute_index(cube, "NDWI", window, 2), compute_index(cube, "NDWI")[window.slices(2)]
    )


def test_every_offered_index_can_be_computed(cube: Cube) -> None:
    offered = available_indices(cube)
    assert len(offered) > 150
    for info in offered:
        assert compute_index(cube, info.name).shape == (9, 8), info.name
    assert {"kernel", "radar"}.isdisjoint(info.domain for info in offered)


def test_only_wavelengths_that_are_there_count(make_cube: MakeCube) -> None:
    visible = make_cube(np.ones((2, 2, 5), np.float32), wavelengths_nm=np.linspace(450, 680, 5))
    names = {info.name for info in available_indices(visible)}
    assert "VARI" in names
    assert not {"NDVI", "NBR", "EVI"} & names
    assert available_indices(make_cube(np.ones((2, 2, 5), np.float32))) == ()


def test_bad_bands_are_not_used(make_cube: MakeCube) -> None:
    bad = NM == 655
    cube = make_cube(np.ones((2, 2, len(NM)), np.float32), wavelengths_nm=NM, bad_bands=bad)
    assert "NDVI" not in {info.name for info in available_indices(cube)}


def test_wavelengths_of_formulas_are_the_cubes_own(cube: Cube) -> None:
    name = next(
        info.name
        for info in available_indices(cube)
        if {"lambdaN", "lambdaR"} <= {*spyndex.indices[info.name].bands}
    )
    bands = {"G": 2, "R": 3, "N": 7, "S1": 9, "S2": 10, "B": 1}
    values = {
        letter: cube.physical(cube.band(bands[letter]))
        for letter in spyndex.indices[name].bands
        if letter in bands
    }
    centres = {"lambdaN": 830.0, "lambdaR": 655.0, "lambdaG": 555.0, "lambdaS1": 1650.0}
    used = {key: value for key, value in centres.items() if key in spyndex.indices[name].bands}
    expected = spyndex.computeIndex(name, {**values, **used})
    np.testing.assert_allclose(compute_index(cube, name), expected, rtol=1e-4)


def test_division_by_zero_is_undefined(make_cube: MakeCube) -> None:
    cube = make_cube(np.zeros((1, 1, len(NM)), np.float32), wavelengths_nm=NM)
    assert np.isnan(compute_index(cube, "NDVI")).all()


@pytest.mark.parametrize("name", ["__import__('os')", "ndvi ", "kNDVI", ""])
def test_other_names_are_refused(cube: Cube, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be computed from the bands of generated; choose another"):
        compute_index(cube, name)


def test_near_misses_are_suggested(cube: Cube, make_cube: MakeCube) -> None:
    with pytest.raises(UsageError, match=r"such as NDVI"):
        compute_index(cube, "ndVI")
    with pytest.raises(UsageError, match="choose a file with wavelengths"):
        compute_index(make_cube(np.ones((2, 2, 4), np.float32)), "NDVI")


def test_woods_of_indian_pines_are_greener_than_fields_in_june() -> None:
    scene, truth = open_demo()
    ids = {entry.name.lower(): entry.id for entry in truth.classes}
    ndvi = compute_index(scene, "NDVI")
    woods = next(value for name, value in ids.items() if name.startswith("woods"))
    soybean = next(value for name, value in ids.items() if name.startswith("soybean"))
    assert np.nanmean(ndvi[truth.ids == woods]) > np.nanmean(ndvi[truth.ids == soybean]) + 0.2
