"""How the values of an ENVI file lie in it, read from the header and checked against the file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.guard import megabytes, shape_text
from hsi_studio.io.readers.envi_header import EnviHeader

DATA_TYPES = {
    1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"
}  # fmt: skip
_COMPLEX = (6, 9)
_BYTE_ORDERS = {"0": "<", "1": ">"}
_AXES = {"bil": Layout(3, 0, 2, 1), "bip": Layout(3, 0, 1, 2), "bsq": Layout(3, 1, 2, 0)}
_GZIP = b"\x1f\x8b"
LIBRARY_TYPE = "ENVI Spectral Library"


@dataclass(frozen=True)
class EnviLayout:
    """Where the values lie: (rows, cols, bands) of `dtype`, after `offset` bytes.

    `notes` tells what the header does not say and was taken for granted.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    interleave: str
    offset: int
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that the file needs."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize

    def source(self, header: EnviHeader, data: Path) -> MappedSource:
        """Map the values.

        Raises
        ------
        CubeFileError
            When the file is compressed or shorter than the header says.
        """
        _refuse_compressed(header, data)
        actual = data.stat().st_size
        if actual < self.size:
            rows, cols, bands = self.shape
            raise header.problem(
                f"says {shape_text((rows, cols, bands))} values of {self.dtype.itemsize} bytes"
                f"{f' after {self.offset} bytes' * bool(self.offset)} ({megabytes(self.size)}) "
                f"but {data.name} holds {megabytes(actual)}",
                f"copy {data.name} again or correct `lines`, `samples`, `bands` or `data type` in the header",
            )
        axes = _AXES[self.interleave]
        in_file = sorted(zip((axes.rows, axes.cols, axes.bands or 0), self.shape, strict=True))
        return MappedSource(
            data, self.dtype, tuple(length for _, length in in_file), axes, offset=self.offset
        )


def layout_of(header: EnviHeader) -> EnviLayout:
    """Return the layout that a header describes; a spectral library has its spectra as rows of one pixel.

    Raises
    ------
    CubeFileError
        When a size, the data type, the interleave or the byte order is absent, unknown or not supported.
    """
    _refuse_frames(header)
    rows, cols, bands = (_length(header, key) for key in ("lines", "samples", "bands"))
    interleave = _interleave(header, bands)
    if is_library(header):
        rows, cols, bands, interleave = rows * bands, 1, cols, "bip"
    order, offset = header.text("byte order"), header.text("header offset")
    dtype = _dtype(header).newbyteorder(_byte_order(header, order))
    notes = _assumed(header, order is None and dtype.itemsize > 1, offset is None)
    return EnviLayout((rows, cols, bands), dtype, interleave, header.count("header offset", 0), notes)


def is_library(header: EnviHeader) -> bool:
    """Tell whether a header says that the file is a spectral library."""
    return (header.text("file type") or "").lower() == LIBRARY_TYPE.lower()


def _length(header: EnviHeader, key: str) -> int:
    length = header.count(key)
    if length == 0:
        raise header.problem(f"says `{key} = 0`: there is nothing to show", "correct it there")
    return length


def _interleave(header: EnviHeader, bands: int) -> str:
    text = header.text("interleave")
    if text is None and bands == 1:  # all three are the same
        return "bsq"
    if text is None:
        raise header.problem("does not say `interleave`", "add a line `interleave = bil`, bip or bsq")
    if text.lower() not in _AXES:
        raise header.problem(f"says `interleave = {text[:40]}`", "correct it to bil, bip or bsq")
    return text.lower()


def _dtype(header: EnviHeader) -> np.dtype[Any]:
    number = header.count("data type")
    if number in _COMPLEX:
        raise header.problem(f"says `data type = {number}`: complex values", "save their magnitude as type 4")
    if number not in DATA_TYPES:
        known = ", ".join(map(str, DATA_TYPES))
        raise header.problem(
            f"says `data type = {number}`, which is not known", f"correct it to one of {known}"
        )
    return np.dtype(DATA_TYPES[number])


def _byte_order(header: EnviHeader, text: str | None) -> Any:
    if text is None:
        return "<"
    if text not in _BYTE_ORDERS:
        raise header.problem(
            f"says `byte order = {text[:40]}`", "correct it to 0 (little-endian) or 1 (big-endian)"
        )
    return _BYTE_ORDERS[text]


def _assumed(header: EnviHeader, order: bool, offset: bool) -> tuple[str, ...]:
    missing = [
        text
        for absent, text in (
            (order, "byte order (taken as little-endian)"),
            (offset, "header offset (taken as 0)"),
            (header.text("file type") is None, "file type (taken as ENVI Standard)"),
        )
        if absent
    ]
    return (f"{header.path.name} does not say: {', '.join(missing)}.",) if missing else ()


def _refuse_frames(header: EnviHeader) -> None:
    for key in ("major frame offsets", "minor frame offsets"):
        if np.nan_to_num(header.numbers(key)).any():
            raise header.problem(f"has `{key}`, which hsi_studio cannot read", "export the cube without them")


def _refuse_compressed(header: EnviHeader, data: Path) -> None:
    if not header.count("file compression", 0):
        return
    with data.open("rb") as file:
        if file.read(2) == _GZIP:
            raise header.problem(
                f"says that {data.name} is compressed",
                "decompress it with gzip and set `file compression = 0`",
            )
