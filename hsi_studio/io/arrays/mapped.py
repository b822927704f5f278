"""Arrays that stay in their file."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.guard import COPY_AGAIN, array_bytes, require_size


class MappedSource(ArraySource):
    """Source over values that lie uncompressed in a file.

    Parameters
    ----------
    path : Path
    dtype : dtype
        Of any byte order.
    shape : tuple of int
        Of the array in the file.
    layout : Layout
        Which axes are rows, cols and bands.
    offset : int
        Bytes before the first value.
    order : {"C", "F"}
        Whether the last or the first axis runs fastest.

    Raises
    ------
    CubeFileError
        When the file is shorter than the array.
    """

    def __init__(
        self,
        path: Path,
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        layout: Layout,
        *,
        offset: int = 0,
        order: Literal["C", "F"] = "C",
    ) -> None:
        self._path = path
        self._end = offset + array_bytes(shape, dtype)
        require_size(path, self._end, shape, dtype)
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        kind = np.dtype(np.uint8) if dtype.kind == "b" else dtype
        flat: NDArray[Any] = np.ndarray(shape, kind, self._map, offset, order=order)
        super().__init__(layout.view(flat))

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        # Touching a page behind the end of the file would end the process with a bus error.
        if self._map.size() < self._end:
            raise CubeFileError(f"{self._path.name} was cut short after it was opened", COPY_AGAIN)
        return super().read(window, bands, step)
