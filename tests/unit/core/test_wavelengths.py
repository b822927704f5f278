"""Units, guesses and mending of wavelengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core.wavelengths import checked_wavelengths, parse_numbers, spectral_axis, to_nanometres

VISIBLE = np.linspace(400.0, 700.0, 7)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("nm", 1), ("Nanometers", 1), ("NANOMETRES", 1), ("µm", 1e3), ("μm", 1e3), ("um", 1e3),
        (" Micrometers ", 1e3), ("micrometres", 1e3), ("Microns", 1e3), ("m", 1e9), ("Angstroms", 0.1),
    ],
)  # fmt: skip
def test_a_stated_unit_is_used_without_a_note(unit: str, factor: float) -> None:
    nm, note = to_nanometres(VISIBLE / factor, unit)
    assert nm is not None
    np.testing.assert_allclose(nm, VISIBLE)
    assert note is None


@pytest.mark.parametrize("unit", ["cm-1", "cm⁻¹", "Wavenumber", "cm^-1", "1/cm"])
def test_wavenumbers_become_wavelengths_in_the_order_of_the_file(unit: str) -> None:
    nm, note = to_nanometres([25_000.0, 10_000.0, 1000.0], unit)
    assert nm is not None
    np.testing.assert_allclose(nm, [400.0, 1000.0, 10_000.0])
    assert note is None


@pytest.mark.parametrize("unit", [None, "", "Unknown", "parsecs"])
@pytest.mark.parametrize(("divisor", "guess"), [(1.0, "nm"), (1e3, "µm"), (1e9, "m")])
def test_an_absent_unit_is_guessed_and_said(unit: str | None, divisor: float, guess: str) -> None:
    nm, note = to_nanometres(VISIBLE / divisor, unit)
    assert nm is not None
    np.testing.assert_allclose(nm, VISIBLE)
    assert note is not None
    assert f"guessed {guess}" in note


@pytest.mark.parametrize(("unit", "divisor"), [("nm", 1e3), ("Micrometers", 1.0)])
def test_a_unit_that_the_values_contradict_is_overruled_and_said(unit: str, divisor: float) -> None:
    nm, note = to_nanometres(VISIBLE / divisor, unit)
    assert nm is not None
    np.testing.assert_allclose(nm, VISIBLE)
    assert note is not None
    assert "taken as" in note


@pytest.mark.parametrize("values", [np.arange(1, 9), np.arange(8), np.arange(1, 300)])
def test_numbered_bands_are_no_wavelengths(values: np.ndarray) -> None:
    assert to_nanometres(values, None) == (None, None)
    assert to_nanometres(values, "Index") == (None, None)
    assert to_nanometres(values + 100, "Index") == (None, None)


def test_what_envi_calls_index_though_it_cannot_be_one_is_guessed_and_said() -> None:
    nm, note = to_nanometres(VISIBLE, "Index")
    assert nm is not None
    np.testing.assert_allclose(nm, VISIBLE)
    assert note is not None
    assert "guessed nm" in note


@pytest.mark.parametrize(
    ("unit", "centres", "widths", "taken"), [("nm", 1.0, 0.01, "µm"), ("µm", 1e-3, 10.0, "nm")]
)
def test_widths_in_another_unit_than_the_wavelengths(
    unit: str, centres: float, widths: float, taken: str
) -> None:
    axis = spectral_axis(VISIBLE * centres, VISIBLE.size, unit, np.full(VISIBLE.size, widths))
    assert axis.fwhm_nm is not None
    np.testing.assert_allclose(axis.fwhm_nm, 10.0)
    assert f"taken as {taken}" in axis.notes[0]


def test_narrow_and_wide_bands_are_believed() -> None:
    for width in (0.1, 300.0):
        axis = spectral_axis(VISIBLE, VISIBLE.size, "nm", np.full(VISIBLE.size, width))
        assert axis.fwhm_nm is not None
        assert (axis.fwhm_nm == width).all()
        assert axis.notes == ()


def test_values_of_no_known_unit_are_left_out_with_a_note() -> None:
    nm, note = to_nanometres([0.001, 5e6], "Unknown")
    assert nm is None
    assert note is not None
    assert "0.001–5e+06" in note


def test_missing_wavelengths_are_interpolated_and_said() -> None:
    nm, note = checked_wavelengths([400, np.nan, 500, -1, 600, 0.0, 700], 7, "nm")
    assert nm is not None
    np.testing.assert_allclose(nm, VISIBLE)
    assert note is not None
    assert "3 of 7" in note


def test_mostly_missing_wavelengths_are_left_out() -> None:
    nm, note = checked_wavelengths([400, np.nan, np.nan], 3, "nm")
    assert nm is None
    assert note is not None
    assert "2 of 3" in note


@pytest.mark.parametrize("count", [6, 8])
def test_a_list_of_the_wrong_length_is_left_out(count: int) -> None:
    nm, note = checked_wavelengths(np.linspace(400, 700, count), 7, "nm")
    assert nm is None
    assert note == f"The file lists {count} wavelengths for 7 bands: left out."


def test_duplicate_wavelengths_are_kept_and_said() -> None:
    nm, note = checked_wavelengths([400, 500, 500, 600], 4, "nm")
    assert nm is not None
    np.testing.assert_array_equal(nm, [400, 500, 500, 600])
    assert note is not None
    assert "500 nm" in note


def test_widths_take_the_unit_of_the_centres() -> None:
    axis = spectral_axis([0.4, 0.5], 2, "um", [0.005, 0.006])
    assert axis.fwhm_nm is not None
    np.testing.assert_allclose(axis.fwhm_nm, [5.0, 6.0])


def test_widths_in_wavenumbers_depend_on_the_centre() -> None:
    axis = spectral_axis([10_000.0, 5000.0], 2, "cm-1", [10.0, 10.0])
    assert axis.fwhm_nm is not None
    for centre, width in zip((10_000.0, 5000.0), axis.fwhm_nm, strict=True):
        assert width == pytest.approx(1e7 / (centre - 5) - 1e7 / (centre + 5), rel=1e-4)


def test_widths_of_the_wrong_length_are_left_out_with_a_note() -> None:
    axis = spectral_axis(VISIBLE, 7, "nm", [5.0, 5.0])
    assert axis.fwhm_nm is None
    assert axis.notes == ("The file lists 2 band widths for 7 bands: left out.",)


def test_texts_that_are_no_numbers_become_nan() -> None:
    np.testing.assert_array_equal(parse_numbers(["1", "x", None, " 2.5 "]), [1, np.nan, np.nan, 2.5])


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12),
    st.integers(0, 12),
    st.sampled_from(["nm", "µm", "cm-1", "GHz", "index", "Unknown", None]),
    st.lists(st.floats(), max_size=12),
)
def test_no_values_break_it(values: list[float], bands: int, unit: str | None, fwhm: list[float]) -> None:
    to_nanometres(values, unit)
    axis = spectral_axis(values, bands, unit, fwhm)
    if axis.wavelengths_nm is not None:
        assert axis.wavelengths_nm.shape == (bands,)
        assert not np.isnan(axis.wavelengths_nm).any()
