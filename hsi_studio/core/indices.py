"""Spectral indices of the spyndex catalogue (Montero et al. 2023, doi:10.1038/s41597-023-02096-0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import BandReader
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

# Wavelengths that some formulas take as numbers: name of the constant → letter of the band.
_CENTRES = {f"lambda{letter}": letter for letter in ("G", "R", "N", "N2", "S1", "S2")}


@dataclass(frozen=True)
class IndexInfo:
    """One index of the catalogue."""

    name: str
    long_name: str
    formula: str
    domain: str
    reference: str


@once_per_cube
def available_indices(cube: Cube) -> tuple[IndexInfo, ...]:
    """Return the indices that can be computed from the cube's wavelengths, by name."""
    import spyndex

    known = {*_letter_bands(cube), *_constants(cube)}
    return tuple(
        IndexInfo(name, entry.long_name, entry.formula, entry.application_domain, entry.reference)
        for name, entry in sorted(spyndex.indices.items(), key=lambda item: item[0].lower())
        if known.issuperset(entry.bands)
    )


def compute_index(
    cube: Cube, name: str, window: Window | None = None, step: int = 1, read_band: BandReader | None = None
) -> NDArray[np.float32]:
    """Return an index (rows, cols) computed from physical values; NaN where invalid or undefined.

    Each letter of the formula stands for the good band nearest to the middle of its range.

    Raises
    ------
    UsageError
        When the catalogue has no such index or the cube lacks a band for it.
    """
    import spyndex

    # Only names of the catalogue pass: spyndex evaluates the catalogue's formula.
    names = [info.name for info in available_indices(cube)]
    if name not in names:
        any_case = {known.lower(): known for known in names}
        similar = [any_case[key] for key in get_close_matches(name.lower(), any_case, 5, 0.3)] or names[:5]
        raise UsageError(
            f"the index {name!r} cannot be computed from the bands of {cube.name}",
            f"choose another, such as {', '.join(similar)}" if names else "choose a file with wavelengths",
        )
    window = cube.window if window is None else window
    values = _parameters(cube, spyndex.indices[name].bands, window, step, read_band or cube.band)
    with np.errstate(all="ignore"):
        index = np.asarray(spyndex.computeIndex(name, values), np.float32)
    index = np.broadcast_to(index, window.shape(step)).copy()
    index[~np.isfinite(index)] = np.nan
    return index


def _parameters(
    cube: Cube, names: list[str], window: Window, step: int, read_band: BandReader
) -> dict[str, Any]:
    bands, constants = _letter_bands(cube), _constants(cube)
    return {
        name: cube.physical(read_band(bands[name], window, step)) if name in bands else constants[name]
        for name in names
    }


@once_per_cube
def _letter_bands(cube: Cube) -> Mapping[str, int]:
    import spyndex

    if cube.wavelengths_nm is None:
        return {}
    found = {}
    for letter, band in spyndex.bands.items():
        nearest = cube.nearest_band((band.min_wavelength + band.max_wavelength) / 2)
        if band.min_wavelength <= cube.wavelengths_nm[nearest] <= band.max_wavelength:
            found[letter] = nearest
    return found


def _constants(cube: Cube) -> dict[str, float]:
    import spyndex

    bands = _letter_bands(cube)
    values = {name: constant.default for name, constant in spyndex.constants.items()}
    if cube.wavelengths_nm is not None:
        values |= {
            name: float(cube.wavelengths_nm[bands[letter]])
            for name, letter in _CENTRES.items()
            if letter in bands
        }
    return {name: value for name, value in values.items() if value is not None}
