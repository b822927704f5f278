"""HDF5 and NetCDF files."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import CubeSource
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.boxes import ChunkedSource
from hsi_studio.io.arrays.container import open_container
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import array_bytes, damaged, require_memory
from hsi_studio.io.options import OpenOptions

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_CLASSIC = (b"CDF\x01", b"CDF\x02")
# Formats of the family that we cannot read, with a program that turns them into one that we can.
_FOREIGN = {b"\x0e\x03\x13\x01": ("HDF4", "h4toh5"), b"CDF\x05": ("NetCDF CDF-5", "nccopy -k nc4")}
# Chunks that are read again while the pointer or a slider moves. HDF5 asks for a prime number of places.
_CACHE_BYTES = 256 << 20
_CACHE_PLACES = 20_011
# References between data sets: of no use to us, and HDF5 can read damaged ones for ever.
_BOOKKEEPING = {"DIMENSION_LIST", "REFERENCE_LIST"}
_DIMENSION_ONLY = b"This is a netCDF dimension but not a netCDF variable"


def is_hdf5(path: Path) -> bool:
    """Tell whether a file starts as HDF5, at the beginning or behind a user block."""
    with path.open("rb") as file:
        for offset in (0, 512, 1024, 2048):
            file.seek(offset)
            if file.read(8) == _SIGNATURE:
                return True
    return False


class Hdf5Reader:
    """Reads HDF5, NetCDF-4 and classic NetCDF; the layouts of EMIT and PRISMA are recognised."""

    name = "HDF5 / NetCDF"
    suffixes = (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4")

    def recognises(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(4)
        ending = path.suffix.lower()
        return start in (*_CLASSIC, *_FOREIGN) or is_hdf5(path) or ending in (".h5", ".hdf5", ".he5")

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        with path.open("rb") as file:
            start = file.read(4)
        if start in _FOREIGN:
            kind, program = _FOREIGN[start]
            raise CubeFileError(f"{path.name} is {kind}", f"convert it to HDF5, for instance with {program}")
        if start in _CLASSIC:
            from hsi_studio.io.readers.netcdf3 import ClassicFile

            return open_container(ClassicFile(path), options)
        return _open_hdf5(Hdf5File(path), options)


def _open_hdf5(file: Hdf5File, options: OpenOptions) -> Cube:
    from hsi_studio.io.readers.hdf5_layouts import known_layout

    asked = options.variable or options.raster_size
    cube = None if asked else known_layout(file, options)
    return open_container(file, options) if cube is None else cube


class Hdf5File:
    """An HDF5 file, kept open as long as anything reads from it."""

    format = "HDF5"

    def __init__(self, path: Path) -> None:
        import h5py

        self.path = path
        with damaged(path):
            self.file = h5py.File(
                path, "r", rdcc_nbytes=_CACHE_BYTES, rdcc_nslots=_CACHE_PLACES, locking="best-effort"
            )

    def variables(self) -> Sequence[Variable]:
        import h5py

        found: list[Variable] = []

        def visit(name: str | bytes, item: Any) -> None:
            # A name that is no text comes as bytes; only a damaged file has one.
            if isinstance(name, str) and isinstance(item, h5py.Dataset):
                variable = describe(name, item)
                if variable is not None:
                    found.append(variable)

        with damaged(self.path):
            self.file.visititems(visit)
        return found

    def values(self, variable: Variable) -> NDArray[Any]:
        require_memory(array_bytes(variable.shape, variable.dtype), self.path, variable.name)
        with damaged(self.path):
            return np.asarray(self.file[variable.name][()])

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        with damaged(self.path):
            data = self.file[variable.name]
            shape, dtype, chunks = data.shape, data.dtype, data.chunks
            mappable = data.id.get_offset() if chunks is None and data.external is None else None
        if mappable is not None:
            return MappedSource(self.path, dtype, shape, layout, offset=mappable)
        return ChunkedSource(data, layout, chunks, self.path)


def describe(name: str, data: Any) -> Variable | None:
    """Return what a data set is; None for what has no values or no type that NumPy knows."""
    try:
        shape, dtype = data.shape, data.dtype
    except (TypeError, ValueError):
        return None
    attributes = attributes_of(data)
    if shape is None or bytes(_plain(attributes.get("NAME"))).startswith(_DIMENSION_ONLY):
        return None
    return Variable(name, shape, dtype, _dims(data) if len(shape) > 2 else (), attributes)


def attributes_of(item: Any) -> dict[str, Any]:
    """Return the attributes of a group or data set; those that cannot be read are left out."""
    found = {}
    for name in (name for name in item.attrs if name not in _BOOKKEEPING):
        with contextlib.suppress(OSError, TypeError, ValueError, KeyError, RuntimeError):
            found[name] = item.attrs[name]
    return found


def _plain(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value) if isinstance(value, bytes) else b""


def _dims(data: Any) -> tuple[str, ...]:
    """Return the names of the axes: labels, or the scales that NetCDF-4 attaches."""
    names = []
    for dim in data.dims:
        scale = dim.label
        if not scale and len(dim):
            scale = str(dim[0].name or "")
        names.append(scale)
    return tuple(names) if all(names) else ()
