"""How large a pixel is on the ground."""

from __future__ import annotations

import math

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference


def metres_per_pixel(cube: Cube) -> float | None:
    """Return the length along a row of the pixel in the middle; None without a known position.

    For geographic coordinates it is the distance on the ellipsoid between the ends of that pixel.
    """
    sides = _sides(cube)
    return None if sides is None else sides[0]


def pixel_area(cube: Cube) -> float | None:
    """Return the area in m² of the pixel in the middle; None without a known position."""
    sides = _sides(cube)
    return None if sides is None else sides[0] * sides[1]


def _sides(cube: Cube) -> tuple[float, float] | None:
    """Return the lengths in metres, along a row and along a column, of the pixel in the middle."""
    georef = cube.georef
    if georef is None:
        return None
    if georef.metres_per_unit is not None:
        along, down = (side * georef.metres_per_unit for side in georef.pixel_size)
    else:
        along, down = _geodesic_sides(georef, cube.rows / 2, cube.cols / 2)
    return (along, down) if along > 0 and down > 0 else None


def _geodesic_sides(georef: GeoReference, row: float, col: float) -> tuple[float, float]:
    """Return the lengths of a pixel on the ellipsoid; zeros where there is none."""
    if not georef.crs_wkt:
        return 0.0, 0.0
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_wkt(georef.crs_wkt)
    except CRSError:
        return 0.0, 0.0
    ellipsoid = crs.get_geod()
    if not crs.is_geographic or ellipsoid is None:
        return 0.0, 0.0
    ends = (
        (georef.to_map(row, col - 0.5), georef.to_map(row, col + 0.5)),
        (georef.to_map(row - 0.5, col), georef.to_map(row + 0.5, col)),
    )
    lengths = [float(ellipsoid.inv(*first, *second)[2]) for first, second in ends]
    return (lengths[0], lengths[1]) if all(map(math.isfinite, lengths)) else (0.0, 0.0)
