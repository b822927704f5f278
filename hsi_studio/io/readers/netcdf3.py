"""Classic NetCDF files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.source import CubeSource
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.container import array_source
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.arrays.variable import Variable
from hsi_studio.io.guard import array_bytes, damaged, require_memory, require_size


class ClassicFile:
    """A classic NetCDF file, through SciPy; variables without a record axis stay in the file."""

    format = "NetCDF classic"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets: dict[str, int | None] = {}
        with damaged(path):
            self._variables = self._listed()

    def _listed(self) -> list[Variable]:
        from scipy.io import netcdf_file

        with netcdf_file(str(self.path), "r", mmap=True) as file:
            whole: Any = file
            start = whole._mm_buf.__array_interface__["data"][0]
            found = [_describe(name, item) for name, item in whole.variables.items()]
            for name, item in whole.variables.items():
                address = item.data.__array_interface__["data"][0]
                self._offsets[name] = None if item.isrec or not item.shape else address - start
                item.data = None  # or the map could not be closed
        return found

    def variables(self) -> Sequence[Variable]:
        return self._variables

    def values(self, variable: Variable) -> NDArray[Any]:
        from scipy.io import netcdf_file

        require_memory(array_bytes(variable.shape, variable.dtype), self.path, variable.name)
        require_size(self.path, array_bytes(variable.shape, variable.dtype), variable.shape, variable.dtype)
        with damaged(self.path), netcdf_file(str(self.path), "r", mmap=False) as file:
            return np.array(file.variables[variable.name].data)

    def source(self, variable: Variable, layout: Layout) -> CubeSource:
        offset = self._offsets[variable.name]
        if offset is None:
            return array_source(self.values(variable), layout)
        return MappedSource(self.path, variable.dtype, variable.shape, layout, offset=offset)


def _describe(name: str, item: Any) -> Variable:
    attributes = dict(item._attributes)
    return Variable(name, tuple(item.data.shape), item.data.dtype, tuple(item.dimensions), attributes)
