"""What is left of a damaged project: every row that can be read and decoded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.labels import TILE, Ids, LabelEdit, Labels, Patch
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.core.window import Window
from hsi_studio.io.project.codec import table_of, unpack_class, unpack_patch, unpack_tables, unpack_tile
from hsi_studio.io.project.errors import UNDECODABLE
from hsi_studio.io.project.replay import CubeTile
from hsi_studio.io.project.salvage import Row, readable_rows
from hsi_studio.io.project.store import CUBE_COLUMNS, cube_of

T = TypeVar("T")


@dataclass
class Relics:
    """Decoded rows, and sentences on those that are missing.

    Parameters
    ----------
    cubes : tuple of ProjectCube
    classes : ClassTable
    tiles : dict of (cube number, tile) to ndarray of uint16 (256, 256)
    all_tiles : bool
        Whether no tile is missing.
    steps : dict of int to (Edit, float)
        Steps of the history that are complete, with their time.
    position, last_step : int
        How many steps were done, and how many there were.
    settings, descriptions : list of rows
    lost : list of str
    """

    cubes: tuple[ProjectCube, ...] = ()
    classes: ClassTable = field(default_factory=lambda: ClassTable(()))
    tiles: dict[CubeTile, Ids] = field(default_factory=dict)
    all_tiles: bool = True
    steps: dict[int, tuple[Edit, float]] = field(default_factory=dict)
    position: int = 0
    last_step: int = 0
    settings: list[Row] = field(default_factory=list)
    descriptions: list[Row] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def whole_past(self) -> bool:
        """Whether every step that was done is known."""
        return all(seq in self.steps for seq in range(1, self.position + 1))


def dig(connection: sqlite3.Connection, progress: Progress) -> Relics:
    """Read whatever can be read.

    Raises
    ------
    Cancelled
        By `progress`.
    """
    digger = _Digger(connection, progress)
    relics = Relics(lost=digger.lost)
    relics.cubes = digger.cubes()
    relics.steps, last = digger.steps()
    relics.position = digger.position(last)
    relics.last_step = max(last, relics.position)
    relics.classes = digger.classes(relics)
    relics.tiles, relics.all_tiles = digger.tiles(relics.cubes)
    relics.settings = digger.settings()
    relics.descriptions = digger.descriptions()
    return relics


class _Digger:
    def __init__(self, connection: sqlite3.Connection, progress: Progress) -> None:
        self.lost: list[str] = []
        self._connection = connection
        self._progress = progress

    def _rows(self, table: str, columns: str, copy: str = "") -> tuple[list[Row], bool]:
        """Return the readable rows of a table; those of its `copy` too when they are not all."""
        self._progress.update(None, table)
        rows, whole = readable_rows(self._connection, table, columns)
        if whole or not copy:
            return rows, whole
        second, whole = readable_rows(self._connection, table, columns, f"INDEXED BY {copy}")
        return sorted({row[0]: row for row in (*second, *rows)}.values()), whole

    def cubes(self) -> tuple[ProjectCube, ...]:
        rows, whole = self._rows("cubes", CUBE_COLUMNS, "cubes_copy")
        cubes, sound = _decoded(cube_of, rows)
        self._tell(whole and sound, "Part of the list of cubes could not be read.")
        return tuple(cubes)

    def steps(self) -> tuple[dict[int, tuple[Edit, float]], int]:
        """Return the complete steps by number, and the number of the last of all."""
        rows, all_patches = self._rows("patches", "number, cube, row, col, rows, cols, ids")
        patches = dict(_decoded(_patch, rows)[0])
        rows, all_steps = self._rows("journal", "seq, title, time, classes, first, patches")
        self._tell(all_patches and all_steps, "Part of the history could not be read.")
        steps = _decoded(lambda row: (row[0], _step(row, patches)), rows)[0]
        return dict(steps), max((row[0] for row in rows), default=0)

    def position(self, last: int) -> int:
        rows, _ = self._rows("state", "only, position", "state_copy")
        if rows and isinstance(rows[0][1], int) and rows[0][1] >= 0:
            return rows[0][1]
        self._tell(False, "Where the history stood could not be read; all of its steps are taken as done.")
        return last

    def classes(self, relics: Relics) -> ClassTable:
        rows, whole = self._rows("classes", "place, entry", "classes_copy")
        entries, sound = _decoded(lambda row: unpack_class(row[1]), rows)
        if whole and sound:
            return _table(entries)
        remembered = _remembered_table(relics)
        self._tell(remembered is not None, "Part of the class table could not be read.")
        return _table(entries) if remembered is None else remembered

    def tiles(self, cubes: Iterable[ProjectCube]) -> tuple[dict[CubeTile, Ids], bool]:
        sizes = {cube.number: Labels(cube.rows, cube.cols) for cube in cubes}
        rows, whole = self._rows("tiles", "number, cube, row, col, ids")
        tiles, sound = _decoded(lambda row: _tile(row, sizes), rows)
        self._tell(whole and sound, "Some tiles of labels could not be read.")
        return dict(tiles), whole and sound

    def settings(self) -> list[Row]:
        rows, whole = self._rows("settings", "rowid, key, value")
        settings, sound = _decoded(_setting, rows)
        self._tell(whole and sound, "Some settings of the view could not be read.")
        return settings

    def descriptions(self) -> list[Row]:
        rows, whole = self._rows("descriptions", "number, class, text, time, flipped")
        versions, sound = _decoded(_description, rows)
        self._tell(whole and sound, "Some earlier descriptions could not be read.")
        return versions

    def _tell(self, sound: bool, sentence: str) -> None:
        if not sound:
            self.lost.append(sentence)


def _decoded(decode: Callable[[Row], T], rows: Iterable[Row]) -> tuple[list[T], bool]:
    """Return what can be decoded, and whether that is all."""
    decoded, sound = [], True
    for row in rows:
        try:
            decoded.append(decode(row))
        except UNDECODABLE:
            sound = False
    return decoded, sound


def _patch(row: Row) -> tuple[int, tuple[int, Patch]]:
    number, cube, *place, ids = row
    return number, (cube, unpack_patch(ids, Window(*place)))


def _step(row: Row, patches: dict[int, tuple[int, Patch]]) -> tuple[Edit, float]:
    _, title, time, tables, first, count = row
    labels: dict[int, LabelEdit] = {}
    for number in range(first, first + count):
        cube, patch = patches[number]
        labels[cube] = (*labels.get(cube, ()), patch)
    return Edit(str(title), labels, None if tables is None else unpack_tables(tables)), float(time)


def _tile(row: Row, sizes: dict[int, Labels]) -> tuple[CubeTile, Ids]:
    _, cube, tile_row, tile_col, ids = row
    area = sizes[cube].tile_window((tile_row, tile_col))
    tile = np.zeros((TILE, TILE), np.uint16)
    tile[: area.rows, : area.cols] = unpack_tile(ids, area.rows, area.cols)
    return (cube, (tile_row, tile_col)), tile


def _setting(row: Row) -> Row:
    json.loads(row[2])
    return str(row[1]), row[2]


def _description(row: Row) -> Row:
    _, id, text, time, flipped = row
    return int(id), str(text), float(time), None if flipped is None else int(flipped)


def _table(entries: list[ClassEntry]) -> ClassTable:
    """Return a table; of classes that share an id, the first."""
    return table_of(tuple({entry.id: entry for entry in reversed(entries)}.values())[::-1])


def _remembered_table(relics: Relics) -> ClassTable | None:
    """Return the class table that the history ends with, unless it has a gap after the last one known."""
    for seq in range(relics.position, 0, -1):
        if seq not in relics.steps:
            return None
        tables = relics.steps[seq][0].classes
        if tables is not None:
            return tables[1]
    return None
