"""Products whose HDF5 layout is known: EMIT (NASA) and PRISMA (ASI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.source import CubeSource
from hsi_studio.core.wavelengths import spectral_axis
from hsi_studio.core.window import Window
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.container import cube_of
from hsi_studio.io.arrays.scaling import ScaledSource
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import COPY_AGAIN, damaged
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.hdf5 import Hdf5File, attributes_of

_EMIT_CUBES = ("reflectance", "radiance", "reflectance_uncertainty")
_EMIT_BANDS = "sensor_band_parameters/"
_SWATHS = "HDFEOS/SWATHS/"
# PRISMA stores lines as they are scanned.
_PRISMA_LAYOUT = Layout(3, rows=0, cols=2, bands=1)
_FULL_SCALE = 65535
_REFLECTANCE = ("PRS_L2C", "PRS_L2D")


def known_layout(file: Hdf5File, options: OpenOptions) -> Cube | None:
    """Return the cube of a product whose layout is known, else None."""
    variables = {variable.name: variable for variable in file.variables()}
    return _emit(file, variables, options) or _prisma(file, variables)


def _emit(file: Hdf5File, variables: Mapping[str, Variable], options: OpenOptions) -> Cube | None:
    """EMIT L1B and L2A: (downtrack, crosstrack, bands) in the sensor's own geometry."""
    name = next((name for name in _EMIT_CUBES if name in variables), None)
    if name is None or not any(other.startswith(_EMIT_BANDS) for other in variables):
        return None
    beside = [v for v in variables.values() if v.name == name or v.name.startswith(_EMIT_BANDS)]
    cube = cube_of(file, variables[name], beside, options)
    # In the sensor's geometry the transform belongs to the lookup table, not to the pixels of the cube.
    georef = None if "location/glt_x" in variables else _gdal_georef(attributes_of(file.file))
    return replace(cube, format="EMIT NetCDF", georef=georef, quantity=name.split("_")[0])


def _gdal_georef(attributes: Mapping[str, Any]) -> GeoReference | None:
    numbers = np.ravel(attributes.get("geotransform", ()))
    if numbers.size != 6 or numbers.dtype.kind not in "iuf":
        return None
    c, a, b, f, d, e = (float(number) for number in numbers)
    wkt = attributes.get("spatial_ref")
    return GeoReference((a, b, c, d, e, f), None if wkt is None else str(wkt))


class JoinedSource:
    """Some bands of several sources of the same rows and columns, in a new order.

    Parameters
    ----------
    parts : sequence of CubeSource
    bands : sequence of (part, band)
        Where each band of the result comes from.
    """

    def __init__(self, parts: Sequence[CubeSource], bands: Sequence[tuple[int, int]]) -> None:
        self._parts, self._bands = parts, bands

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, _ = self._parts[0].shape
        return rows, cols, len(self._bands)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._parts[0].dtype

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        out = np.empty((*window.shape(step), len(bands)), self.dtype)
        wanted = [self._bands[band] for band in bands]
        for part, source in enumerate(self._parts):
            places = [i for i, (owner, _) in enumerate(wanted) if owner == part]
            if places:
                out[:, :, places] = source.read(window, [wanted[i][1] for i in places], step)
        return out


def _prisma(file: Hdf5File, variables: Mapping[str, Variable]) -> Cube | None:
    """PRISMA L1 and L2: VNIR and SWIR cubes (rows, bands, cols) joined at rising wavelengths."""
    cubes = [v for name, v in variables.items() if name.startswith(_SWATHS) and name.endswith("R_Cube")]
    halves = {v.name.rsplit("/", 1)[-1][:4].title(): v for v in cubes if "HCO" in v.name or "HRC" in v.name}
    if not halves:
        return None
    with damaged(file.path):
        attributes = attributes_of(file.file)
    sources = [_physical(file, variable, half, attributes) for half, variable in halves.items()]
    centres, widths, origin = _prisma_bands(file, sources, list(halves), attributes)
    axis = spectral_axis(centres, len(origin), "nm", widths)
    return Cube(
        JoinedSource(sources, origin),
        name=file.path.name,
        path=file.path,
        format="PRISMA HDF5",
        wavelengths_nm=axis.wavelengths_nm,
        fwhm_nm=axis.fwhm_nm,
        georef=_prisma_georef(attributes, sources[0].shape),
        quantity="reflectance" if _level(halves) in _REFLECTANCE else "radiance",
        fingerprint=fingerprint([file.path]),
        notes=axis.notes,
    )


