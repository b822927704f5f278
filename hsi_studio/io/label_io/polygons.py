"""Polygons on the ground: GeoPackage, GeoJSON, and whatever vector format GDAL reads."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import MOST_ID
from hsi_studio.core.palette import default_colors
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Choice, ChoiceNeeded, CubeFileError, UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.guard import damaged
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.options import OpenOptions

_MOST_POLYGONS = 5_000_000
_LAYER = "labels"
_ID_FIELDS = ("class_id", "classid", "class_value", "id_class", "value", "dn", "macroclass_id")
_NAME_FIELDS = ("class", "class_name", "classname", "label", "name", "category", "type")
_LON_LAT = "EPSG:4326"


def write(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write the outline of every connected region (neighbours by a side) with the id and name of its class.

    A GeoPackage keeps the cube's coordinate system; GeoJSON is in longitude and latitude (WGS 84), as its
    specification RFC 7946 demands.

    Raises
    ------
    UsageError
        When the cube has no position, or for GeoJSON no coordinate system.
    """
    georef = _required(scene, path)
    progress.update(None, "outlining")
    outlines, ids = _outlines(scene, georef)
    names = {entry.id: entry.name for entry in scene.classes}
    crs = georef.crs_wkt
    if _is_json(path):
        outlines, crs = _moved(outlines, georef.crs_wkt, _LON_LAT), _LON_LAT
    progress.update(None, "writing")
    content = _content(path, outlines, crs, ids, [names.get(int(id), "") for id in ids])
    with atomic_output(path) as temporary:
        temporary.write_bytes(content)
    return (path,)


def _required(scene: LabelledScene, path: Path) -> GeoReference:
    georef = scene.grid.georef
    if georef is None:
        raise UsageError(
            f"{scene.grid.name} has no position on the ground, which polygons need",
            "write a raster such as .tif",
        )
    if _is_json(path) and not georef.crs_wkt:
        raise UsageError(
            f"{scene.grid.name} has no coordinate system, which GeoJSON needs", "write a .gpkg or a raster"
        )
    return georef


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".geojson"


