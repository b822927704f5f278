"""The text of an ENVI header.

Keys as described in "ENVI Header Files" of the ENVI documentation (L3Harris Geospatial).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.io.writers.envi_map import map_fields

# In the order in which a value's type is looked for.
DATA_TYPES = {
    "uint8": 1,
    "int16": 2,
    "uint16": 12,
    "int32": 3,
    "uint32": 13,
    "int64": 14,
    "uint64": 15,
    "float32": 4,
    "float64": 5,
}

# Lists have no quoting: these characters would end an item or the list.
_FORBIDDEN = str.maketrans({",": ";", "{": "(", "}": ")", "\n": " ", "\r": " "})


def header_text(
    cube: Cube, dtype: np.dtype[Any], interleave: str, offset: int
) -> tuple[str, tuple[str, ...]]:
    """Return the header of a cube stored as little-endian `dtype`, and notes on what it cannot hold."""
    layout: dict[str, Any] = {
        "samples": cube.cols,
        "lines": cube.rows,
        "bands": cube.bands,
        "header offset": offset,
        "file type": "ENVI Standard" if cube.classes is None else "ENVI Classification",
        "data type": DATA_TYPES[dtype.name],
        "interleave": interleave,
        "byte order": 0,
    }
    position, notes = map_fields(cube.georef)
    fields = layout | _band_fields(cube) | _value_fields(cube) | position
    if cube.classes is not None:
        fields |= class_fields(cube.classes)
    return "\n".join(("ENVI", *field_lines(fields), "")), notes


def field_lines(fields: Mapping[str, Any]) -> list[str]:
    """Return the lines of a header that say what `fields` holds."""
    return [f"{key} = {_text(value)}" for key, value in fields.items()]


def _band_fields(cube: Cube) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if cube.band_names:
        fields["band names"] = cube.band_names
    if cube.default_bands:
        fields["default bands"] = [band + 1 for band in cube.default_bands]
    if cube.wavelengths_nm is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": cube.wavelengths_nm}
    if cube.fwhm_nm is not None:
        fields["fwhm"] = cube.fwhm_nm
    if cube.bad_bands is not None:
        fields["bbl"] = cube.good_bands().astype(int)
    return fields


def _value_fields(cube: Cube) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if cube.scale_factor != 1.0:
        fields["reflectance scale factor"] = cube.scale_factor
    if cube.nodata is not None:
        fields["data ignore value"] = cube.nodata
    if cube.quantity not in ("value", "class"):
        fields["z plot titles"] = ("Wavelength", cube.quantity.capitalize())
    return fields


def class_fields(classes: ClassTable) -> dict[str, Any]:
    """Return the fields of a header that name classes and their colours."""
    names = class_names(classes)
    lookup = classes.lookup()[:, :3].ravel()
    return {"classes": len(names), "class names": names, "class lookup": lookup}


def class_names(classes: ClassTable) -> list[str]:
    """Return one name per id from 0 to the largest; ENVI has no gaps in the ids."""
    names = {entry.id: entry.name for entry in classes} | {0: "Unclassified"}
    return [names.get(i, f"class {i}") for i in range(max(names) + 1)]


def listed(values: Iterable[Any]) -> str:
    """Return values as an ENVI list ``{a, b}``; commas and braces inside an item are replaced."""
    return "{" + ", ".join(_items(values)) + "}"


def _text(value: Any) -> str:
    if isinstance(value, (str, int)):
        return str(value)
    return _number(value) if isinstance(value, float) else listed(value)


def _items(values: Iterable[Any]) -> Iterator[str]:
    for value in values.tolist() if isinstance(values, np.ndarray) else values:
        yield _number(value) if isinstance(value, float) else str(value).translate(_FORBIDDEN)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
