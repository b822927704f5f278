"""Labels and truths that are read and written, in the format that a file's ending tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.grid import Grid
from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.label_io import coco, polygons, raster, spectra_table
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.maps import map_files
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.outputs import refuse_source
from hsi_studio.io.readers.zarr_store import is_store
from hsi_studio.io.registry import open_cube

_Read = Callable[[Path, Grid, OpenOptions, Progress], ClassRaster]
_Write = Callable[[Path, LabelledScene, Progress], tuple[Path, ...]]


@dataclass(frozen=True)
class LabelFormat:
    """A format of labels: its name, endings (the first is proposed), and whether it needs a position."""

    name: str
    endings: tuple[str, ...]
    read: _Read
    write: _Write
    on_ground: bool = False


FORMATS = (
    LabelFormat("GeoTIFF", (".tif", ".tiff"), raster.read, raster.write),
    LabelFormat(
        "ENVI classification",
        (".hdr", ".img", ".dat", ".raw", ".bsq", ".bil", ".bip"),
        raster.read,
        raster.write,
    ),
    LabelFormat("Indexed PNG", (".png",), raster.read, raster.write),
    LabelFormat("NumPy", (".npy",), raster.read, raster.write),
    LabelFormat("NumPy archive", (".npz",), raster.read, raster.write_npz),
    LabelFormat("MATLAB", (".mat",), raster.read, raster.write_mat),
    LabelFormat("COCO", (".json",), coco.read, coco.write),
    LabelFormat("GeoPackage polygons", (".gpkg",), polygons.read, polygons.write, on_ground=True),
    LabelFormat("GeoJSON polygons", (".geojson",), polygons.read, polygons.write, on_ground=True),
    LabelFormat("Table of labelled spectra", (".csv",), spectra_table.read, spectra_table.write),
)

_BY_ENDING = {ending: one for one in FORMATS for ending in one.endings}


def format_of(path: Path) -> LabelFormat:
    """Return the format that labels are written in.

    Raises
    ------
    UsageError
        For an unknown ending, listing the known.
    """
    found = _BY_ENDING.get(path.suffix.lower())
    if found is None:
        endings = ", ".join(one.endings[0] for one in FORMATS)
        raise UsageError(f"{path.name} has no ending of a format of labels", f"end it in one of {endings}")
    return found


def is_raster(path: Path) -> bool:
    """Tell whether a file, by its ending, could be a cube as well as labels."""
    found = _BY_ENDING.get(path.suffix.lower())
    return found is None or found.read is raster.read


def read_labels(
    path: Path, grid: Grid, options: OpenOptions | None = None, progress: Progress | None = None
) -> ClassRaster:
    """Read labels that lie on a grid, with their names and colours where the file has them.

    Parameters
    ----------
    path : Path
        Of one of `FORMATS`, or any raster that `open_cube` knows.
    grid : Grid
        The image that they belong to.
    options : OpenOptions, optional
        `variable` chooses among several arrays, layers or images.

    Raises
    ------
    CubeFileError
        With cause and remedy; `ChoiceNeeded` when only the user can choose.
    UsageError
        When the sizes differ, with both.
    """
    known = _BY_ENDING.get(path.suffix.lower())
    read = raster.read if known is None else known.read
    require_file(path)
    options = replace(options or OpenOptions(), raster_size=(grid.rows, grid.cols))
    found = read(path, grid, options, progress or Progress())
    same_size(found.ids, (grid.rows, grid.cols), path.name, grid.name)
    return found


def write_labels(path: Path, scene: LabelledScene, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write labels in the format of the ending and return the files; existing ones are replaced.

    Raises
    ------
    UsageError
        When the format cannot hold them.
    HsiError
        When a file cannot be written, or belongs to the cube; older files then stay as they were.
    """
    chosen = format_of(path)
    if scene.cube is not None:
        refuse_source(scene.cube, label_files(path))
    return chosen.write(path, scene, progress or Progress())


def label_files(path: Path) -> tuple[Path, ...]:
    """Return the files that labels of a name become.

    Raises
    ------
    UsageError
        For an unknown ending, listing the known.
    """
    return map_files(path) if format_of(path).write is raster.write else (path,)


def read_ids(
    path: Path, *, variable: str | None = None, size: tuple[int, int] | None = None
) -> NDArray[np.int16]:
    """Read a raster of class ids (rows, cols) by itself; no-data and 0 mean unlabelled.

    Parameters
    ----------
    path : Path
    variable : str, optional
        Of several arrays in the file.
    size : (int, int), optional
        Rows and columns of the scene: of several arrays the one of that size is taken.

    Raises
    ------
    CubeFileError
        When it has several bands, or values that are no ids; `ChoiceNeeded` when only the user can choose.
    """
    require_file(path)
    options = OpenOptions(variable=variable, raster_size=size)
    return raster.class_raster(open_cube(path, options=options)).ids.astype(np.int16)


def same_size(ids: NDArray[Any], shape: tuple[int, int], what: str, of: str) -> None:
    """Refuse a raster that does not lie over another.

    Raises
    ------
    UsageError
        With both sizes.
    """
    if ids.shape != shape:
        raise UsageError(
            f"{what} has {ids.shape[0]} × {ids.shape[1]} pixels but {of} has {shape[0]} × {shape[1]}",
            "use rasters of the same scene",
        )


def require_file(path: Path) -> None:
    """Refuse what is no file of labels; the registry tells what keeps it from being read.

    Raises
    ------
    CubeFileError
        When there is nothing, or a folder that is no Zarr store.
    """
    if path.is_dir() and not is_store(path):
        raise CubeFileError(f"{path.resolve().name or path} is a folder", "name a file of labels")
    if not path.is_file() and not path.is_dir():
        open_cube(path)
