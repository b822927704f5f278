"""Tiled GeoTIFF whose bands carry their wavelengths as tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.io.gdal_output import raster_output
from hsi_studio.io.writers.blocks import read_blocks, storable, widened
from hsi_studio.io.writers.envi_header import class_names, listed

NAME = "GeoTIFF"
_TILE = 256
_TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64", "uint64", "int64")


def outputs(target: Path) -> tuple[Path, ...]:
    """Return the one file."""
    return (target,)


def write(cube: Cube, files: tuple[Path, ...], interleave: str | None, progress: Progress) -> tuple[str, ...]:
    """Write an uncompressed GeoTIFF in tiles, band after band; a BigTIFF when it may exceed 4 GB.

    Bands get the tags ``wavelength``, ``wavelength_units``, ``fwhm`` and ``bbl`` that EnMAP-Box reads and
    GDAL's own ``IMAGERY`` ones; what has no tag of its own goes to the domain ``ENVI``, as GDAL does.
    """
    if interleave not in (None, "bsq"):
        raise UsageError(f"GeoTIFF cannot be written as {interleave}", "leave out --interleave")
    dtype = storable(cube.dtype, _TYPES, NAME)
    chunk = (min(_TILE, cube.rows), min(_TILE, cube.cols), 1)
    with raster_output(files[0], **_profile(cube, dtype.name)) as target:
        _describe(cube, target.file)
        for window, bands, values in read_blocks(cube, dtype, chunk, progress):
            place = ((window.row, window.row_stop), (window.col, window.col_stop))
            target.write(values.transpose(2, 0, 1), [band + 1 for band in bands], window=place)
    return widened(cube, dtype, NAME)


def _profile(cube: Cube, dtype: str) -> dict[str, Any]:
    from rasterio.transform import Affine

    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": cube.rows,
        "width": cube.cols,
        "count": cube.bands,
        "dtype": dtype,
        "nodata": _nodata(cube.nodata, np.dtype(dtype)),
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "interleave": "band",
        "photometric": "minisblack",
        "BIGTIFF": "IF_SAFER",
    }
    if cube.georef is not None:
        profile |= {"transform": Affine(*cube.georef.transform), "crs": cube.georef.crs_wkt}
    return profile


def _nodata(value: float | None, dtype: np.dtype[Any]) -> float | None:
    """Return a no-data value if any stored value can equal it; GDAL refuses others."""
    limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return value if value is not None and limits.min <= value <= limits.max else None


def _describe(cube: Cube, target: Any) -> None:
    for band in range(cube.bands):
        target.update_tags(band + 1, **_band_tags(cube, band))
        if cube.wavelengths_nm is not None:
            target.update_tags(band + 1, ns="IMAGERY", **_imagery_tags(cube, band))
        if cube.band_names:
            target.set_band_description(band + 1, cube.band_names[band])
    if cube.scale_factor != 1.0:
        target.scales = [1 / cube.scale_factor] * cube.bands
    target.update_tags(ns="ENVI", **_envi_tags(cube))
    if cube.classes is not None and cube.dtype.name in ("uint8", "uint16"):
        target.write_colormap(1, _colormap(cube.classes))


def _band_tags(cube: Cube, band: int) -> dict[str, str]:
    tags: dict[str, str] = {}
    if cube.wavelengths_nm is not None:
        tags |= {"wavelength": repr(float(cube.wavelengths_nm[band])), "wavelength_units": "Nanometers"}
    if cube.fwhm_nm is not None:
        tags["fwhm"] = repr(float(cube.fwhm_nm[band]))
    if cube.bad_bands is not None:
        tags["bbl"] = str(int(not cube.bad_bands[band]))
    return tags


def _imagery_tags(cube: Cube, band: int) -> dict[str, str]:
    assert cube.wavelengths_nm is not None
    tags = {"CENTRAL_WAVELENGTH_UM": f"{cube.wavelengths_nm[band] / 1000:.12g}"}
    if cube.fwhm_nm is not None:
        tags["FWHM_UM"] = f"{cube.fwhm_nm[band] / 1000:.12g}"
    return tags


def _envi_tags(cube: Cube) -> dict[str, str]:
    tags: dict[str, str] = {}
    if cube.default_bands:
        tags["default_bands"] = listed(band + 1 for band in cube.default_bands)
    if cube.quantity not in ("value", "class"):
        tags["z_plot_titles"] = listed(("Wavelength", cube.quantity.capitalize()))
    if cube.classes is not None:
        tags["class_names"] = listed(class_names(cube.classes))
        tags["class_lookup"] = listed(cube.classes.lookup()[:, :3].ravel())
    return tags


def _colormap(classes: ClassTable) -> dict[int, tuple[int, ...]]:
    return {index: tuple(color) for index, color in enumerate(classes.lookup().tolist())}
