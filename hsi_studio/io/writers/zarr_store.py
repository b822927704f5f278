"""Zarr: a folder of chunks that xarray opens with its coordinates."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.io.writers.blocks import read_blocks

NAME = "Zarr"
# About 2 MB of float32: a band of the whole scene and a spectrum of one pixel both read few chunks.
_CHUNK = (128, 128, 32)


def outputs(target: Path) -> tuple[Path, ...]:
    """Return the one folder."""
    return (target,)


def write(cube: Cube, files: tuple[Path, ...], interleave: str | None, progress: Progress) -> tuple[str, ...]:
    """Write a group with the array ``cube`` (row, col, band) and one coordinate array per band property."""
    import zarr

    if interleave is not None:
        raise UsageError("Zarr has no interleave", "leave out --interleave")
    chunk = (min(_CHUNK[0], cube.rows), min(_CHUNK[1], cube.cols), min(_CHUNK[2], cube.bands))
    group = zarr.open_group(files[0], mode="w")
    group.attrs.update(_attributes(cube))
    values = group.create_array(
        "cube", shape=cube.shape, chunks=chunk, dtype=cube.dtype, dimension_names=("row", "col", "band")
    )
    values.attrs["coordinates"] = " ".join(_write_coordinates(cube, group))
    for window, bands, block in read_blocks(cube, cube.dtype, chunk, progress):
        values[(*window.slices(), slice(bands.start, bands.stop))] = block
    _consolidate(files[0])
    return ()


def _consolidate(folder: Path) -> None:
    """Gather the metadata in one place, where xarray looks first."""
    import zarr

    with warnings.catch_warnings():
        # zarr warns that version 3 of the format does not specify this yet.
        warnings.simplefilter("ignore")
        zarr.consolidate_metadata(folder)


def _write_coordinates(cube: Cube, group: Any) -> list[str]:
    columns = {
        "wavelength": (cube.wavelengths_nm, "nm"),
        "fwhm": (cube.fwhm_nm, "nm"),
        "good_bands": (None if cube.bad_bands is None else cube.good_bands().astype(np.uint8), ""),
    }
    present = {name: column for name, column in columns.items() if column[0] is not None}
    for name, (values, unit) in present.items():
        array = group.create_array(name, data=values, dimension_names=("band",))
        if unit:
            array.attrs["units"] = unit
    return list(present)


def _attributes(cube: Cube) -> dict[str, Any]:
    attributes: dict[str, Any] = {"scale_factor": cube.scale_factor, "quantity": cube.quantity}
    if cube.nodata is not None and math.isfinite(cube.nodata):  # JSON has no NaN, which needs no mark
        attributes["nodata"] = cube.nodata
    if cube.georef is not None:
        attributes |= {"transform": list(cube.georef.transform), "crs_wkt": cube.georef.crs_wkt}
    if cube.band_names:
        attributes["band_names"] = list(cube.band_names)
    if cube.default_bands:
        attributes["default_bands"] = list(cube.default_bands)
    if cube.classes is not None:
        attributes["classes"] = [
            {"id": entry.id, "name": entry.name, "color": list(entry.color)} for entry in cube.classes
        ]
    return attributes
