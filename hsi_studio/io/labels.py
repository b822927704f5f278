"""Rasters of class ids that are read: labels and truths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube

_MOST_ID = 32_767


def read_ids(path: Path, *, variable: str | None = None) -> NDArray[np.int16]:
    """Read a raster of class ids (rows, cols); no-data and 0 mean unlabelled.

    Any single-band format that `open_cube` knows: .npy, .mat, .tif, .png, an ENVI classification.

    Raises
    ------
    CubeFileError
        When it has several bands, or values that are no ids.
    """
    file = open_cube(path, options=OpenOptions(variable=variable))
    if file.bands != 1:
        raise CubeFileError(
            f"{path.name} has {file.bands} bands, a raster of class ids has one", "choose another file"
        )
    stored = file.band(0)
    values = np.where(file.invalid(stored), 0, stored)
    if not np.array_equal(values, np.round(values)) or values.min() < 0 or values.max() > _MOST_ID:
        raise CubeFileError(
            f"{path.name} holds values from {values.min():g} to {values.max():g}, not class ids",
            f"choose a raster of whole numbers from 0 (unlabelled) to {_MOST_ID}",
        )
    return values.astype(np.int16)


def same_size(ids: NDArray[Any], shape: tuple[int, int], what: str, of: str) -> None:
    """Refuse a raster that does not lie over another.

    Raises
    ------
    UsageError
        With both sizes.
    """
    if ids.shape != shape:
        raise UsageError(
            f"{what} has {ids.shape[0]} × {ids.shape[1]} pixels but {of} has {shape[0]} × {shape[1]}",
            "use rasters of the same scene",
        )
