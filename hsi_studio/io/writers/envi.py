"""ENVI: raw values beside a text header."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.io.writers.blocks import read_blocks, storable, widened
from hsi_studio.io.writers.envi_header import DATA_TYPES, header_text

NAME = "ENVI"
INTERLEAVES = ("bil", "bip", "bsq")
_DATA_SUFFIX = ".img"


def outputs(target: Path) -> tuple[Path, ...]:
    """Return (data file, header) for a target that names either."""
    data = target.with_suffix(_DATA_SUFFIX) if target.suffix.lower() == ".hdr" else target
    return data, target.with_suffix(".hdr")


def write(cube: Cube, files: tuple[Path, ...], interleave: str | None, progress: Progress) -> tuple[str, ...]:
    """Write data and header; the interleave is the one asked for, the data file's ending, or the cube's.

    Raises
    ------
    UsageError
        When `interleave` contradicts the ending.
    """
    data, header = files
    interleave = _interleave(cube, data, interleave)
    with data.open("wb") as file:
        dtype = write_values(file, cube, interleave, progress)
    text, notes = header_text(cube, dtype, interleave, offset=0)
    header.write_text(text, encoding="utf-8")
    return (*notes, *widened(cube, dtype, NAME))


def _interleave(cube: Cube, data: Path, asked: str | None) -> str:
    ending = data.suffix.lower().lstrip(".")
    named = ending if ending in INTERLEAVES else None
    if asked and named and asked != named:
        raise UsageError(
            f"A file ending in .{ending} cannot be written as {asked}",
            "leave out --interleave or end it in .img",
        )
    return asked or named or cube.interleave or "bsq"


def write_values(file: BinaryIO, cube: Cube, interleave: str, progress: Progress) -> np.dtype[Any]:
    """Append a cube's values, little-endian, and return the type they were stored in."""
    dtype = storable(cube.dtype, tuple(DATA_TYPES), NAME)
    start, item = file.tell(), dtype.itemsize
    chunk = (1, cube.cols, cube.bands)
    for window, _, values in read_blocks(cube, dtype.newbyteorder("<"), chunk, progress):
        if interleave == "bsq":
            for band in range(cube.bands):
                file.seek(start + (band * cube.rows + window.row) * cube.cols * item)
                file.write(np.ascontiguousarray(values[:, :, band]).data)
        else:
            ordered = values.transpose(0, 2, 1) if interleave == "bil" else values
            file.write(np.ascontiguousarray(ordered).data)
    return dtype
