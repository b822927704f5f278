"""NumPy's .npy, with an ENVI header beside it for what an array cannot hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.io.writers.blocks import storable, widened
from hsi_studio.io.writers.envi import NAME as ENVI
from hsi_studio.io.writers.envi import write_values
from hsi_studio.io.writers.envi_header import DATA_TYPES, header_text

NAME = "NumPy"


def outputs(target: Path) -> tuple[Path, ...]:
    """Return (array file, its ENVI header)."""
    return target, target.with_name(f"{target.name}.hdr")


def write(cube: Cube, files: tuple[Path, ...], interleave: str | None, progress: Progress) -> tuple[str, ...]:
    """Write a C-ordered (rows, cols, bands) array and a header that lets any ENVI reader open it too."""
    if interleave not in (None, "bip"):
        raise UsageError(f".npy cannot be written as {interleave}", "leave out --interleave")
    array, header = files
    dtype = storable(cube.dtype, tuple(DATA_TYPES), ENVI)
    fields = {"descr": dtype.newbyteorder("<").str, "fortran_order": False, "shape": cube.shape}
    with array.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, fields)
        offset = file.tell()
        write_values(file, cube, "bip", progress)
    text, notes = header_text(cube, dtype, "bip", offset)
    header.write_text(text, encoding="utf-8")
    kept = "Wavelengths and the like are in the ENVI header beside the array; a plain .npy cannot hold them."
    return (*notes, *widened(cube, dtype, ENVI), kept)
