"""What the tags of a raster file say about its bands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.source import CubeSource
from hsi_studio.core.wavelengths import SpectralAxis, parse_numbers, spectral_axis
from hsi_studio.io.arrays.scaling import scaled
from hsi_studio.io.arrays.vectors import are_plausible
from hsi_studio.io.readers.envi_cube import default_bands, named_classes, titled_quantity
from hsi_studio.io.readers.envi_header import EnviHeader

_CENTRES = ("wavelength", "wavelengths", "central_wavelength", "centre_wavelength", "center_wavelength")
_WIDTHS = ("fwhm", "bandwidth", "full_width_half_maximum")
_UNITS = ("wavelength_units", "wavelength_unit", "wavelengths_units", "units")
_DESCRIBED = re.compile(r"([\d.]+)\s*(nanomet\w+|nm|micro\w+|µm|um)\b", re.IGNORECASE)
_LIST = re.compile(r"[\s,;{}]+")


def cube_fields(source: CubeSource, file: Any) -> dict[str, Any]:
    """Return the fields of `Cube` that an open rasterio dataset tells."""
    tags = [_band_tags(file, band) for band in file.indexes]
    whole = {key.lower(): value for key, value in {**file.tags(), **file.tags(ns="ENVI")}.items()}
    axis = _axis(tags, whole, file)
    header = _envi_header(file)
    return {
        "format": _FORMATS.get(file.driver, file.driver),
        "interleave": _INTERLEAVES.get(file.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE", "")),
        "wavelengths_nm": axis.wavelengths_nm,
        "fwhm_nm": axis.fwhm_nm,
        "bad_bands": _bad_bands(tags, whole),
        "band_names": _names(file.descriptions),
        "georef": _georef(file),
        "classes": named_classes(header)[0] or _palette_classes(file),
        "default_bands": default_bands(header, file.count),
        "quantity": titled_quantity(header),
        "notes": axis.notes,
        **scaled(source, file.scales, file.offsets, common_nodata(file.nodatavals)),
    }


_FORMATS = {"GTiff": "GeoTIFF", "COG": "GeoTIFF", "JP2OpenJPEG": "JPEG 2000"}
_INTERLEAVES = {"BAND": "bsq", "PIXEL": "bip", "LINE": "bil"}


def _band_tags(file: Any, band: int) -> dict[str, str]:
    """Return the tags of a band with lower-case keys; GDAL 3.10 has its own in micrometres."""
    tags = {key.lower(): value for key, value in file.tags(band).items()}
    imagery = file.tags(band, ns="IMAGERY")
    if "CENTRAL_WAVELENGTH_UM" in imagery and _first(tags, _CENTRES) is None:
        others = {key: value for key, value in tags.items() if key not in (*_WIDTHS, *_UNITS)}
        width = {"fwhm": imagery["FWHM_UM"]} if "FWHM_UM" in imagery else {}
        return others | {"wavelength": imagery["CENTRAL_WAVELENGTH_UM"], "wavelength_units": "µm"} | width
    return tags


def _axis(tags: Sequence[dict[str, str]], whole: dict[str, str], file: Any) -> SpectralAxis:
    unit = _first(tags[0], _UNITS) or _first(whole, _UNITS[:3])
    widths = _column(tags, whole, _WIDTHS)
    centres = _column(tags, whole, _CENTRES)
    if np.isfinite(centres).any():
        return spectral_axis(centres, file.count, unit, widths if np.isfinite(widths).any() else ())
    return _described_axis(file.descriptions)


def _described_axis(descriptions: Sequence[str | None]) -> SpectralAxis:
    """Return wavelengths that stand in the descriptions: with a unit, or alone where nothing else fits."""
    bands = len(descriptions)
    matches = [_DESCRIBED.search(text or "") for text in descriptions]
    found = [match for match in matches if match]
    if len(found) == bands:
        return spectral_axis([float(m.group(1)) for m in found], bands, found[0].group(2))
    numbers = parse_numbers(descriptions)
    return spectral_axis(numbers if are_plausible(numbers) else (), bands)


def _first(tags: dict[str, str], keys: Sequence[str]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _column(
    tags: Sequence[dict[str, str]], whole: dict[str, str], keys: Sequence[str]
) -> NDArray[np.float64]:
    """Return one number per band: from its own tags, else from a list that belongs to the whole file."""
    own = parse_numbers([_first(band, keys) for band in tags])
    listed = _first(whole, keys)
    if np.isfinite(own).any() or listed is None:
        return own
    return parse_numbers([word for word in _LIST.split(listed) if word])


def _bad_bands(tags: Sequence[dict[str, str]], whole: dict[str, str]) -> NDArray[np.bool_] | None:
    good = _column(tags, whole, ("bbl", "good_bands"))
    if len(good) != len(tags) or not np.isfinite(good).any():
        return None
    bad: NDArray[np.bool_] = good == 0
    return bad


def _names(descriptions: Sequence[str | None]) -> tuple[str, ...]:
    if not any(descriptions):
        return ()
    return tuple(text or f"Band {i + 1}" for i, text in enumerate(descriptions))


def common_nodata(values: Sequence[float | None]) -> float | None:
    """Return the no-data value when all bands that have one agree."""
    stated = {value for value in values if value is not None}
    return float(stated.pop()) if len(stated) == 1 else None


def _georef(file: Any) -> GeoReference | None:
    transform = file.transform
    if transform.is_identity and file.crs is None:
        return None
    a, b, c, d, e, f = tuple(transform)[:6]
    return GeoReference((a, b, c, d, e, f), file.crs.to_wkt() if file.crs else None)


def _envi_header(file: Any) -> EnviHeader:
    """Return the fields of an ENVI header that GDAL keeps with a file, under keys without spaces."""
    tags = file.tags(ns="ENVI").items()
    return EnviHeader(
        Path(file.name), {key.lower().replace("_", " "): value.strip("{} \n") for key, value in tags}
    )


def _palette_classes(file: Any) -> ClassTable | None:
    """Return the classes of a raster with a palette: one per colour but the first, which is no class."""
    from rasterio.enums import ColorInterp

    if file.count != 1 or file.colorinterp[0] != ColorInterp.palette:
        return None
    palette = file.colormap(1)
    entries = [
        ClassEntry(value, f"Class {value}", color[:3])
        for value, color in sorted(palette.items())
        if value > 0 and color[3] > 0 and any(color[:3])
    ]
    return ClassTable(tuple(entries)) or None
