"""Reader of ERDAS 7 rasters (.lan, .gis): a 128-byte header, then values line by line (BIL).

Layout as in "ERDAS IMAGE FILE FORMAT" of the PCI help, which `spectral.io.erdas` quotes. That reader is not
used: it takes 8-bit values as signed and big-endian files as little-endian.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import COPY_AGAIN, shape_text
from hsi_studio.io.options import OpenOptions

_HEADER_BYTES = 128
_SIZES = {b"HEAD74": "ii", b"HEADER": "ff"}  # how numbers of columns and rows are written
_PACKINGS = {0: "u1", 2: "i2"}
_FOUR_BIT = 1


@dataclass(frozen=True)
class _Header:
    packing: int
    shape: tuple[int, int, int]
    order: str
    transform: tuple[float, float, float, float, float, float] | None

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.order + _PACKINGS[self.packing])

    @property
    def plausible(self) -> bool:
        return self.packing in (*_PACKINGS, _FOUR_BIT) and min(self.shape) > 0


class ErdasReader:
    """ERDAS 7.x LAN and GIS files; class names of a .trl file are not read."""

    name = "ERDAS LAN/GIS"
    suffixes = (".lan", ".gis")

    def recognises(self, path: Path) -> bool:
        return path.is_file() and path.suffix.lower() in self.suffixes

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        header = _checked(path)
        rows, cols, bands = header.shape
        source = MappedSource(
            path, header.dtype, (rows, bands, cols), Layout(3, 0, 2, 1), offset=_HEADER_BYTES
        )
        return Cube(
            source,
            name=path.name,
            path=path,
            format=self.name,
            interleave="bil",
            georef=None if header.transform is None else GeoReference(header.transform),
            fingerprint=fingerprint([path]),
        )


def _checked(path: Path) -> _Header:
    with path.open("rb") as file:
        raw = file.read(_HEADER_BYTES)
    if len(raw) < _HEADER_BYTES or raw[:6] not in _SIZES:
        raise CubeFileError(f"{path.name} does not begin with an ERDAS 7 header", "check what wrote the file")
    # Nothing says which byte order it is: the wrong one gives sizes that are absurd, negative or zero.
    little, big = _parse(raw, "<"), _parse(raw, ">")
    header = min(
        (header for header in (little, big) if header.plausible),
        key=lambda header: math.prod(header.shape),
        default=little,
    )
    if header.packing == _FOUR_BIT:
        raise CubeFileError(
            f"{path.name} holds 4-bit values, which are not supported", "export it with 8 bits"
        )
    if not header.plausible:
        raise CubeFileError(
            f"The header of {path.name} says {shape_text(header.shape)} values of type {header.packing}",
            COPY_AGAIN,
        )
    return header


def _parse(raw: bytes, order: str) -> _Header:
    packing, bands = struct.unpack_from(order + "hh", raw, 6)
    cols, rows = struct.unpack_from(order + _SIZES[raw[:6]], raw, 16)
    west, north, width, height = struct.unpack_from(order + "4f", raw, 112)
    return _Header(
        packing, (_whole(rows), _whole(cols), bands), order, _transform(west, north, width, height)
    )


def _whole(number: float) -> int:
    return int(number) if math.isfinite(number) else 0


def _transform(
    west: float, north: float, width: float, height: float
) -> tuple[float, float, float, float, float, float] | None:
    """Return the affine map; the header gives the centre of the first pixel."""
    if not all(map(math.isfinite, (west, north, width, height))) or width <= 0 or height <= 0:
        return None
    return width, 0.0, west - width / 2, 0.0, -height, north + height / 2
