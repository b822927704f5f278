"""An ENVI file as a cube: a scene, a classification raster or a spectral library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable, Color
from hsi_studio.core.cube import Cube
from hsi_studio.core.palette import free_colors
from hsi_studio.core.source import CubeSource
from hsi_studio.core.wavelengths import spectral_axis
from hsi_studio.io.arrays.scaling import scaled
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.readers.envi_files import data_of, pair
from hsi_studio.io.readers.envi_georef import georeference
from hsi_studio.io.readers.envi_header import EnviHeader, read_header
from hsi_studio.io.readers.envi_layout import EnviLayout, is_library, layout_of

# What the USGS tools write for "deleted point" when the header names no value.
LIBRARY_NODATA = -1.23e34
_GAINS, _OFFSETS = "data gain values", "data offset values"
_NO_CLASS = ("unclassified", "unlabelled", "unlabeled", "no data", "nodata", "background", "none", "")


def open_envi(path: Path) -> Cube:
    """Open an ENVI file as it is stored, without looking for references.

    Raises
    ------
    CubeFileError
        With cause and remedy.
    """
    header_path, data = pair(path)
    header = read_header(header_path)
    layout = layout_of(header)
    data = data_of(header, layout.size) if data is None else data
    return _cube(path, header, layout, data)


def _cube(path: Path, header: EnviHeader, layout: EnviLayout, data: Path) -> Cube:
    source = layout.source(header, data)
    spectral = _spectral(header, layout)
    values = _values(header)
    scaling, gain_note = _scaling(header, source, values)
    georef, georef_note = (None, None) if is_library(header) else georeference(header)
    classes, class_note = named_classes(header)
    notes = (
        *layout.notes,
        *spectral.notes,
        *values.notes,
        gain_note,
        georef_note,
        class_note,
        _contents(header, layout),
    )
    return Cube(
        name=data.name,
        path=path,
        format="ENVI spectral library" if is_library(header) else "ENVI",
        interleave=None if is_library(header) else layout.interleave,
        wavelengths_nm=spectral.wavelengths_nm,
        fwhm_nm=spectral.fwhm_nm,
        bad_bands=spectral.bad_bands,
        band_names=spectral.names,
        georef=georef,
        default_bands=default_bands(header, layout.shape[2]),
        quantity=values.quantity if classes is None else "class",
        classes=classes,
        fingerprint=fingerprint([header.path, data]),
        notes=tuple(note for note in notes if note),
        **scaling,
    )


class _Spectral(NamedTuple):
    wavelengths_nm: NDArray[np.float64] | None
    fwhm_nm: NDArray[np.float64] | None
    bad_bands: NDArray[np.bool_] | None
    names: tuple[str, ...]
    notes: tuple[str, ...]


def _spectral(header: EnviHeader, layout: EnviLayout) -> _Spectral:
    bands = layout.shape[2]
    axis = spectral_axis(
        header.numbers("wavelength"), bands, header.text("wavelength units"), header.numbers("fwhm")
    )
    bad_bands, note = _bad_bands(header.numbers("bbl"), bands)
    names, names_note = _band_names(header.items("band names"), bands)
    notes = axis.notes + tuple(text for text in (note, names_note) if text)
    return _Spectral(axis.wavelengths_nm, axis.fwhm_nm, bad_bands, names, notes)


def _band_names(names: tuple[str, ...], bands: int) -> tuple[tuple[str, ...], str | None]:
    if len(names) in (0, bands):
        return names, None
    return (), f"The file lists {len(names)} band names for {bands} bands: left out."


def _bad_bands(bbl: NDArray[np.float64], bands: int) -> tuple[NDArray[np.bool_] | None, str | None]:
    bad = bbl == 0
    if not bad.any():
        return None, None
    if bad.size != bands:
        return None, f"The file lists {bad.size} good and bad bands for {bands} bands: left out."
    if bad.all():
        return None, "The file marks all bands as bad: left out."
    return bad, None


class _Values(NamedTuple):
    scale_factor: float | None
    nodata: float | None
    quantity: str
    notes: tuple[str, ...]


def _values(header: EnviHeader) -> _Values:
    scale, scale_note = _usable(header, "reflectance scale factor", positive=True)
    nodata, nodata_note = _usable(header, "data ignore value")
    if nodata is None and is_library(header):
        nodata = LIBRARY_NODATA
    quantity = "reflectance" if scale is not None else titled_quantity(header)
    notes = tuple(note for note in (scale_note, nodata_note) if note)
    return _Values(scale, nodata, quantity, notes)


def _scaling(header: EnviHeader, source: CubeSource, values: _Values) -> tuple[dict[str, Any], str | None]:
    """Return `source`, `scale_factor` and `nodata` of the cube, and a note on gains and offsets per band."""
    stored = {"source": source, "scale_factor": values.scale_factor or 1.0, "nodata": values.nodata}
    gains, offsets = header.numbers(_GAINS), header.numbers(_OFFSETS)
    if not gains.size and not offsets.size:
        return stored, None
    if values.scale_factor is not None or source.dtype.kind == "f":  # programs copy headers to their results
        return stored, f"The header's `{_GAINS}` are left out: the values are calibrated already."
    gains, offsets = gains if gains.size else np.ones(1), offsets if offsets.size else np.zeros(1)
    if any(n.size not in (1, source.shape[2]) or not np.isfinite(n).all() for n in (gains, offsets)):
        return stored, f"The header's `{_GAINS}` and `{_OFFSETS}` do not fit the bands: left out."
    note = f"Values are stored values × `{_GAINS}` + `{_OFFSETS}` of the header."
    return scaled(source, gains, offsets, values.nodata), note


def titled_quantity(header: EnviHeader) -> str:
    """Return ``reflectance`` or ``radiance`` where a header's plot title says so, else ``value``."""
    title = " ".join(header.items("z plot titles")[1:2]).lower()
    return next((quantity for quantity in ("reflectance", "radiance") if quantity in title), "value")


