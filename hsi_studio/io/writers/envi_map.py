"""The position on the ground in an ENVI header: `map info` and `coordinate system string`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hsi_studio.core.georef import GeoReference

if TYPE_CHECKING:
    from pyproj import CRS


def map_fields(georef: GeoReference | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the header fields of a position, and a note when `map info` cannot express it.

    ENVI knows a rotation (degrees, counter-clockwise) of square pixels, but no shear and no mirroring.
    """
    if georef is None:
        return {}, ()
    a, b, c, d, e, f = georef.transform
    width, height = georef.pixel_size
    angle = math.atan2(d, a)
    cos, sin = math.cos(angle), math.sin(angle)
    expressed = (cos * width, sin * width, sin * height, -cos * height)
    tolerance = 1e-9 * max(width, height)
    if any(abs(x - y) > tolerance for x, y in zip(expressed, (a, b, d, e), strict=True)):
        return {}, ("ENVI cannot express this sheared or mirrored position; it is not kept.",)
    crs = _crs(georef)
    corner = [_projection(crs), "1", "1", *(repr(float(value)) for value in (c, f, width, height))]
    rotation = [f"rotation={math.degrees(angle)!r}"] if abs(angle) > 1e-12 else []
    return {"map info": _listed(corner + _system(crs) + rotation)} | _coordinate_system(crs), ()


def _projection(crs: CRS | None) -> str:
    if crs is not None and crs.is_geographic:
        return "Geographic Lat/Lon"
    return "UTM" if crs is not None and crs.utm_zone else "Arbitrary"


def _system(crs: CRS | None) -> list[str]:
    """Return zone, hemisphere, datum and units, as far as ENVI has a place for them."""
    if crs is None:
        return []
    zone = crs.utm_zone
    fields = [zone[:-1], "North" if zone.endswith("N") else "South"] if zone else []
    if crs.geodetic_crs is not None and crs.geodetic_crs.name == "WGS 84":
        fields.append("WGS-84")
    return [*fields, "units=Degrees" if crs.is_geographic else "units=Meters"]


def _coordinate_system(crs: CRS | None) -> dict[str, str]:
    from pyproj.exceptions import CRSError

    if crs is None:
        return {}
    try:
        return {"coordinate system string": "{" + crs.to_wkt("WKT1_ESRI") + "}"}
    except CRSError:  # ESRI's dialect lacks some projections
        return {"coordinate system string": "{" + crs.to_wkt() + "}"}


def _listed(items: list[str]) -> str:
    return "{" + ", ".join(items) + "}"


def _crs(georef: GeoReference) -> CRS | None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not georef.crs_wkt:
        return None
    try:
        return CRS.from_wkt(georef.crs_wkt)
    except CRSError:
        return None
