"""Maps that are written: class ids and confidence, computed window by window."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import ArraySource
from hsi_studio.core.view import DEFAULT_COLORMAP
from hsi_studio.errors import UsageError
from hsi_studio.io.atomic import atomic_output, unwritten
from hsi_studio.io.convert import WRITERS, convert
from hsi_studio.io.gdal_output import raster_output
from hsi_studio.io.outputs import require_space
from hsi_studio.io.picture import write_png
from hsi_studio.io.scratch import mapped

_PNG_PIXELS = 100_000_000


def spool(shape: tuple[int, int], beside: Path, *dtypes: type[np.generic]) -> list[NDArray[Any]]:
    """Return an empty raster of `shape` per type, on the disk of the file that will be made from them.

    They have no name there and are gone with the arrays.

    Raises
    ------
    HsiError
        When there is no folder, or no space for rasters and file.
    """
    size = sum(np.dtype(dtype).itemsize for dtype in dtypes)
    try:
        require_space(2 * shape[0] * shape[1] * size, beside, f"Making {beside.name}")
        rasters = []
        for dtype in dtypes:
            with tempfile.TemporaryFile(dir=beside.parent) as file:
                rasters.append(mapped(file, shape, dtype))
    except OSError as error:
        raise unwritten(error, beside) from error
    return rasters


def map_files(path: Path) -> tuple[Path, ...]:
    """Return the files that a map of a name becomes: two for ENVI, else one.

    Raises
    ------
    UsageError
        For an ending that no map has, listing those that one has.
    """
    ending = path.suffix.lower()
    endings = [known for known in (*WRITERS, ".png") if known != ".zarr"]
    if ending not in endings:
        raise UsageError(f"{path.name} has no ending of a map", f"end it in one of {', '.join(endings)}")
    return (path,) if ending in (".npy", ".png") else WRITERS[ending].outputs(path)


def write_map(
    path: Path,
    ids: NDArray[np.int16],
    classes: ClassTable,
    georef: GeoReference | None = None,
    progress: Progress | None = None,
) -> None:
    """Write class ids in the format of the ending: .tif, .hdr and the like (ENVI), .npy, or .png in colour.

    GeoTIFF and ENVI keep position, class names and colours; a .png is a palette whose indices are the ids.
    An existing file is replaced.
    """
    dtype = np.uint8 if max((entry.id for entry in classes), default=0) < 256 else np.uint16
    source = _source(ids, dtype)
    write_class_map(path, Cube(source, path.stem, georef=georef, classes=classes, quantity="class"), progress)


def write_class_map(path: Path, cube: Cube, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write the one band of a cube with classes as `write_map` does, and return the files."""
    if path.suffix.lower() == ".png":
        _write_palette(path, cube)
        return (path,)
    return _write(path, cube, progress)


def write_confidence(
    path: Path,
    values: NDArray[np.float32],
    georef: GeoReference | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a confidence raster (0 to 1): .tif, ENVI, .npy, or .png in shades of the default colour map."""
    if path.suffix.lower() == ".png":
        from matplotlib import colormaps

        _require_png(values.shape)
        write_png(path, colormaps[DEFAULT_COLORMAP](np.clip(values, 0, 1), bytes=True))
        return
    _write(path, Cube(_source(values, np.float32), path.stem, georef=georef, quantity="confidence"), progress)


def write_scores(
    path: Path,
    values: NDArray[np.float32],
    georef: GeoReference | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a raster of scores of any range as it is: .tif, ENVI or .npy; NaN where nothing was measured."""
    _write(path, Cube(_source(values, np.float32), path.stem, georef=georef, quantity="score"), progress)


def _write(path: Path, cube: Cube, progress: Progress | None) -> tuple[Path, ...]:
    if path.suffix.lower() != ".npy":
        return convert(cube, path, overwrite=True, progress=progress).files
    # As two axes, which is what scripts expect of a map; `convert` would keep a third for the band.
    with atomic_output(path) as temporary, temporary.open("wb") as file:
        # Into a file of the system, NumPy writes by itself and does not tell when the last bytes fail.
        np.save(SimpleNamespace(write=file.write), cube.band(0), allow_pickle=False)
    return (path,)


class _Cast:
    """An array that becomes another type where it is sliced, so that a map on disk stays there."""

    def __init__(self, values: NDArray[Any], dtype: Any) -> None:
        self._values = values
        self.dtype = np.dtype(dtype)
        self.shape, self.ndim = values.shape, values.ndim

    def __getitem__(self, place: Any) -> Any:
        return self._values[place].astype(self.dtype)


def _source(values: NDArray[Any], dtype: Any) -> ArraySource:
    return ArraySource(_Cast(values[:, :, np.newaxis], dtype))  # type: ignore[arg-type]


def _write_palette(path: Path, cube: Cube) -> None:
    _require_png(cube.shape)
    if cube.dtype != np.uint8 or cube.classes is None:
        raise UsageError("A .png holds ids up to 255", "write a .tif")
    palette = {index: tuple(color) for index, color in enumerate(cube.classes.lookup().tolist())}
    size = {"height": cube.rows, "width": cube.cols, "count": 1, "dtype": "uint8"}
    with atomic_output(path) as temporary, raster_output(temporary, driver="PNG", **size) as target:
        target.write(cube.band(0), 1)
        target.file.write_colormap(1, palette)


def _require_png(shape: tuple[int, ...]) -> None:
    if shape[0] * shape[1] > _PNG_PIXELS:
        raise UsageError(f"A .png of {shape[0]} × {shape[1]} pixels is too large", "write a .tif")