def _usable(header: EnviHeader, key: str, positive: bool = False) -> tuple[float | None, str | None]:
    """Return a number, or None and a note when the header gives one that has no meaning."""
    number = header.number(key)
    text = header.text(key) or ""
    if number is None or text.lower() == "nan":  # NaN is invalid without being told
        return None, None
    if not np.isfinite(number) or (positive and number <= 0):
        return None, f"The header says `{key} = {text[:40]}`: left out."
    return number, None


def default_bands(header: EnviHeader, bands: int) -> tuple[int, ...]:
    """Return the bands (0-based) that a header asks to show first; empty when it names none that exist."""
    numbers = header.numbers("default bands")
    usable = numbers.size in (1, 3) and ((numbers >= 1) & (numbers <= bands)).all()
    return tuple(int(number) - 1 for number in numbers) if usable else ()


def named_classes(header: EnviHeader) -> tuple[ClassTable | None, str | None]:
    """Return the classes that a header names, and a note when the first is a class but has the id 0."""
    names = header.items("class names")
    if not names:
        return None, None
    colors = _colors(header.numbers("class lookup"))
    free = free_colors(colors)
    entries = (
        ClassEntry(i, name, colors[i] if i < len(colors) else next(free))
        for i, name in enumerate(names)
        if i > 0
    )
    note = f"The first class, {names[0]}, has the id 0: it is shown as unlabelled."
    return ClassTable(tuple(entries)), None if names[0].lower() in _NO_CLASS else note


def _colors(lookup: NDArray[np.float64]) -> Sequence[Color]:
    levels = np.clip(np.nan_to_num(lookup[: lookup.size // 3 * 3]), 0, 255).astype(int).reshape(-1, 3)
    colors: list[Any] = [tuple(row) for row in levels.tolist()]
    return colors


def _contents(header: EnviHeader, layout: EnviLayout) -> str | None:
    """Return what the rows of a spectral library are."""
    if not is_library(header):
        return None
    names = header.items("spectra names")
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return (
        f"A spectral library: each of the {layout.shape[0]} rows is one spectrum: {shown}".rstrip(": ") + "."
    )
