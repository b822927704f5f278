"""Where the values of a numeric array lie in a MATLAB file of versions 5 to 7.

SciPy lists and reads such files, but looks up the type of the values without a check, so that a damaged file
would end the process; and it cannot leave the values in the file. Source of the layout: MathWorks, "MAT-File
Format", chapter 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

_HEADER, _TAG = 128, 8
_MATRIX, _COMPRESSED = 14, 15
_COMPLEX = 0x0800
_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
# Flags, dimensions and name stand in front of the values; longer ones are no real file.
_HEAD_BYTES = 4096


@dataclass(frozen=True)
class Stored:
    """The values of an array in a file.

    Parameters
    ----------
    dtype : dtype
        As stored, which may be smaller than the array's class.
    size : int
        Bytes.
    offset : int, optional
        Of the first value; None in a compressed array.
    is_complex : bool
        Whether as many imaginary parts follow.
    """

    dtype: np.dtype[Any]
    size: int
    offset: int | None
    is_complex: bool


def stored_values(path: Path, name: str) -> Stored:
    """Find the values of a numeric array.

    Raises
    ------
    ValueError
        When there is no such array or its values have no numeric type.
    struct.error, zlib.error
        When the file is damaged.
    """
    with path.open("rb") as file:
        file.seek(126)
        order = "<" if file.read(2) == b"IM" else ">"
        for kind, start, size in _elements(file, order):
            file.seek(start)
            if kind == _COMPRESSED:
                head, origin = zlib.decompressobj().decompress(file.read(size), _HEAD_BYTES)[_TAG:], None
            else:
                head, origin = file.read(min(size, _HEAD_BYTES)), start
            found, values = _parsed(head, order, origin)
            if found == name:
                return values
    raise ValueError(f"no array {name}")


def _elements(file: IO[bytes], order: str) -> Iterator[tuple[int, int, int]]:
    """Yield type, offset and size of the arrays at the top of a file."""
    position = _HEADER
    while True:
        file.seek(position)
        tag = file.read(_TAG)
        if len(tag) < _TAG:
            return
        kind, size = struct.unpack(f"{order}II", tag)
        if kind in (_MATRIX, _COMPRESSED):
            yield kind, position + _TAG, size
        position += _TAG + size


def _parsed(head: bytes, order: str, origin: int | None) -> tuple[str, Stored]:
    """Return the name of an array and its values from the bytes in front of them."""
    _, _, _, position = _sub_element(head, 2 * _TAG, order)  # the dimensions, behind the flags
    _, start, size, position = _sub_element(head, position, order)
    name = head[start : start + size].decode("latin-1")
    kind, start, size, _ = _sub_element(head, position, order)
    dtype = np.dtype(_TYPES.get(kind, "V1")).newbyteorder("<" if order == "<" else ">")
    (flags,) = struct.unpack_from(f"{order}I", head, _TAG)
    return name, Stored(dtype, size, None if origin is None else origin + start, bool(flags & _COMPLEX))


def _sub_element(head: bytes, position: int, order: str) -> tuple[int, int, int, int]:
    """Return type, offset of the values, their size, and where the next element starts."""
    kind, size = struct.unpack_from(f"{order}II", head, position)
    if kind >> 16:  # four bytes or fewer, inside the tag
        return kind & 0xFFFF, position + 4, kind >> 16, position + _TAG
    start = position + _TAG
    return kind, start, size, start + _padded(size)


def _padded(size: int) -> int:
    return -(-size // 8) * 8
