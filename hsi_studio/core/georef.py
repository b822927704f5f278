"""Where a cube lies on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class GeoReference:
    """Affine map from pixels to map units, and the coordinate reference system.

    Parameters
    ----------
    transform : tuple of 6 floats
        (a, b, c, d, e, f) with x = a·col + b·row + c and y = d·col + e·row + f, where (row, col) = (0, 0) is
        the outer corner of the first pixel (the convention of GDAL's and rasterio's `Affine`).
    crs_wkt : str, optional
        Well-known text; None when only the transform is known.
    """

    transform: tuple[float, float, float, float, float, float]
    crs_wkt: str | None = None

    def to_map(self, row: float, col: float) -> tuple[float, float]:
        """Return map (x, y) of a pixel position; the centre of pixel (r, c) is (r + 0.5, c + 0.5)."""
        a, b, c, d, e, f = self.transform
        return a * col + b * row + c, d * col + e * row + f

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Length of a pixel's side along columns and along rows, in map units."""
        a, b, _, d, e, _ = self.transform
        return (a * a + d * d) ** 0.5, (b * b + e * e) ** 0.5

    @cached_property
    def crs_name(self) -> str | None:
        """Short name such as ``EPSG:32616``, else the name inside the text."""
        if not self.crs_wkt:
            return None
        from pyproj import CRS
        from pyproj.exceptions import CRSError

        try:
            crs = CRS.from_wkt(self.crs_wkt)
        except CRSError:
            return None
        authority = crs.to_authority()
        return ":".join(authority) if authority else crs.name

    @cached_property
    def metres_per_unit(self) -> float | None:
        """Metres in one map unit; None for degrees or an unknown system."""
        if not self.crs_wkt:
            return None
        from pyproj import CRS
        from pyproj.exceptions import CRSError

        try:
            axis = CRS.from_wkt(self.crs_wkt).axis_info[0]
        except (CRSError, IndexError):
            return None
        if "degree" in axis.unit_name.lower():
            return None
        return float(axis.unit_conversion_factor) or None
