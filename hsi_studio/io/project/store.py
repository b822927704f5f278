"""Rows of an open project file as values, and back. Knows no transactions: its callers begin and end them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import time
from types import MappingProxyType

import numpy as np

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Ids, LabelEdit, Labels, Patch, TileKey
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project.codec import (
    pack_class,
    pack_patch,
    pack_tables,
    pack_tile,
    table_of,
    unpack_class,
    unpack_patch,
    unpack_tables,
    unpack_tile,
)
from hsi_studio.io.project.errors import decoding

CUBE_COLUMNS = "number, path, name, fingerprint, rows, cols, options"
_MOST_SIDE = 2**31


class Store:
    """Reads and writes the rows of one connection.

    Every method raises `sqlite3.Error`, and `DamagedProjectError` for rows that cannot be decoded.

    Parameters
    ----------
    connection : sqlite3.Connection
    path : Path
        Named in messages.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self._run = connection.execute

    def state(self) -> ProjectState:
        """Return everything that edits change, as the done steps left it."""
        cubes = self.cubes()
        labels = {cube.number: self.labels(cube) for cube in cubes}
        return ProjectState(self.classes(), cubes, MappingProxyType(labels))

    def fill(self, state: ProjectState, title: str) -> None:
        """Make all of a state the first step of an empty project."""
        for cube in state.cubes:
            self.add_cube(cube)
        if edit := whole_edit(state, title):
            self.add_done(edit, time())

    def add_done(self, edit: Edit, when: float) -> None:
        """Do an edit and write it as the last step; steps that could be redone are forgotten."""
        seq = self.position() + 1
        self.drop_after(seq - 1)
        self.add_step(seq, edit, when)
        self.add_descriptions(edit, when)
        self.apply(edit)
        self.set_position(seq)

    def cubes(self) -> tuple[ProjectCube, ...]:
        """Return all cubes by number."""
        with decoding(self.path, "its list of cubes"):
            return tuple(map(cube_of, self._run(f"SELECT {CUBE_COLUMNS} FROM cubes ORDER BY 1")))

    def cube(self, number: int) -> ProjectCube:
        """Return one cube; `KeyError` when the project does not know it."""
        for cube in self.cubes():
            if cube.number == number:
                return cube
        raise KeyError(number)

    def add_cube(self, cube: ProjectCube) -> None:
        """Insert a cube under its number."""
        row = (cube.number, cube.path, cube.name, cube.fingerprint, cube.rows, cube.cols, cube.options)
        self._run("INSERT INTO cubes VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def classes(self) -> ClassTable:
        """Return the class table."""
        with decoding(self.path, "its class table"):
            rows = self._run("SELECT entry FROM classes ORDER BY place")
            return table_of(tuple(unpack_class(entry) for (entry,) in rows))

    def set_classes(self, table: ClassTable) -> None:
        """Replace the class table."""
        self._run("DELETE FROM classes")
        rows = [(place, pack_class(entry)) for place, entry in enumerate(table)]
        self.connection.executemany("INSERT INTO classes VALUES (?, ?)", rows)

    def labels(self, cube: ProjectCube) -> Labels:
        """Return all labels of a cube."""
        empty = Labels(cube.rows, cube.cols)
        rows = self._run("SELECT row, col, ids FROM tiles WHERE cube = ?", (cube.number,))
        tiles = {(row, col): self.tile(empty, (row, col), ids) for row, col, ids in rows}
        return Labels(cube.rows, cube.cols, MappingProxyType(tiles))

    def tile(self, labels: Labels, key: TileKey, ids: bytes) -> Ids:
        """Decode a tile of a cube that is as large as `labels`."""
        with decoding(self.path, f"tile {key}"):
            area = labels.tile_window(key)
            return unpack_tile(ids, area.rows, area.cols)

    def apply(self, edit: Edit) -> None:
        """Change class table and tiles as an edit says."""
        if edit.classes is not None:
            self.set_classes(edit.classes[1])
        for number, change in edit.labels.items():
            self._apply_labels(self.cube(number), change)

    def _apply_labels(self, cube: ProjectCube, change: LabelEdit) -> None:
        keys = {(patch.window.row // TILE, patch.window.col // TILE) for patch in change}
        after = self._part(cube, keys).applied(change)
        for key in keys:
            self._put_tile(cube.number, key, after.tiles.get(key))

    def _part(self, cube: ProjectCube, keys: set[TileKey]) -> Labels:
        """Return the labels of a cube with some of its tiles only."""
        empty = Labels(cube.rows, cube.cols)
        found = {}
        for key in keys:
            row = self._run(
                "SELECT ids FROM tiles WHERE cube = ? AND row = ? AND col = ?", (cube.number, *key)
            ).fetchone()
            if row is not None:
                found[key] = self.tile(empty, key, row[0])
        return Labels(cube.rows, cube.cols, found)

    def _put_tile(self, number: int, key: TileKey, ids: Ids | None) -> None:
        if ids is None:
            self._run("DELETE FROM tiles WHERE cube = ? AND row = ? AND col = ?", (number, *key))
            return
        self._run(
            "INSERT INTO tiles (cube, row, col, ids) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (cube, row, col) DO UPDATE SET ids = excluded.ids",
            (number, *key, pack_tile(ids)),
        )

    def identity(self) -> str:
        """Return the random name that a project gets when it is made."""
        return str(self._run("SELECT project FROM state").fetchone()[0])

    def token(self) -> tuple[object, ...]:
        """Return what tells this history from any other, and from itself a step earlier."""
        row = self._run(
            "SELECT project, position, (SELECT max(seq) FROM journal), "
            "(SELECT time FROM journal ORDER BY seq DESC LIMIT 1) FROM state"
        )
        return tuple(row.fetchone() or ())

    def position(self) -> int:
        """Return how many steps of the history are done."""
        with decoding(self.path, "its place in the history"):
            return int(self._run("SELECT position FROM state").fetchone()[0])

    def set_position(self, position: int) -> None:
        """Move to another place in the history; tiles and classes are changed by `apply`."""
        self._run("UPDATE state SET position = ?", (position,))

    def steps(self) -> int:
        """Return the length of the history, steps to be redone included."""
        return int(self._run("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])

    def title(self, seq: int) -> str | None:
        """Return the title of a step, None where there is no such step."""
        row = self._run("SELECT title FROM journal WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else str(row[0])

    def drop_after(self, position: int) -> None:
        """Forget the steps that could be redone."""
        (first,) = self._run("SELECT min(first) FROM journal WHERE seq > ?", (position,)).fetchone()
        if first is not None:
            self._run("DELETE FROM patches WHERE number >= ?", (first,))
            self._run("DELETE FROM journal WHERE seq > ?", (position,))

    def add_step(self, seq: int, edit: Edit, when: float) -> None:
        """Write an edit into the history as its last step."""
        (first,) = self._run("SELECT coalesce(max(number), 0) + 1 FROM patches").fetchone()
        patches = [_patch_row(number, patch) for number, change in edit.labels.items() for patch in change]
        numbered = ((first + place, *row) for place, row in enumerate(patches))
        self.connection.executemany("INSERT INTO patches VALUES (?, ?, ?, ?, ?, ?, ?)", numbered)
        tables = None if edit.classes is None else pack_tables(edit.classes)
        row = (seq, edit.title, when, tables, first, len(patches))
        self._run("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", row)

    def add_descriptions(self, edit: Edit, when: float) -> None:
        """Keep every description that an edit changes or brings."""
        before, after = edit.classes or (ClassTable(()), ClassTable(()))
        known = {entry.id: entry.description for entry in before}
        changed = [entry for entry in after if entry.description != known.get(entry.id, "")]
        rows = [(entry.id, entry.description, when) for entry in changed]
        self.connection.executemany("INSERT INTO descriptions (class, text, time) VALUES (?, ?, ?)", rows)

    def step(self, seq: int) -> Edit:
        """Return a step of the history as it was done."""
        row = self._run("SELECT title, classes, first, patches FROM journal WHERE seq = ?", (seq,)).fetchone()
        with decoding(self.path, f"step {seq} of its history"):
            title, tables, first, count = row
            labels = self._label_edits(first, count)
            return Edit(title, labels, None if tables is None else unpack_tables(tables))

    def _label_edits(self, first: int, count: int) -> MappingProxyType[int, LabelEdit]:
        edits: dict[int, list[Patch]] = defaultdict(list)
        for number, patch in self.patches(first, count):
            edits[number].append(patch)
        if sum(map(len, edits.values())) != count:
            raise ValueError("patches are missing")
        return MappingProxyType({number: tuple(patches) for number, patches in edits.items()})

    def patches(self, first: int, count: int) -> Iterator[tuple[int, Patch]]:
        """Yield (cube, patch) of `count` rows from number `first`; `ValueError` for damaged ones."""
        rows = self._run(
            "SELECT cube, row, col, rows, cols, ids FROM patches "
            "WHERE number BETWEEN ? AND ? ORDER BY number",
            (first, first + count - 1),
        )
        for number, row, col, height, width, ids in rows:
            yield number, unpack_patch(ids, Window(row, col, height, width))


def _patch_row(number: int, patch: Patch) -> tuple[int, int, int, int, int, bytes]:
    window = patch.window
    return number, window.row, window.col, window.rows, window.cols, pack_patch(patch)


def whole_edit(state: ProjectState, title: str) -> Edit:
    """Return the edit from nothing to a state."""
    labels = {
        number: tuple(
            Patch(labels.tile_window(key), np.zeros_like(tile), tile) for key, tile in labels.tiles.items()
        )
        for number, labels in state.labels.items()
    }
    return Edit(title, labels, (ClassTable(()), state.classes))


def cube_of(row: Sequence[object]) -> ProjectCube:
    """Return the cube of a row of `CUBE_COLUMNS`.

    Raises
    ------
    ValueError, TypeError
        When there can be no such cube.
    """
    if [type(value) for value in row] != [int, str, str, str, int, int, str]:
        raise TypeError(f"no cube: {row}")
    cube = ProjectCube(*row)  # type: ignore[arg-type]
    if not 0 < cube.rows <= _MOST_SIDE or not 0 < cube.cols <= _MOST_SIDE:
        raise ValueError(f"a cube of impossible size: {row}")
    return cube
