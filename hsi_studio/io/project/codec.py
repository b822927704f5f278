"""Ids and class tables as the bytes that a project file stores: zlib and JSON, checked when read back."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.labels import MOST_ID, TILE, Ids, Patch
from hsi_studio.core.window import Window

_STORED = np.dtype("<u2")
_FAST = 1
_MOST_TABLE_BYTES = 64_000_000


def pack_tile(ids: Ids) -> bytes:
    """Return the ids of a tile (rows, cols), compressed."""
    return zlib.compress(ids.astype(_STORED, copy=False).tobytes(), _FAST)


def unpack_tile(blob: bytes, rows: int, cols: int) -> Ids:
    """Return the ids (rows, cols) that `pack_tile` stored.

    Raises
    ------
    ValueError
        When the bytes are damaged, of another size, or hold impossible ids.
    """
    return _ids(blob, (rows, cols))


def pack_patch(patch: Patch) -> bytes:
    """Return the ids before and after of a patch, compressed."""
    return zlib.compress(np.stack((patch.before, patch.after)).astype(_STORED, copy=False).tobytes())


def unpack_patch(blob: bytes, window: Window) -> Patch:
    """Return the patch that `pack_patch` stored; `window` must lie in one tile.

    Raises
    ------
    ValueError
        When the bytes are damaged, of another size, or hold impossible ids.
    """
    first = (window.row // TILE, window.col // TILE)
    last = ((window.row_stop - 1) // TILE, (window.col_stop - 1) // TILE)
    if min(window.row, window.col) < 0 or min(window.rows, window.cols) < 1 or first != last:
        raise ValueError(f"no part of one tile: {window}")
    before, after = _ids(blob, (2, window.rows, window.cols))
    return Patch(window, before, after)


def _ids(blob: bytes, shape: tuple[int, ...]) -> NDArray[np.uint16]:
    size = int(np.prod(shape)) * _STORED.itemsize
    ids = np.frombuffer(_inflated(blob, size), _STORED)
    if ids.size * _STORED.itemsize != size or (ids > MOST_ID).any():
        raise ValueError("ids of another size, or impossible ones")
    return ids.reshape(shape).astype(np.uint16, copy=False)


def _inflated(blob: bytes, most: int) -> bytes:
    """Decompress, but never to more than `most` bytes: a damaged or forged file must not fill the memory."""
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(blob, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(raw) > most or not stream.eof or stream.unused_data:
        raise ValueError("compressed bytes of another length")
    return raw


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def pack_class(entry: ClassEntry) -> str:
    """Return a class as JSON."""
    return _text(_adapter(ClassEntry).dump_json(entry))


def unpack_class(text: str) -> ClassEntry:
    """Return the class that `pack_class` stored.

    Raises
    ------
    ValueError
        When the text is damaged.
    """
    entry: ClassEntry = _adapter(ClassEntry).validate_json(text)
    return _possible(entry)


def pack_tables(tables: tuple[ClassTable, ClassTable]) -> bytes:
    """Return the class tables before and after an edit as compressed JSON."""
    entries = tuple(table.entries for table in tables)
    return zlib.compress(_adapter(_Tables).dump_json(entries))


def unpack_tables(blob: bytes) -> tuple[ClassTable, ClassTable]:
    """Return the tables that `pack_tables` stored.

    Raises
    ------
    ValueError
        When the bytes are damaged or inflate to more than 64 MB.
    """
    before, after = _adapter(_Tables).validate_json(_inflated(blob, _MOST_TABLE_BYTES))
    return table_of(before), table_of(after)


def table_of(entries: tuple[ClassEntry, ...]) -> ClassTable:
    """Return a class table.

    Raises
    ------
    ValueError
        When two classes share an id, or an id or colour is impossible.
    """
    if len({entry.id for entry in entries}) != len(entries):
        raise ValueError("two classes with one id")
    return ClassTable(tuple(map(_possible, entries)))


_Tables = tuple[tuple[ClassEntry, ...], tuple[ClassEntry, ...]]


def _possible(entry: ClassEntry) -> ClassEntry:
    if not 1 <= entry.id <= MOST_ID or not all(0 <= part <= 255 for part in entry.color):
        raise ValueError(f"an impossible class: {entry}")
    return entry


def _text(raw: bytes) -> str:
    return raw.decode()
