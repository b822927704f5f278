"""Rasters of class ids: ENVI classification, GeoTIFF, .npy, .npz, .mat, indexed PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import MOST_ID, Ids
from hsi_studio.core.palette import default_colors
from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.label_io.scene import LabelledScene, LabelSource
from hsi_studio.io.maps import write_class_map
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube


def read(path: Path, grid: Grid, options: OpenOptions, progress: Progress) -> ClassRaster:  # noqa: ARG001
    """Read the one band of any format that `open_cube` knows; names and colours where the file has them."""
    return class_raster(open_cube(path, options=options, progress=progress))


def class_raster(file: Cube) -> ClassRaster:
    """Return the class ids of an open file; no-data and 0 mean unlabelled.

    Raises
    ------
    CubeFileError
        When it has several bands, or values that are no ids.
    """
    ids = _ids(file)
    return ClassRaster(file.name, ids, numbered(ids) if file.classes is None else file.classes)


def numbered(ids: NDArray[np.integer]) -> ClassTable:
    """Return a class "Class N" for each id N in a raster but 0."""
    present = [int(id) for id in np.unique(ids) if id]
    colors = default_colors(len(present))
    return ClassTable(
        tuple(ClassEntry(id, f"Class {id}", color) for id, color in zip(present, colors, strict=True))
    )


def _ids(file: Cube) -> Ids:
    if file.bands != 1:
        raise CubeFileError(
            f"{file.name} has {file.bands} bands, a raster of class ids has one", "choose another file"
        )
    stored = file.band(0)
    values = np.where(file.invalid(stored), 0, stored)
    if not values.size or values.min() < 0 or values.max() > MOST_ID or (values != np.round(values)).any():
        extent = f"values from {values.min():g} to {values.max():g}" if values.size else "no values"
        raise CubeFileError(
            f"{file.name} holds {extent}, not class ids",
            f"choose a raster of whole numbers from 0 (unlabelled) to {MOST_ID}",
        )
    return values.astype(np.uint16)


def write(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write ENVI, GeoTIFF, .npy or .png; memory stays bounded except for the last two."""
    largest = max((entry.id for entry in scene.classes), default=0)
    dtype = np.dtype(np.uint8) if largest < 256 else np.dtype(np.uint16)
    cube = Cube(
        LabelSource(scene.labels, dtype),
        path.stem,
        georef=scene.grid.georef,
        classes=scene.classes,
        quantity="class",
    )
    return write_class_map(path, cube, progress)


def write_npz(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write the arrays ``labels`` (rows, cols), ``class_ids`` and ``class_names``."""
    progress.update(None, "writing")
    ids, names = _names(scene)
    with atomic_output(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, labels=scene.labels.to_array(), class_ids=ids, class_names=np.array(names))
    return (path,)


def write_mat(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write the variables ``labels`` (rows, cols), ``class_ids`` and the cell array ``class_names``."""
    from scipy.io import savemat

    progress.update(None, "writing")
    ids, names = _names(scene)
    content = {
        "labels": scene.labels.to_array(),
        "class_ids": ids,
        "class_names": np.array(names, dtype=object),
    }
    with atomic_output(path) as temporary:
        savemat(str(temporary), content, appendmat=False, do_compression=True)
    return (path,)


def _names(scene: LabelledScene) -> tuple[NDArray[np.uint16], list[str]]:
    entries = list(scene.classes)
    return np.array([entry.id for entry in entries], np.uint16), [entry.name for entry in entries]