def _outlines(scene: LabelledScene, georef: GeoReference) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return the outlines (n,) in the coordinates of the cube, and their ids."""
    import shapely
    from rasterio.features import shapes
    from rasterio.transform import Affine

    window = scene.window()
    values = scene.labels.read(window)
    corner = Affine(*georef.transform) @ Affine.translation(window.col, window.row)
    found = list(shapes(values, mask=values != 0, connectivity=4, transform=corner)) if values.size else []
    outlines = np.array([shapely.geometry.shape(outline) for outline, _ in found], dtype=object)
    return outlines, np.array([int(id) for _, id in found], np.int32)


def _moved(outlines: NDArray[Any], source: str | None, target: str) -> NDArray[Any]:
    """Return outlines in another coordinate system, longitude or easting first."""
    import shapely
    from pyproj import Transformer

    if source is None or not len(outlines):
        return outlines
    change = Transformer.from_crs(source, target, always_xy=True)
    moved: NDArray[Any] = shapely.transform(
        outlines, lambda points: np.stack(change.transform(points[:, 0], points[:, 1]), axis=1)
    )
    return moved


def _content(
    path: Path, outlines: NDArray[Any], crs: str | None, ids: NDArray[np.int32], names: list[str]
) -> bytes:
    """Return what the file will hold: GDAL does not tell every failure to write to a disk."""
    import shapely
    from pyogrio.raw import write

    content = io.BytesIO()
    precise = {"RFC7946": "YES", "COORDINATE_PRECISION": "10"} if _is_json(path) else {}
    with warnings.catch_warnings():
        # pyogrio warns of a missing coordinate system, which we keep missing.
        warnings.simplefilter("ignore", UserWarning)
        write(
            content,
            shapely.to_wkb(outlines) if len(outlines) else np.zeros(0, object),
            [ids, np.array(names, dtype=object)],
            ["class_id", "class"],
            driver="GeoJSON" if _is_json(path) else "GPKG",
            layer=_LAYER,
            geometry_type="Polygon",
            crs=crs,
            layer_options=precise,
        )
    return content.getvalue()


def read(path: Path, grid: Grid, options: OpenOptions, progress: Progress) -> ClassRaster:
    """Burn polygons into the pixels whose centres they hold; later ones lie on top.

    The class is told by a field such as ``class_id`` or ``class``; without one every polygon is of one class.

    Raises
    ------
    CubeFileError
        When the file holds no polygons, or none lies on the image; `ChoiceNeeded` when it has several layers.
    """
    if grid.georef is None:
        raise CubeFileError(
            f"{grid.name} has no position on the ground, so polygons have no place on it",
            "import a raster of its size",
        )
    progress.update(None, "reading")
    with damaged(path):
        meta, outlines, columns = _load(path, options.variable)
    with damaged(path):
        outlines = _moved(outlines, meta["crs"] if grid.georef.crs_wkt else None, grid.georef.crs_wkt or "")
        classes, ids = _classes(columns, len(outlines))
    burnt = _burn(path, outlines, ids, grid, grid.georef)
    return ClassRaster(path.name, burnt, classes)


def _load(path: Path, layer: str | None) -> tuple[dict[str, Any], NDArray[Any], dict[str, NDArray[Any]]]:
    import shapely
    from pyogrio import list_layers, read_info
    from pyogrio.raw import read

    layers = [str(name) for name, kind in list_layers(path) if kind is not None]
    if not layers:
        raise CubeFileError(f"{path.name} holds no polygons", "choose another file")
    if layer is None and len(layers) > 1:
        choices = [Choice(name, name) for name in layers]
        raise ChoiceNeeded(f"{path.name} holds {len(layers)} layers", "variable", choices)
    if read_info(path, layer=layer or layers[0], force_feature_count=True)["features"] > _MOST_POLYGONS:
        raise CubeFileError(f"{path.name} holds over {_MOST_POLYGONS} polygons", "import a raster instead")
    meta, _, geometry, values = read(path, layer=layer or layers[0], force_2d=True)
    outlines = shapely.from_wkb(geometry)
    filled = np.isin(shapely.get_type_id(outlines), (3, 6)) & ~shapely.is_empty(outlines)
    if not filled.any():
        raise CubeFileError(f"{path.name} holds no polygons", "choose another file or layer")
    names = [str(name).lower() for name in meta["fields"]]
    return meta, outlines[filled], {n: v[filled] for n, v in zip(names, values, strict=True)}


def _classes(columns: dict[str, NDArray[Any]], count: int) -> tuple[ClassTable, NDArray[np.int64]]:
    """Return the classes that the fields tell and the id of each polygon; 0 where a field has no value."""
    named = next((columns[field] for field in _NAME_FIELDS if field in columns), None)
    numbered = next((columns[f] for f in _ID_FIELDS if f in columns and columns[f].dtype.kind in "iuf"), None)
    names = np.full(count, "Class", object) if named is None else _texts(named)
    if numbered is None and named is not None and named.dtype.kind in "iuf":
        numbered = named
    if numbered is None:
        found = sorted({name for name in names if name})
        ids = np.array([found.index(name) + 1 if name else 0 for name in names], np.int64)
    else:
        ids = np.where(np.isfinite(numbered), numbered, 0).astype(np.int64)
    if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) <= MOST_ID:
        raise ValueError(f"class ids go from 1 to {MOST_ID}")
    present = {int(id): str(name) for id, name in zip(ids, names, strict=True) if id}
    unnamed = named is None or named.dtype.kind in "iuf"
    return ClassTable(tuple(_entries(present, unnamed and numbered is not None))), ids


def _entries(names: dict[int, str], generic: bool) -> list[ClassEntry]:
    return [
        ClassEntry(id, f"Class {id}" if generic or not names[id] else names[id], color)
        for id, color in zip(sorted(names), default_colors(len(names)), strict=True)
    ]


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    texts: NDArray[Any] = np.array(["" if value is None else str(value).strip() for value in values], object)
    return texts


def _burn(
    path: Path,
    outlines: Sequence[Any] | NDArray[Any],
    ids: NDArray[np.int64],
    grid: Grid,
    georef: GeoReference,
) -> NDArray[np.uint16]:
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    shapes = [(outline, int(id)) for outline, id in zip(outlines, ids, strict=True) if id]
    size = (grid.rows, grid.cols)
    burnt: NDArray[np.uint16] = np.zeros(size, np.uint16)
    with damaged(path):
        if shapes:
            rasterize(shapes, out=burnt, transform=Affine(*georef.transform))
    if not burnt.any():
        raise CubeFileError(
            f"No polygon of {path.name} lies on {grid.name}", "check the coordinate systems of both"
        )
    return burnt
