"""A cube in words."""

from collections.abc import Callable

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.facts import facts, summary


def test_what_is_known_is_told_and_what_is_not_is_left_out(make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(
        np.zeros((3, 4, 5), np.int16),
        wavelengths_nm=np.array([400.0, 500, 600, 700, 900]),
        fwhm_nm=np.full(5, 10.0),
        bad_bands=np.array([False, True, False, False, True]),
        scale_factor=10000.0,
        nodata=-9999.0,
        band_axis=2,
        notes=("The band axis was inferred.",),
    )
    told = dict(facts(cube))
    assert told["Size"] == "3 rows × 4 columns × 5 bands"
    assert told["Wavelengths"] == "400.0 to 900.0 nm, 10.0 nm wide on average"
    assert told["Bad bands"] == "2 of 5"
    assert told["Scale factor"] == "10000"
    assert told["No-data value"] == "-9999"
    assert told["Band axis"] == "last (inferred)"
    assert told["Note"] == "The band axis was inferred."
    assert not {"File", "Coordinates", "Classes"} & set(told)
    assert summary(cube) == "3 × 4 × 5 · int16 · 400–900 nm"


def test_values_tell_what_they_measure_where_that_is_known(make_cube: Callable[..., Cube]) -> None:
    stored = np.zeros((3, 4, 5), np.uint16)
    assert dict(facts(make_cube(stored)))["Values"] == "uint16; the file does not say what they measure"
    cube = make_cube(stored, quantity="reflectance")
    assert dict(facts(cube))["Values"] == "reflectance, stored as uint16"
    assert dict(facts(make_cube(stored, quantity="class")))["Values"] == "class ids, stored as uint16"


def test_without_wavelengths(make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(np.zeros((3, 4, 5), np.float32))
    assert summary(cube) == "3 × 4 × 5 · float32"
    assert dict(facts(cube))["Wavelengths"] == "unknown"
