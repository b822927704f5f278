"""`hsi-studio info`: what a file is."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from hsi_studio.cli.options import Json, with_cube
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.core.cube import Cube
from hsi_studio.core.facts import facts
from hsi_studio.core.indices import available_indices
from hsi_studio.core.presets import presets


@with_cube
def info(cube: Cube, *, as_json: Json = False) -> None:
    """Tell what a file is: size, values, wavelengths, position, and what had to be guessed.

    Opens ENVI, ERDAS LAN, GeoTIFF and whatever GDAL reads, multi-page TIFF, NumPy, MATLAB, HDF5, NetCDF,
    Zarr and Specim capture folders.

    For example:

    - `hsi-studio info scene.hdr`

    - `hsi-studio info scene.mat --variable cube --json`
    """
    if as_json:
        print_json(description(cube))
    else:
        # Remarks were printed on opening.
        print_table(cube.name, ("", ""), [fact for fact in facts(cube) if fact[0] != "Note"])


def description(cube: Cube) -> dict[str, Any]:
    """Return everything that the file told about itself, under the names of the JSON contract."""
    georef = cube.georef
    return {
        "name": cube.name,
        "path": cube.path,
        "format": cube.format,
        "rows": cube.rows,
        "cols": cube.cols,
        "bands": cube.bands,
        "dtype": cube.dtype.name,
        "interleave": cube.interleave,
        "band_axis": cube.band_axis,
        "wavelengths_nm": cube.wavelengths_nm,
        "fwhm_nm": cube.fwhm_nm,
        "band_names": cube.band_names,
        "default_bands": cube.default_bands,
        "bad_bands": [] if cube.bad_bands is None else np.flatnonzero(cube.bad_bands),
        "scale_factor": cube.scale_factor,
        "nodata": cube.nodata,
        "quantity": cube.quantity,
        "crs": None if georef is None else georef.crs_name or georef.crs_wkt,
        "transform": None if georef is None else georef.transform,
        "pixel_size": None if georef is None else georef.pixel_size,
        "classes": None if cube.classes is None else [asdict(entry) for entry in cube.classes],
        "presets": list(presets(cube)),
        "indices": [index.name for index in available_indices(cube)],
        "size_bytes": math.prod(cube.shape) * cube.dtype.itemsize,
        "fingerprint": cube.fingerprint,
        "notes": cube.notes,
    }
