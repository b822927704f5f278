"""Tables of a project file, and how files of older programs become new ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

APPLICATION_ID = 0x48534950
"""``HSIP`` in the header of the SQLite file."""

SCHEMA = 2
"""What this program writes; stored as SQLite's `user_version`."""

PAGE_BYTES = 4096

# Schema 1, for ever: new files are made by the same migrations that old ones are read with, so that tables
# begin at the same pages in both. Rows of `journal` up to `state.position` are done, those after it can be
# redone. The patches of a row are `first` to `first + patches - 1`. `tiles` are always what the done rows
# lead to from nothing.
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

# Covering indices are second copies, on other pages, of the few rows that all others hang on.
_COPIES = (
    "ALTER TABLE descriptions ADD COLUMN flipped INTEGER",
    "CREATE INDEX cubes_copy ON cubes (number, path, name, fingerprint, rows, cols, options)",
    "CREATE INDEX classes_copy ON classes (place, entry)",
    "CREATE INDEX state_copy ON state (only, project, position)",
)

_MIGRATIONS = {1: _COPIES}
"""Schema → statements that lead to the next one."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty database a project without cubes, classes or history."""
    connection.executescript(f"""
        PRAGMA page_size = {PAGE_BYTES};
        PRAGMA application_id = {APPLICATION_ID};
        PRAGMA user_version = 1;
        BEGIN;
        {_TABLES}
        INSERT INTO state VALUES (1, lower(hex(randomblob(16))), 0);
        COMMIT;
    """)
    migrate(connection)


def schema_of(connection: sqlite3.Connection) -> int:
    """Return the schema of an open file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file of an older program up to `SCHEMA`: all of it or, in any case of failure, nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for schema in range(schema_of(connection), SCHEMA):
            for statement in _MIGRATIONS[schema]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def declared(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return (type, name) of all that a database declares."""
    return set(connection.execute("SELECT type, name FROM sqlite_schema"))


@cache
def expected() -> frozenset[tuple[str, str]]:
    """Return what a project declares: nothing else is read, and no trigger or view is let in."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_tables(connection)
        return frozenset(declared(connection))
