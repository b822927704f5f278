"""Spectra as files: a table that spreadsheets open, or an ENVI spectral library."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.library import SpectralLibrary
from hsi_studio.core.spectra import Spectrum
from hsi_studio.errors import UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.envi_library import library_files, write_library


def write_spectra(
    path: Path,
    spectra: Sequence[Spectrum],
    wavelengths_nm: NDArray[np.float64] | None = None,
    good: NDArray[np.bool_] | None = None,
) -> tuple[Path, ...]:
    """Write spectra as the ending of `path` says, .csv or .sli, and return the files.

    A library holds no deviations and no marks of bad bands; the table does.

    Raises
    ------
    UsageError
        For another ending.
    HsiError
        When a file cannot be written; older files then stay as they were.
    """
    files = spectra_files(path)
    if len(files) == 1:
        write_csv(path, spectra, wavelengths_nm, good)
        return files
    names = tuple(spectrum.name for spectrum in spectra)
    values = np.stack([spectrum.values for spectrum in spectra])
    return write_library(path, SpectralLibrary(names, wavelengths_nm, values))


def spectra_files(path: Path) -> tuple[Path, ...]:
    """Return the files that `write_spectra` makes of a name: a table, or a library and its header.

    Raises
    ------
    UsageError
        For another ending than .csv and .sli.
    """
    match path.suffix.lower():
        case ".csv":
            return (path,)
        case ".sli":
            return library_files(path)
    raise UsageError(f"{path} has no ending that spectra can be written in", "end it in .csv or .sli")


def write_csv(
    path: Path,
    spectra: Sequence[Spectrum],
    wavelengths_nm: NDArray[np.float64] | None = None,
    good: NDArray[np.bool_] | None = None,
) -> None:
    """Write one row per band and a column per spectrum, with its standard deviation where it has one.

    Values are written as they are, empty where NaN; bands count from 1, as on screen.

    Raises
    ------
    HsiError
        When the file cannot be written; an older file then stays as it was.
    """
    columns = dict(_columns(spectra, wavelengths_nm, good))
    with atomic_output(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def table_text(spectra: Sequence[Spectrum], wavelengths_nm: NDArray[np.float64] | None = None) -> str:
    """Return the same table tab-separated, as spreadsheets take it from the clipboard."""
    columns = dict(_columns(spectra, wavelengths_nm, None))
    rows = (columns, *zip(*columns.values(), strict=True))
    return "\n".join("\t".join(row) for row in rows)


def _columns(
    spectra: Sequence[Spectrum],
    wavelengths_nm: NDArray[np.float64] | None,
    good: NDArray[np.bool_] | None,
) -> Iterator[tuple[str, list[str]]]:
    bands = len(spectra[0].values)
    yield "band", [str(band) for band in range(1, bands + 1)]
    if wavelengths_nm is not None:
        yield "wavelength_nm", _texts(wavelengths_nm)
    if good is not None:
        yield "good", [str(int(each)) for each in good]
    for number, spectrum in enumerate(spectra, 1):
        name = _unique(spectrum.name, number, spectra)
        yield name, _texts(spectrum.values)
        if spectrum.std is not None:
            yield f"{name} std", _texts(spectrum.std)


def _unique(name: str, number: int, spectra: Sequence[Spectrum]) -> str:
    return name if sum(spectrum.name == name for spectrum in spectra) == 1 else f"{name} #{number}"


def _texts(values: NDArray[np.floating]) -> list[str]:
    """Return the shortest text that reads back as the same number."""
    return [str(value) if np.isfinite(value) else "" for value in values]
