"""Room for arrays that a window keeps: in memory, or on disk where they are large."""

from __future__ import annotations

import os
import tempfile
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import HsiError
from hsi_studio.paths import cache_dir

_MOST_IN_MEMORY = 256_000_000
_PIECE = 1 << 24


def scratch_array(shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
    """Return zeros: in memory, or from 256 MB on in a file without a name, gone with the array.

    Raises
    ------
    HsiError
        When the disk of the user's cache folder has no space for it.
    """
    needed = prod(shape) * np.dtype(dtype).itemsize
    if needed <= _MOST_IN_MEMORY:
        return np.zeros(shape, dtype)
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            return mapped(file, shape, dtype)
    except OSError as error:
        raise HsiError(
            f"There is no room for {needed / 1e9:.1f} GB in {folder} ({error.strerror or error})",
            "free space on its disk",
        ) from error


def mapped(file: IO[bytes], shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
    """Return zeros in an empty file, their space claimed now: writing to a full disk would end the program.

    Raises
    ------
    OSError
        When there is no space.
    """
    size = prod(shape) * np.dtype(dtype).itemsize
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        for start in range(0, size, _PIECE):
            file.write(bytes(min(_PIECE, size - start)))
        file.flush()
    return np.memmap(file, dtype, "r+", shape=shape)
