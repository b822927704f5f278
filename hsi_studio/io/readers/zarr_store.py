"""Zarr stores, versions 2 and 3, in folders."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable, Color
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import CubeSource
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.boxes import ChunkedSource
from hsi_studio.io.arrays.chunk_cache import CachedChunks
from hsi_studio.io.arrays.container import open_container
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import array_bytes, damaged, require_memory
from hsi_studio.io.options import OpenOptions

_METADATA = ("zarr.json", ".zgroup", ".zarray", ".zmetadata", ".zattrs")
# The array of the stores that `convert` writes; its group's attributes are the fields of `Cube`.
_OURS = "cube"


class ZarrReader:
    """Reads a folder that is a Zarr array or group."""

    name = "Zarr"
    suffixes = (".zarr",)

    def recognises(self, path: Path) -> bool:
        return is_store(path)

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        store = ZarrStore(path)
        cube = open_container(store, options)
        cube = replace(cube, fingerprint=_fingerprint(path))
        ours = _OURS in store.arrays and options.variable in (None, _OURS)
        return replace(cube, **_our_fields(store.attributes, cube.bands)) if ours else cube


def is_store(path: Path) -> bool:
    """Tell whether a path is a folder with the metadata of a Zarr array or group."""
    return path.is_dir() and any((path / name).is_file() for name in _METADATA[:3])


class ZarrStore:
    """A Zarr array, or the arrays of a group and its sub-groups."""

    format = "Zarr"

    def __init__(self, path: Path) -> None:
        import zarr

        self.path = path
        with damaged(path):
            root = zarr.open(str(path), mode="r")
            self.attributes: Mapping[str, Any] = dict(root.attrs)
            self.arrays: dict[str, Any] = {"": root} if isinstance(root, zarr.Array) else _arrays_of(root)

    def variables(self) -> Sequence[Variable]:
        with damaged(self.path):
            return [_describe(name, array) for name, array in self.arrays.items()]

    def values(self, variable: Variable) -> NDArray[Any]:
        array = self._safe(variable)
        require_memory(array_bytes(variable.shape, variable.dtype), self.path, variable.name)
        with damaged(self.path):
            return np.asarray(array[...])

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        array = self._safe(variable)
        chunks = tuple(array.chunks)
        return ChunkedSource(CachedChunks(array, chunks), layout, chunks, self.path)

    def _safe(self, variable: Variable) -> Any:
        """Return an array whose chunks cannot run code while they are decoded."""
        array = self.arrays[variable.name]
        with damaged(self.path):
            codecs = json.dumps(array.metadata.to_dict(), default=repr)
        if "pickle" in codecs.lower():
            raise CubeFileError(
                f"{variable.name} in {self.path.name} is packed as Python objects, which could run code",
                "save plain numbers",
            )
        return array


def _arrays_of(group: Any) -> dict[str, Any]:
    import zarr

    return {name: item for name, item in group.members(max_depth=4) if isinstance(item, zarr.Array)}


def _describe(name: str, array: Any) -> Variable:
    attributes = dict(array.attrs)
    dims = attributes.get("_ARRAY_DIMENSIONS") or getattr(array.metadata, "dimension_names", None) or ()
    known = len(dims) == len(array.shape) and all(isinstance(dim, str) for dim in dims)
    return Variable(name, tuple(array.shape), array.dtype, tuple(dims) if known else (), attributes)


def _our_fields(attributes: Mapping[str, Any], bands: int) -> dict[str, Any]:
    """Return the fields of `Cube` that our own stores carry in the attributes of their group."""
    fields: dict[str, Any] = {"georef": _georef(attributes)}
    if isinstance(attributes.get("scale_factor"), int | float) and attributes["scale_factor"]:
        fields["scale_factor"] = float(attributes["scale_factor"])
    nodata = _as_float(attributes.get("nodata"))
    if nodata is not None:
        fields["nodata"] = nodata
    if isinstance(attributes.get("quantity"), str):
        fields["quantity"] = attributes["quantity"]
    names = attributes.get("band_names")
    if isinstance(names, list) and len(names) == bands:
        fields["band_names"] = tuple(str(name) for name in names)
    shown = attributes.get("default_bands")
    if isinstance(shown, list) and all(isinstance(band, int) and 0 <= band < bands for band in shown):
        fields["default_bands"] = tuple(shown)
    with contextlib.suppress(KeyError, TypeError, ValueError):
        entries = [
            ClassEntry(int(one["id"]), str(one["name"]), _color(one["color"]))
            for one in attributes["classes"]
        ]
        fields["classes"] = ClassTable(tuple(entries))
    return fields


def _color(values: Sequence[int]) -> Color:
    red, green, blue = (int(value) & 255 for value in values)
    return red, green, blue


def _as_float(value: object) -> float | None:
    """Return a number; JSON spells the special ones as text."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _georef(attributes: Mapping[str, Any]) -> GeoReference | None:
    transform = attributes.get("transform")
    if not (isinstance(transform, list | tuple) and len(transform) == 6):
        return None
    numbers = [_as_float(number) for number in transform]
    if any(number is None for number in numbers):
        return None
    a, b, c, d, e, f = (float(number) for number in numbers if number is not None)
    wkt = attributes.get("crs_wkt")
    return GeoReference((a, b, c, d, e, f), wkt if isinstance(wkt, str) else None)


def _fingerprint(path: Path) -> str:
    """Return 32 hex digits from the metadata and from the names and sizes of the chunks."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(path).as_posix()}:{file.stat().st_size};".encode())
            if file.name in _METADATA:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:32]
