"""Wavelengths, band widths and bad bands among the variables of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.wavelengths import spectral_axis, to_nanometres
from hsi_studio.io.arrays.variable import Container, Variable

_CENTRES = re.compile(r"wav|lambda|wvl|^wls?$|cent(re|er)|^cw|nanomet|^nm$|^bands?_?nm", re.IGNORECASE)
_WIDTHS = re.compile(r"fwhm|width|half", re.IGNORECASE)
_MASKS = re.compile(r"^bbl$|(good|bad|valid)[_ ]?(wave|band)", re.IGNORECASE)
_UNIT = re.compile(r"(nm|nanomet\w*|um|µm|micro\w*|cm-?1)$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Vector:
    """A list of numbers with the unit that the file states."""

    name: str
    values: NDArray[Any]
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class SpectralVectors:
    """What a file lists per band; nothing is converted yet."""

    centres: Vector | None = None
    widths: Vector | None = None
    mask: Vector | None = None

    @property
    def count(self) -> int | None:
        """Number of wavelengths, which tells the axis of the bands."""
        return None if self.centres is None else self.centres.values.size

    def fields(self, bands: int) -> dict[str, Any]:
        """Return `wavelengths_nm`, `fwhm_nm`, `bad_bands` and `notes` for a cube of `bands` bands."""
        fields: dict[str, Any] = {"bad_bands": self._bad_bands(bands), "notes": ()}
        if self.centres is not None:
            fwhm = () if self.widths is None else self.widths.values
            axis = spectral_axis(self.centres.values, bands, self.centres.unit, fwhm)
            fields |= {"wavelengths_nm": axis.wavelengths_nm, "fwhm_nm": axis.fwhm_nm, "notes": axis.notes}
        return fields

    def _bad_bands(self, bands: int) -> NDArray[np.bool_] | None:
        if self.mask is None or self.mask.values.size != bands:
            return None
        marked = self.mask.values.ravel() > 0
        bad: NDArray[np.bool_] = marked if "bad" in self.mask.name.lower() else ~marked
        return bad


def spectral_vectors(
    container: Container, chosen: Variable, variables: Sequence[Variable]
) -> SpectralVectors:
    """Return what the file lists per band of one of its variables.

    Names decide; without a telling name a rising list of plausible wavelengths does.
    """
    vectors = list(_fitting(container, chosen, variables))
    widths = next((v for v in vectors if _WIDTHS.search(_base(v))), None)
    mask = next((v for v in vectors if _MASKS.search(_base(v))), None)
    rest = [v for v in vectors if v is not widths and v is not mask]
    centres = next((v for v in rest if _CENTRES.search(_base(v))), None)
    if centres is None:
        centres = next((v for v in rest if are_plausible(v.values)), None)
    return SpectralVectors(centres, widths, mask)


def _fitting(container: Container, chosen: Variable, variables: Sequence[Variable]) -> Iterator[Vector]:
    """Yield the lists that are as long as an axis of the variable: its own attributes first."""
    lengths = {length for length in chosen.shape if length > 1}
    for name, value in chosen.attributes.items():
        values = np.asarray(value)
        if values.dtype.kind in "iuf" and values.ndim == 1 and values.size in lengths:
            yield Vector(name, values, _text(chosen.attributes.get("wavelength_units")))
    for variable in variables:
        if variable is not chosen and variable.is_vector and max(variable.shape) in lengths:
            yield Vector(variable.name, container.values(variable).ravel(), _unit(variable))


def _base(vector: Vector) -> str:
    return vector.name.rsplit("/", 1)[-1]


def _unit(variable: Variable) -> str | None:
    stated = _text(variable.attributes.get("units") or variable.attributes.get("unit"))
    named = _UNIT.search(variable.name)
    return stated or (named.group(1) if named else None)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)


def are_plausible(values: NDArray[Any]) -> bool:
    """Tell whether values rise and can be wavelengths, not pixel coordinates or counts."""
    numbers = np.asarray(values, np.float64)
    if not (np.isfinite(numbers).all() and (np.diff(numbers) > 0).all() and numbers.size >= 4):
        return False
    nm, _ = to_nanometres(numbers, None)
    return nm is not None and 150 < nm[0] < 14_000 and nm[-1] / nm[0] > 1.05
