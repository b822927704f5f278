"""Truths of scenes: rasters of class ids, or fractions of materials whose largest is the class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.errors import UsageError
from hsi_studio.io.labels import read_ids, require_file, same_size
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube


def read_truth(path: Path, shape: tuple[int, int], *, variable: str | None = None) -> NDArray[np.int16]:
    """Read the truth of a scene of `shape` (rows, cols) as class ids, 0 = unknown.

    Besides rasters of ids this reads fractions, a cube with one band per material or, as the unmixing scenes
    have them, a matrix of materials × pixels whose pixels run down the columns of the image: the largest
    fraction is the class, counted from 1, and pixels without any are unknown.

    Raises
    ------
    CubeFileError
        When the file holds neither.
    UsageError
        When it lies over another scene.
    """
    require_file(path)
    file = open_cube(path, options=OpenOptions(variable=variable, raster_size=shape))
    fractions = _fractions(file, shape)
    if fractions is not None:
        known = np.nan_to_num(fractions).max(axis=2) > 0
        return np.where(known, np.nan_to_num(fractions).argmax(axis=2) + 1, 0).astype(np.int16)
    ids = read_ids(path, variable=variable, size=shape)
    same_size(ids, shape, path.name, "the cube")
    if not ids.any():
        raise UsageError(f"{path.name} has no labelled pixel", "choose another file")
    return ids


def _fractions(file: Cube, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return (rows, cols, materials), or None for a raster of ids."""
    if file.bands > 1 and (file.rows, file.cols) == shape:
        return file.physical(file.block())
    pixels = shape[0] * shape[1]
    if file.bands == 1 and (file.rows, file.cols) != shape and pixels in (file.rows, file.cols):
        matrix: NDArray[Any] = file.physical(file.block())[:, :, 0]
        matrix = matrix if file.cols == pixels else matrix.T
        return matrix.reshape(len(matrix), shape[1], shape[0]).transpose(2, 1, 0)
    return None
