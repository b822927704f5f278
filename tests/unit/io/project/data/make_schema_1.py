"""Writes schema_1.hsip: a project as the first version of the program wrote it.

Run ``python make_schema_1.py`` in this folder. It uses nothing of the package, which writes a newer schema.
The project: a cube of 300 × 520 pixels, classes Corn and Woods, three strokes of which the last is undone.
"""

import json
import sqlite3
import zlib
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("schema_1.hsip")
TABLES = """
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
CLASSES = [
    {
        "id": 1,
        "name": "Corn",
        "color": [136, 204, 238],
        "description": "young corn",
        "visible": True,
        "locked": False,
    },
    {"id": 2, "name": "Woods", "color": [204, 102, 119], "description": "", "visible": True, "locked": True},
]
STROKES = [(10, 20, 5, 6, 1), (12, 22, 8, 8, 2), (290, 515, 10, 5, 1)]
TIME = 1_795_000_000.0


def main() -> None:
    """Write the file anew."""
    FILE.unlink(missing_ok=True)
    connection = sqlite3.connect(FILE)
    connection.executescript(
        f"PRAGMA page_size = 4096; PRAGMA application_id = 0x48534950; PRAGMA user_version = 1; {TABLES}"
    )
    run = connection.execute
    run("INSERT INTO state VALUES (1, ?, 3)", ("0123456789abcdef" * 2,))
    run("INSERT INTO settings VALUES ('view', '{\"bands\": [3, 2, 1]}')")
    run("INSERT INTO cubes VALUES (1, 'scenes/field.hdr', 'field', ?, 300, 520, '')", ("f" * 32,))
    tables = zlib.compress(json.dumps([[], CLASSES]).encode())
    run("INSERT INTO journal VALUES (1, 'Add classes', ?, ?, 1, 0)", (TIME, tables))
    run("INSERT INTO descriptions VALUES (1, 1, 'young corn', ?)", (TIME,))
    for place, entry in enumerate(CLASSES):
        run("INSERT INTO classes VALUES (?, ?)", (place, json.dumps(entry)))
    labels = np.zeros((300, 520), "<u2")
    for number, (row, col, rows, cols, value) in enumerate(STROKES, 1):
        before = labels[row : row + rows, col : col + cols].copy()
        after = np.full_like(before, value)
        ids = zlib.compress(np.stack((before, after)).tobytes())
        run("INSERT INTO patches VALUES (?, 1, ?, ?, ?, ?, ?)", (number, row, col, rows, cols, ids))
        run(
            "INSERT INTO journal VALUES (?, ?, ?, NULL, ?, 1)",
            (number + 1, f"Stroke {number}", TIME + number, number),
        )
        if number < len(STROKES):
            labels[row : row + rows, col : col + cols] = after
    tile = zlib.compress(labels[:256, :256].tobytes(), 1)
    run("INSERT INTO tiles (cube, row, col, ids) VALUES (1, 0, 0, ?)", (tile,))
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


if __name__ == "__main__":
    main()
