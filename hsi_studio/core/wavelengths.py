"""Band centres and widths in nanometres, whatever a file calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# nm in one unit of length, and nm times the value in units of frequency or wavenumber.
_LENGTH = {"nm": 1.0, "µm": 1e3, "mm": 1e6, "cm": 1e7, "m": 1e9, "Å": 0.1}
_INVERSE = {"cm⁻¹": 1e7, "THz": 299_792.458, "GHz": 299_792_458.0, "MHz": 299_792_458e3}
_SPELLINGS = {
    "nm": "nm nanometer nanometers nanometre nanometres",
    "µm": "µm μm um micrometer micrometers micrometre micrometres micron microns mkm",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "cm": "cm centimeter centimeters centimetre centimetres",
    "m": "m meter meters metre metres",
    "Å": "å angstrom angstroms a",
    "cm⁻¹": "cm-1 cm^-1 cm⁻¹ cm−1 1/cm wavenumber wavenumbers",
    "THz": "thz terahertz",
    "GHz": "ghz gigahertz",
    "MHz": "mhz megahertz",
    "index": "index band bands number",
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
# Ranges in which optical wavelengths lie when written in a unit; they do not overlap.
_PLAUSIBLE = {"m": (1e-7, 1e-4), "µm": (0.1, 30.0), "nm": (100.0, 30_000.0)}


@dataclass(frozen=True, eq=False)
class SpectralAxis:
    """What is known of the band centres and widths, in nm (bands,), and what the user should know."""

    wavelengths_nm: Floats | None = None
    fwhm_nm: Floats | None = None
    notes: tuple[str, ...] = field(default=())


def to_nanometres(values: ArrayLike, unit: str | None) -> tuple[Floats | None, str | None]:
    """Convert wavelengths to nm, guessing the unit from the values when it is absent or unknown.

    Parameters
    ----------
    values : array-like of float (n,)
        Wavelengths, wavenumbers or frequencies, in any order; NaN where unknown.
    unit : str, optional
        As the file spells it: nm, nanometers, µm, microns, m, cm-1, wavenumber, index …, in any case.

    Returns
    -------
    wavelengths_nm : ndarray of float64 (n,) or None
        NaN where a value is not positive; None when the values are no wavelengths.
    note : str or None
        What was guessed, for the user.
    """
    numbers = _positive(values)
    name, note = _resolve(numbers, unit)
    return (None if name is None else _convert(numbers, name)), note


def spectral_axis(
    values: ArrayLike, bands: int, unit: str | None = None, fwhm: ArrayLike = ()
) -> SpectralAxis:
    """Return the wavelengths and widths of `bands` bands, mended where that is safe.

    Single missing wavelengths are interpolated; a list of the wrong length, or one that is mostly missing, is
    left out. Every such decision is told in a note. Widths have the unit of the wavelengths.

    Parameters
    ----------
    values, fwhm : array-like of float
        Centres and full widths at half maximum; empty where the file has none.
    bands : int
        Number of bands of the cube.
    unit : str, optional
        Unit of both, as the file spells it.
    """
    numbers = _positive(values)
    if not numbers.size:
        return SpectralAxis()
    if numbers.size != bands:
        return SpectralAxis(
            notes=(f"The file lists {numbers.size} wavelengths for {bands} bands: left out.",)
        )
    name, note = _resolve(numbers, unit)
    if name is None:
        return SpectralAxis(notes=_told(note))
    nm, mended = _filled(_convert(numbers, name))
    widths, width_note = _widths(_positive(fwhm), nm, name)
    return SpectralAxis(nm, widths, _told(note, mended, _duplicates(nm), width_note))


def checked_wavelengths(
    values: ArrayLike, bands: int, unit: str | None = None
) -> tuple[Floats | None, str | None]:
    """Return the wavelengths of `spectral_axis` in nm, or None, and its notes as one text."""
    axis = spectral_axis(values, bands, unit)
    return axis.wavelengths_nm, " ".join(axis.notes) or None


def _positive(values: ArrayLike) -> Floats:
    numbers = np.array(values, np.float64).ravel()
    numbers[~(np.isfinite(numbers) & (numbers > 0))] = np.nan
    return numbers


def _resolve(numbers: Floats, unit: str | None) -> tuple[str | None, str | None]:
    """Return the unit to use (None: no wavelengths) and a note when it was not simply the stated one."""
    stated = _UNITS.get((unit or "").strip().strip("[]()").lower())
    if not np.isfinite(numbers).any() or (stated == "index" and (np.diff(numbers) == 1).all()):
        return None, None
    if stated in _PLAUSIBLE and not _fits(numbers, stated):
        guess = _guess(numbers)
        if guess is not None:
            return (
                guess,
                f"The file says {stated} but the wavelengths run {_range(numbers)}: taken as {guess}.",
            )
    # ENVI writes "Index" wherever nobody chose a unit, so one step from band to band decides.
    if stated not in (None, "index"):
        return stated, None
    return _guessed(numbers)


def _guessed(numbers: Floats) -> tuple[str | None, str | None]:
    if _is_numbering(numbers):
        return None, None
    guess = _guess(numbers)
    if guess is None:
        return None, f"The wavelengths run {_range(numbers)} without a known unit: left out."
    return guess, f"The unit of the wavelengths ({_range(numbers)}) is not stated: guessed {guess}."


def _guess(numbers: Floats) -> str | None:
    return next((unit for unit in _PLAUSIBLE if _fits(numbers, unit)), None)


def _fits(numbers: Floats, unit: str) -> bool:
    low, high = _PLAUSIBLE[unit]
    return bool(np.nanmin(numbers) >= low and np.nanmax(numbers) <= high)


def _is_numbering(numbers: Floats) -> bool:
    """Tell whether the values merely count the bands, from 0 (which is no longer there) or from 1."""
    count = np.arange(numbers.size)
    return bool(np.array_equal(numbers, count + 1) or np.array_equal(numbers[1:], count[1:]))


def _range(numbers: Floats) -> str:
    return f"{np.nanmin(numbers):.6g}–{np.nanmax(numbers):.6g}"


def _convert(numbers: Floats, unit: str) -> Floats:
    with np.errstate(over="ignore"):
        return _positive(_INVERSE[unit] / numbers if unit in _INVERSE else numbers * _LENGTH[unit])


def _filled(nm: Floats) -> tuple[Floats | None, str | None]:
    """Interpolate the missing wavelengths from their neighbours; None when most are missing."""
    known = np.flatnonzero(np.isfinite(nm))
    missing = nm.size - known.size
    if not missing:
        return nm, None
    if missing > known.size:
        return None, f"{missing} of {nm.size} wavelengths are missing or not positive: all left out."
    index = np.arange(nm.size)
    note = (
        f"{missing} of {nm.size} wavelengths are missing or not positive: interpolated from their neighbours."
    )
    return np.interp(index, known, nm[known]), note


def _duplicates(nm: Floats | None) -> str | None:
    if nm is None:
        return None
    _, first, count = np.unique(nm, return_index=True, return_counts=True)
    if not (count > 1).any():
        return None
    example = nm[first[count > 1][0]]
    return f"{int((count - 1).sum())} of {nm.size} wavelengths occur twice, such as {example:.6g} nm: kept."


def _widths(fwhm: Floats, nm: Floats | None, unit: str) -> tuple[Floats | None, str | None]:
    if nm is None or not np.isfinite(fwhm).any():
        return None, None
    if fwhm.size != nm.size:
        return None, f"The file lists {_for(fwhm, 'band widths', nm.size)}: left out."
    with np.errstate(over="ignore"):
        if unit in _INVERSE:  # |dλ/dν| = K/ν² = λ²/K
            return nm**2 / _INVERSE[unit] * fwhm, None
        return _in_own_unit(fwhm, nm, unit)


def _in_own_unit(fwhm: Floats, nm: Floats, unit: str) -> tuple[Floats | None, str | None]:
    """Convert widths, in nm or µm if those of the wavelengths' unit cannot be widths of these bands."""
    given = fwhm * _LENGTH[unit]
    if _can_be_widths(given, nm):
        return given, None
    for other in ("nm", "µm"):
        if _can_be_widths(fwhm * _LENGTH[other], nm):
            told = f"The band widths ({_range(fwhm)}) cannot be {unit} like the wavelengths"
            return fwhm * _LENGTH[other], f"{told}: taken as {other}."
    return given, None


def _can_be_widths(widths: Floats, nm: Floats) -> bool:
    """Tell whether bands can be so wide: from 1/20 nm to the wavelength itself."""
    return bool(np.nanmedian(widths) > 0.05 and np.nanmedian(widths / nm) < 1)


def _for(numbers: Floats, what: str, bands: int) -> str:
    return f"{numbers.size} {what} for {bands} bands"


def _told(*notes: str | None) -> tuple[str, ...]:
    return tuple(note for note in notes if note)


def parse_numbers(words: Sequence[Any]) -> Floats:
    """Return float64 values of texts, NaN where a text is no number."""
    return np.array([_number(word) for word in words], np.float64)


def _number(word: Any) -> float:
    try:
        return float(word)
    except (TypeError, ValueError):
        return float("nan")
