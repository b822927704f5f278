"""How large a pixel is on the ground."""

from __future__ import annotations

import math

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference


def metres_per_pixel(cube: Cube) -> float | None:
    """Return the length along a row of the pixel in the middle; None without a known position.

    For geographic coordinates it is the distance on the ellipsoid between the ends of that pixel.
    """
    georef = cube.georef
    if georef is None:
        return None
    if georef.metres_per_unit is not None:
        return georef.pixel_size[0] * georef.metres_per_unit or None
    return _geodesic(georef, cube.rows / 2, cube.cols / 2)


def _geodesic(georef: GeoReference, row: float, col: float) -> float | None:
    if not georef.crs_wkt:
        return None
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_wkt(georef.crs_wkt)
    except CRSError:
        return None
    ellipsoid = crs.get_geod()
    if not crs.is_geographic or ellipsoid is None:
        return None
    (west, south), (east, north) = georef.to_map(row, col - 0.5), georef.to_map(row, col + 0.5)
    metres = ellipsoid.inv(west, south, east, north)[2]
    return metres if math.isfinite(metres) and metres > 0 else None
