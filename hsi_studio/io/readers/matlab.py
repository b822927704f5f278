"""MATLAB files: version 5 to 7 through SciPy, version 7.3 as HDF5."""

from __future__ import annotations

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
from hsi_studio.io.arrays.container import array_source, open_container
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import COPY_AGAIN, array_bytes, damaged, require_memory, require_numeric
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.hdf5 import Hdf5File, is_hdf5
from hsi_studio.io.readers.mat5 import Stored, stored_values

_TYPES = {"double": "f8", "single": "f4", "logical": "b1"} | {
    f"{sign}int{bits}": f"{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
# zlib cannot shrink more than this.
_MOST_COMPRESSION = 1100
# A type number of version 4 has four decimal digits, the first of which tells the machine, from 0 to 4.
_MOST_KIND = 5000


class MatlabReader:
    """Reads numeric arrays out of .mat files; objects, functions and cells are left alone."""

    name = "MATLAB"
    suffixes = (".mat",)

    def recognises(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(6)
        return start == b"MATLAB" or path.suffix.lower() == ".mat"

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        if path.stat().st_size == 0:
            raise CubeFileError(f"{path.name} is empty", COPY_AGAIN)
        if is_hdf5(path):
            return open_container(Matlab73File(path), options)
        if not _is_matlab(path):
            raise CubeFileError(
                f"{path.name} is no MATLAB file, though its name ends so",
                "give it the ending of what it is and open it again",
            )
        return open_container(Matlab5File(path), options)


def _is_matlab(path: Path) -> bool:
    """Tell whether a file starts as one of version 5 to 7, or with the type number of version 4."""
    with path.open("rb") as file:
        start = file.read(128)
    kind = min(int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big"))
    return start.startswith(b"MATLAB") or start[126:] in (b"IM", b"MI") or kind < _MOST_KIND


class Matlab5File:
    """A .mat file of version 4 to 7; uncompressed values stay in the file."""

    format = "MATLAB 5"

    def __init__(self, path: Path) -> None:
        from scipy.io import matlab, whosmat

        self.path = path
        with damaged(path):
            self._listed = whosmat(str(path))
            self._is_version_4 = matlab.matfile_version(str(path))[0] == 0
        if self._listed and all(kind not in _TYPES for _, _, kind in self._listed):
            held = ", ".join(f"{name} ({kind})" for name, _, kind in self._listed[:6])
            raise CubeFileError(
                f"{path.name} holds no image, but {held}", "save the array by itself, not inside something"
            )

    def variables(self) -> Sequence[Variable]:
        return [
            Variable(name, tuple(int(n) for n in shape), np.dtype(_TYPES.get(kind, "O")))
            for name, shape, kind in self._listed
        ]

    def values(self, variable: Variable) -> NDArray[Any]:
        from scipy.io import loadmat

        if not self._is_version_4:
            self._checked(variable)
        require_memory(array_bytes(variable.shape, variable.dtype), self.path, variable.name)
        with damaged(self.path):
            found: Any = loadmat(str(self.path), variable_names=[variable.name])[variable.name]
        if found.shape != variable.shape or found.dtype.kind not in "iufb":
            raise self._mismatch(variable)
        return np.asarray(found)

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        stored = None if self._is_version_4 else self._checked(variable)
        if stored is None or stored.offset is None:
            return array_source(self.values(variable), layout)
        return MappedSource(self.path, stored.dtype, variable.shape, layout, offset=stored.offset, order="F")

    def _checked(self, variable: Variable) -> Stored:
        """Return where the values lie, whole numbers in the smallest type that holds them.

        Raises
        ------
        CubeFileError
            When they are complex, or are not of the type or number that the array declares, or more than the
            file can hold.
        """
        with damaged(self.path):
            stored = stored_values(self.path, variable.name)
        if stored.is_complex:
            require_numeric(np.dtype(complex), self.path, variable.name)
        fits = stored.dtype.kind != "V" and stored.size == array_bytes(variable.shape, stored.dtype)
        if not fits or stored.size > _MOST_COMPRESSION * self.path.stat().st_size:
            raise self._mismatch(variable)
        return stored

    def _mismatch(self, variable: Variable) -> CubeFileError:
        return CubeFileError(f"{variable.name} in {self.path.name} is not what the file declares", COPY_AGAIN)


class Matlab73File(Hdf5File):
    """A .mat file of version 7.3: HDF5 with the axes in reverse order."""

    format = "MATLAB 7.3"

    def variables(self) -> Sequence[Variable]:
        return [
            Variable(v.name, v.shape[::-1], np.dtype(bool) if _class(v) == "logical" else v.dtype)
            for v in super().variables()
            if _class(v) in _TYPES and "MATLAB_empty" not in v.attributes
        ]

    def values(self, variable: Variable) -> NDArray[Any]:
        return super().values(variable).T

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        return super().source(variable, layout.reversed())


def _class(variable: Variable) -> str:
    value = variable.attributes.get("MATLAB_class", b"")
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
