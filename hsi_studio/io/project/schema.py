"""Tables of a project file, and how files of older programs become new ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x48534950
"""``HSIP`` in the header of the SQLite file."""

SCHEMA = 1
"""What this program writes; stored as SQLite's `user_version`."""

PAGE_BYTES = 4096

# Rows of `journal` up to `state.position` are done, those after it can be redone. Its patches are the rows
# `first` to `first + patches - 1`. `tiles` are always what the done rows lead to from nothing.
_TABLES = """
CREATE TABLE state (only INTEGER PRIMARY KEY CHECK (only = 1), project TEXT, position INTEGER);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE cubes (number INTEGER PRIMARY KEY, path TEXT, name TEXT, fingerprint TEXT,
                    rows INTEGER, cols INTEGER, options TEXT);
CREATE TABLE classes (place INTEGER PRIMARY KEY, entry TEXT);
CREATE TABLE tiles (number INTEGER PRIMARY KEY, cube INTEGER, row INTEGER, col INTEGER, ids BLOB,
                    UNIQUE (cube, row, col));
CREATE TABLE journal (seq INTEGER PRIMARY KEY, title TEXT, time REAL, classes BLOB,
                      first INTEGER, patches INTEGER);
CREATE TABLE patches (number INTEGER PRIMARY KEY, cube INTEGER, row INTEGER, col INTEGER,
                      rows INTEGER, cols INTEGER, ids BLOB);
CREATE TABLE descriptions (number INTEGER PRIMARY KEY, class INTEGER, text TEXT, time REAL);
"""

_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], object]] = {}
"""Schema → step to the next one, run inside one transaction."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty database a project without cubes, classes or history."""
    connection.executescript(f"""
        PRAGMA page_size = {PAGE_BYTES};
        PRAGMA application_id = {APPLICATION_ID};
        PRAGMA user_version = {SCHEMA};
        BEGIN;
        {_TABLES}
        INSERT INTO state VALUES (1, lower(hex(randomblob(16))), 0);
        COMMIT;
    """)


def schema_of(connection: sqlite3.Connection) -> int:
    """Return the schema of an open file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file of an older program up to `SCHEMA`: all of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for schema in range(schema_of(connection), SCHEMA):
            _MIGRATIONS[schema](connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
