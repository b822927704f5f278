"""Cubes as the values of other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window

if TYPE_CHECKING:
    import xarray as xr


class Sliceable:
    """What dask needs of an array: shape, dtype and slices."""

    ndim = 3

    def __init__(self, cube: Cube) -> None:
        self._cube = cube
        self.shape = cube.shape
        self.dtype = cube.dtype

    def __getitem__(self, key: tuple[slice, slice, slice]) -> NDArray[Any]:
        row, col, band = (range(size)[part] for size, part in zip(self.shape, key, strict=True))
        if not len(row) or not len(col):
            return np.empty((len(row), len(col), len(band)), self.dtype)
        top, left = min(row[0], row[-1]), min(col[0], col[-1])
        window = Window(top, left, abs(row[-1] - row[0]) + 1, abs(col[-1] - col[0]) + 1)
        return self._cube.block(window, band)[row[0] - top :: row.step, col[0] - left :: col.step]


def cube_to_xarray(cube: Cube) -> xr.DataArray:
    """Return a lazy DataArray (row, col, band) of stored values, read chunk by chunk through dask.

    It has a coordinate ``wavelength`` (nm) along ``band`` where the cube knows it, ``good`` where bands are
    marked bad, and the scale factor, no-data value and coordinate system as attributes.
    """
    import dask.array as da
    import xarray as xr

    values = da.from_array(  # type: ignore[no-untyped-call]  # dask has no types
        Sliceable(cube), chunks="auto", name=False, fancy=False, asarray=False
    )
    return xr.DataArray(
        values,
        dims=("row", "col", "band"),
        coords=_coordinates(cube),
        name=cube.name,
        attrs=_attributes(cube),
    )


def _coordinates(cube: Cube) -> dict[str, Any]:
    along_band: dict[str, Any] = {
        "wavelength": cube.wavelengths_nm,
        "fwhm": cube.fwhm_nm,
        "good": None if cube.bad_bands is None else cube.good_bands(),
    }
    return {name: ("band", values) for name, values in along_band.items() if values is not None}


def _attributes(cube: Cube) -> dict[str, Any]:
    crs = None if cube.georef is None else cube.georef.crs_wkt
    transform = None if cube.georef is None else cube.georef.transform
    known = {
        "long_name": cube.quantity,
        "scale_factor": cube.scale_factor,
        "nodata": cube.nodata,
        "crs_wkt": crs,
        "transform": transform,
        "wavelength_units": None if cube.wavelengths_nm is None else "nm",
    }
    return {name: value for name, value in known.items() if value is not None}