def _level(halves: Mapping[str, Variable]) -> str:
    """Return the level in the name of the swath, such as PRS_L2D."""
    return next(iter(halves.values())).name.removeprefix(_SWATHS)[:7]


def _physical(file: Hdf5File, variable: Variable, half: str, attributes: Mapping[str, Any]) -> ScaledSource:
    """Return reflectance, min + stored / 65535 · (max − min), or at level 1 radiance."""
    if len(variable.shape) != 3 or not variable.is_numeric:
        raise CubeFileError(f"{variable.name} in {file.path.name} has no rows, bands and columns", COPY_AGAIN)
    low = _attribute(attributes, f"L2Scale{half}Min")
    high = _attribute(attributes, f"L2Scale{half}Max")
    source = file.source(variable, _PRISMA_LAYOUT)
    if low is not None and high is not None:
        return ScaledSource(source, (high - low) / _FULL_SCALE, low, None)
    factor = _attribute(attributes, f"ScaleFactor_{half}") or 1.0
    return ScaledSource(source, 1 / factor, -(_attribute(attributes, f"Offset_{half}") or 0.0), None)


def _attribute(attributes: Mapping[str, Any], name: str) -> float | None:
    values = np.ravel(attributes.get(name, ()))
    return float(values[0]) if values.size and values.dtype.kind in "iuf" else None


def _prisma_bands(
    file: Hdf5File, sources: Sequence[CubeSource], halves: Sequence[str], attributes: Mapping[str, Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[tuple[int, int]]]:
    """Return centres, widths and (half, band) of the measured bands, by rising wavelength."""
    listed = []
    for part, (source, half) in enumerate(zip(sources, halves, strict=True)):
        centres, widths = (np.ravel(attributes.get(f"List_{k}_{half}", ())) for k in ("Cw", "Fwhm"))
        if not len(centres) == len(widths) == source.shape[2] or centres.dtype.kind not in "iuf":
            raise CubeFileError(f"{file.path.name} lists no wavelength for each {half} band", COPY_AGAIN)
        flags = np.ravel(attributes.get(f"List_Cw_{half}_Flags", np.ones(len(centres))))
        # Bands that are not measured have the wavelength zero.
        measured = np.flatnonzero((centres > 0) & (np.resize(flags, len(centres)) != 0))
        listed += [(float(centres[i]), float(widths[i]), (part, int(i))) for i in measured]
    if not listed:
        raise CubeFileError(f"{file.path.name} has no measured band", COPY_AGAIN)
    listed.sort()
    return np.array([b[0] for b in listed]), np.array([b[1] for b in listed]), [b[2] for b in listed]


def _prisma_georef(attributes: Mapping[str, Any], shape: tuple[int, int, int]) -> GeoReference | None:
    """L2D only: the corner attributes are centres of the outer pixels, in metres."""
    corners = [
        _attribute(attributes, f"Product_{corner}")
        for corner in ("ULcorner_easting", "LRcorner_easting", "ULcorner_northing", "LRcorner_northing")
    ]
    epsg = _attribute(attributes, "Epsg_Code")
    rows, cols, _ = shape
    if epsg is None or None in corners or min(rows, cols) < 2:
        return None
    left, right, top, bottom = (float(corner) for corner in corners if corner is not None)
    a, e = (right - left) / (cols - 1), (bottom - top) / (rows - 1)
    return GeoReference((a, 0.0, left - a / 2, 0.0, e, top - e / 2), _wkt(int(epsg)))


def _wkt(epsg: int) -> str | None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return str(CRS.from_epsg(epsg).to_wkt())
    except CRSError:
        return None
