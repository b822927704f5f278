"""Turns an opened single-band file into a layer of classes."""

from __future__ import annotations

import numpy as np

from hsi_studio.core.classes import PALETTE, ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError

_MOST_CLASSES = 4096


def class_raster(file: Cube, over: Cube) -> ClassRaster:
    """Return the class ids of `file` as a raster that fits over another cube.

    Parameters
    ----------
    file : Cube
        One band of whole numbers; 0 means unlabelled.
    over : Cube
        The cube under it, of the same rows and columns.

    Raises
    ------
    CubeFileError
        When the sizes differ, there are several bands, or the values are no class ids.
    """
    if file.bands != 1:
        raise CubeFileError(
            f"{file.name} has {file.bands} bands, a class raster has one", "choose a file of class numbers"
        )
    if file.shape[:2] != over.shape[:2]:
        raise CubeFileError(
            f"{file.name} has {file.rows} × {file.cols} pixels but {over.name} has {over.rows} × {over.cols}",
            "choose the class raster that belongs to this cube",
        )
    ids = _ids(file)
    return ClassRaster(file.name, ids, file.classes or _numbered(ids))


def _ids(file: Cube) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    stored = file.band(0)
    values = np.where(file.invalid(stored), 0, stored)
    if (values != np.round(values)).any() or values.min() < 0 or values.max() > _MOST_CLASSES:
        raise CubeFileError(
            f"{file.name} holds values from {values.min():g} to {values.max():g}, not class numbers",
            f"choose a file of whole numbers from 0 (unlabelled) to {_MOST_CLASSES}",
        )
    return values.astype(np.int32)


def _numbered(ids: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> ClassTable:
    present = [int(i) for i in np.unique(ids) if i]
    return ClassTable(
        tuple(ClassEntry(i, f"Class {i}", PALETTE[n % len(PALETTE)]) for n, i in enumerate(present))
    )
