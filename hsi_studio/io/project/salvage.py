"""Reads the rows of a damaged SQLite file around the pages that cannot be read."""

from __future__ import annotations

import shutil
import sqlite3
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hsi_studio.core.project import ProjectState
from hsi_studio.io.project import schema
from hsi_studio.io.project.copy import new_store
from hsi_studio.io.project.database import beside, connect

_MOST_FRUITLESS = 500
_ROWS_PER_PAGE = 100
_BLOCK = schema.PAGE_BYTES

Row = tuple[Any, ...]


def open_damaged(path: Path, folder: Path, opened: ExitStack) -> sqlite3.Connection:
    """Connect to a copy, made in `folder`, of whatever lies at `path`; give it a first page if need be."""
    copy = folder / path.name
    _copy_blocks(path, copy)
    if beside(path, "-wal").is_file():
        shutil.copyfile(beside(path, "-wal"), beside(copy, "-wal"))
    connection = _connect(copy, opened)
    if _declares_tables(connection):
        return connection
    connection.close()
    _give_first_page(copy, folder)
    return _connect(copy, opened)


def readable_rows(
    connection: sqlite3.Connection, table: str, columns: str, source: str = "NOT INDEXED"
) -> tuple[list[Row], bool]:
    """Return what can be read of a table, and whether that is all of it.

    Parameters
    ----------
    connection : sqlite3.Connection
    table, columns : str
        The first column must be the integer primary key.
    source : str
        Where to read from: the table itself, or an index that covers all columns.

    Notes
    -----
    A page that cannot be read hides a range of keys. Rows are read from both ends of a range up to the
    damage. What remains is halved and tried again, the widest ranges first.
    """
    key = columns.split(",", 1)[0]
    select = f"SELECT {columns} FROM {table} {source} WHERE {key} BETWEEN ? AND ? ORDER BY {key}"
    rows: dict[int, Row] = {}
    ranges = deque([(0, _ROWS_PER_PAGE * _pages(connection))])
    whole, fruitless = True, 0
    while ranges and fruitless < _MOST_FRUITLESS:
        low, high = ranges.popleft()
        up, ended = _up_to_damage(connection, select, low, high)
        down = {} if ended else _up_to_damage(connection, f"{select} DESC", low, high)[0]
        rows |= up | down
        whole &= ended
        fruitless = 0 if up or down else fruitless + 1
        low, high = max(up, default=low - 1) + 1, min(down, default=high + 1) - 1
        if not ended and low < high:
            ranges += [(low, (low + high) // 2), ((low + high) // 2 + 1, high)]
    return [rows[number] for number in sorted(rows)], whole


def _up_to_damage(
    connection: sqlite3.Connection, select: str, low: int, high: int
) -> tuple[dict[int, Row], bool]:
    rows = {}
    try:
        for row in connection.execute(select, (low, high)):
            rows[row[0]] = row
    except sqlite3.Error:
        return rows, False
    return rows, True


def _pages(connection: sqlite3.Connection) -> int:
    try:
        return max(int(connection.execute("PRAGMA page_count").fetchone()[0]), 1)
    except sqlite3.Error:
        return 1


def _connect(path: Path, opened: ExitStack) -> sqlite3.Connection:
    connection = connect(path, "rw", opened)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    return connection


def _declares_tables(connection: sqlite3.Connection) -> bool:
    try:
        return {entry for entry in schema.expected() if entry[0] == "table"} <= schema.declared(connection)
    except sqlite3.Error:
        return False


def _give_first_page(path: Path, folder: Path) -> None:
    """Replace the first page, which tells where tables begin: that of a new project tells the same."""
    sample = folder / "sample"
    with new_store(sample) as store:
        store.fill(ProjectState(), "")
    first = bytearray(sample.read_bytes()[:_BLOCK])
    # A file of an older program may end before the last table or index that a new one declares.
    pages = max(path.stat().st_size // _BLOCK, sample.stat().st_size // _BLOCK)
    first[28:32] = pages.to_bytes(4, "big")
    first[32:40] = bytes(8)  # no pages to be used again
    with path.open("rb+") as file:
        file.write(first)
        file.truncate(pages * _BLOCK)


def _copy_blocks(path: Path, into: Path) -> None:
    """Copy a file from a disk that may fail to read parts of it; those become zeros."""
    size = path.stat().st_size
    with path.open("rb", buffering=0) as source, into.open("wb") as target:
        for start in range(0, size, _BLOCK):
            try:
                source.seek(start)
                block = source.read(_BLOCK)
            except OSError:
                block = b""
            target.write(block.ljust(min(_BLOCK, size - start), b"\0"))
