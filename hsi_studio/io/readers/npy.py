"""NumPy files: .npy in place, .npz in place where uncompressed."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import CubeSource
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.container import array_source, open_container
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import COPY_AGAIN, array_bytes, damaged, require_memory
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.envi_cube import open_envi
from hsi_studio.io.readers.envi_files import HEADER_SUFFIX

# Deflate cannot shrink more than this; a higher ratio is a forged size.
_MOST_COMPRESSION = 1100
_LOCAL_HEADER = 30


class NumpyReader:
    """Reads .npy and .npz files; never unpickles."""

    name = "NumPy"
    suffixes = (".npy", ".npz")

    def recognises(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(6)
        zipped = path.suffix.lower() == ".npz"
        return start == npy_format.MAGIC_PREFIX or zipped or path.suffix.lower() == ".npy"

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        with path.open("rb") as file:
            magic = file.read(6)
        if magic == npy_format.MAGIC_PREFIX:
            return _open_array(NpyFile(path), options)
        if magic[:2] == b"PK":
            return open_container(NpzFile(path), options)
        raise CubeFileError(
            f"{path.name} is {'empty' if not magic else 'not a NumPy file'}",
            "save it with numpy.save or numpy.savez",
        )


def _open_array(array: NpyFile, options: OpenOptions) -> Cube:
    """Open an array, as the ENVI header NAME.npy.hdr that `convert` writes beside it describes it."""
    header = array.path.with_name(array.path.name + HEADER_SUFFIX)
    if options.band_axis is not None or not header.is_file():
        return open_container(array, options)
    described = _described(array, header)
    if described is not None:
        return replace(described, path=array.path, format=array.format, interleave=None)
    plain = open_container(array, options)
    return replace(plain, notes=(*plain.notes, f"{header.name} does not fit the array: left out."))


def _described(array: NpyFile, header: Path) -> Cube | None:
    try:
        cube = open_envi(header)
    except CubeFileError:
        return None
    (variable,) = array.variables()
    fits = (cube.shape, cube.dtype) == (variable.shape, variable.dtype.newbyteorder("="))
    return cube if fits else None


@dataclass(frozen=True)
class Header:
    """What stands before the values of an .npy file."""

    shape: tuple[int, ...]
    order: Literal["C", "F"]
    dtype: np.dtype[Any]
    length: int


def read_header(file: IO[bytes]) -> Header:
    """Return the header of an .npy file of any version, and its length in bytes.

    Raises
    ------
    ValueError
        When it is none.
    """
    version = npy_format.read_magic(file)
    read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}.get(version)
    if read is None:
        # Version 3 differs from 2 in the encoding of field names only, which plain arrays have not.
        read = npy_format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    if any(length < 0 for length in shape):
        raise ValueError(f"negative length in {shape}")
    return Header(shape, "F" if fortran else "C", dtype, file.tell())


class NpyFile:
    """An .npy file: one array without a name."""

    format = "NumPy .npy"

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file, damaged(path):
            self._header = read_header(file)

    def variables(self) -> Sequence[Variable]:
        return [Variable("", self._header.shape, self._header.dtype)]

    def values(self, variable: Variable) -> NDArray[Any]:  # noqa: ARG002
        with damaged(self.path):
            values: NDArray[Any] = np.load(self.path, allow_pickle=False)
        return values

    def source(self, variable: Variable, layout: Layout) -> CubeSource:  # noqa: ARG002
        header = self._header
        return MappedSource(
            self.path, header.dtype, header.shape, layout, offset=header.length, order=header.order
        )


class NpzFile:
    """An .npz archive: named arrays, each an .npy file."""

    format = "NumPy .npz"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._members: dict[str, tuple[zipfile.ZipInfo, Header]] = {}
        with damaged(path), zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    with archive.open(info) as file:
                        self._members[info.filename[:-4]] = info, read_header(file)

    def variables(self) -> Sequence[Variable]:
        return [Variable(name, header.shape, header.dtype) for name, (_, header) in self._members.items()]

    def values(self, variable: Variable) -> NDArray[Any]:
        info, header = self._members[variable.name]
        self._check_size(variable, info, header)
        with damaged(self.path), zipfile.ZipFile(self.path) as archive, archive.open(info) as file:
            values: NDArray[Any] = npy_format.read_array(file, allow_pickle=False)
        return values

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        info, header = self._members[variable.name]
        if info.compress_type == zipfile.ZIP_STORED:
            self._check_size(variable, info, header)
            offset = self._data_offset(info) + header.length
            return MappedSource(
                self.path, header.dtype, header.shape, layout, offset=offset, order=header.order
            )
        return array_source(self.values(variable), layout)

    def _check_size(self, variable: Variable, info: zipfile.ZipInfo, header: Header) -> None:
        """Compare three sizes: of the array, unpacked, and packed."""
        needed = array_bytes(header.shape, header.dtype)
        if header.length + needed > info.file_size or info.file_size > _MOST_COMPRESSION * (
            info.compress_size + 100
        ):
            raise CubeFileError(
                f"{variable.name} in {self.path.name} is larger than the archive can hold", COPY_AGAIN
            )
        if info.compress_type != zipfile.ZIP_STORED:
            require_memory(needed, self.path, variable.name)

    def _data_offset(self, info: zipfile.ZipInfo) -> int:
        """Return where the member's bytes start: behind its local header, whose length may differ."""
        with self.path.open("rb") as file:
            file.seek(info.header_offset)
            local = file.read(_LOCAL_HEADER)
        name, extra = (int.from_bytes(local[start : start + 2], "little") for start in (26, 28))
        return info.header_offset + _LOCAL_HEADER + name + extra
