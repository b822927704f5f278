"""The position on the ground that an ENVI header gives.

`map info` holds projection, reference pixel, its map coordinates, pixel sizes and, for UTM, zone, hemisphere
and datum. The reference pixel is counted from 1, and (1, 1) is the outer corner of the first pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from hsi_studio.core.georef import GeoReference
from hsi_studio.core.wavelengths import parse_numbers
from hsi_studio.io.readers.envi_header import EnviHeader

if TYPE_CHECKING:
    from pyproj import CRS

# EPSG code of a datum's geographic system, and what UTM zones add to for north and south.
_DATUMS = {
    "wgs84": (4326, 32600, 32700),
    "wgs1984": (4326, 32600, 32700),
    "wgs72": (4322, 32200, 32300),
    "wgs1972": (4322, 32200, 32300),
    "nad27": (4267, 26700, None),
    "northamerica1927": (4267, 26700, None),
    "nad83": (4269, 26900, None),
    "northamerica1983": (4269, 26900, None),
    "etrs89": (4258, 25800, None),
    "europeanterrestrialreferencesystem1989": (4258, 25800, None),
}
_UNREADABLE = "The header's `map info` could not be understood: the cube has no position on the ground."


def georeference(header: EnviHeader) -> tuple[GeoReference | None, str | None]:
    """Return where the cube lies, or None, and a note when part of that could not be understood."""
    info = [item for item in header.items("map info") if "=" not in item]
    if not info:
        return None, None
    transform = _transform(info, _named(header, "rotation"))
    if transform is None:
        return None, _UNREADABLE
    crs = _crs(header.text("coordinate system string"), info)
    if crs is not None:
        return GeoReference(transform, crs.to_wkt()), None
    note = f"The projection {info[0]} of `map info` is not known: map coordinates have no unit."
    return GeoReference(transform), None if info[0].lower().startswith(("arbitrary", "pixel")) else note


def _named(header: EnviHeader, name: str) -> float:
    """Return the number of an item such as ``rotation=53.0`` in `map info`, 0 when it is absent."""
    pairs = (item.partition("=") for item in header.items("map info"))
    texts = [value for key, _, value in pairs if key.strip().lower() == name]
    return float(parse_numbers(texts)[0]) if texts else 0.0


def _transform(
    info: Sequence[str], rotation: float
) -> tuple[float, float, float, float, float, float] | None:
    numbers = parse_numbers(info[1:7]).tolist()
    if len(numbers) < 6 or not all(map(math.isfinite, (*numbers, rotation))) or 0.0 in numbers[4:]:
        return None
    col, row, east, north, width, height = numbers
    # ENVI counts the angle counter-clockwise from map north, as GDAL's ENVI driver reads it too.
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    a, b, d, e = cos * width, sin * height, sin * width, -cos * height
    return a, b, east - a * (col - 1) - b * (row - 1), d, e, north - d * (col - 1) - e * (row - 1)


def _crs(text: str | None, info: Sequence[str]) -> CRS | None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    for given in (text, _epsg(info)):
        with suppress(CRSError):
            if given is not None:
                return CRS.from_user_input(given)
    return None


def _epsg(info: Sequence[str]) -> int | None:
    projection = info[0].lower()
    if projection.startswith("geographic"):
        datum = _datum(info[7:])
        return datum[0] if datum else None
    if projection != "utm" or len(info) < 9 or not info[7].isdecimal() or not 1 <= int(info[7]) <= 60:
        return None
    _, north, south = _datum(info[9:]) or (None, None, None)
    base = south if info[8].lower().startswith("s") else north
    return None if base is None else base + int(info[7])


def _datum(items: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Return the datum among the last items of `map info`; WGS 84 when none is named."""
    names = ["".join(filter(str.isalnum, item.lower())) for item in items]
    named = [name for name in names if name]
    return _DATUMS.get(named[0]) if named else _DATUMS["wgs84"]
