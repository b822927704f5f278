"""Values of a foreign raster of classes, and which class of the table each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable, Color
from hsi_studio.core.descriptions import spoken
from hsi_studio.core.labels import MOST_ID, Ids, Labels, Patch, tile_keys
from hsi_studio.core.palette import free_colors
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window

CREATE: Literal["create"] = "create"
"""The value becomes a new class."""

Target = int | Literal["create"] | None
"""What becomes of a value: the class of an id, a new class, or nothing (None: left out)."""

Overlap = Literal["replace", "keep", "only"]
"""Where labels and imported pixels meet: the imported replace them, or they are kept; ``only`` clears all
other labels first."""

_GENERIC = re.compile(r"(class|klasse)?[\s_-]*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class FoundValue:
    """A value other than 0 in a raster, how many pixels have it, and what the file calls it.

    `entry.name` is "Class 7" where the file gives no name.
    """

    value: int
    pixels: int
    entry: ClassEntry

    @property
    def is_named(self) -> bool:
        """Whether the file gives a name that says more than the number."""
        return not _GENERIC.fullmatch(self.entry.name.strip())


def found_values(raster: ClassRaster) -> tuple[FoundValue, ...]:
    """Return the values in a raster in rising order."""
    known = {entry.id: entry for entry in raster.classes}
    counts = np.bincount(np.asarray(raster.ids, np.int64).ravel(), minlength=1)
    values = [int(value) for value in np.flatnonzero(counts) if value]
    rest = iter(ClassTable.from_names([f"Class {value}" for value in values]))
    plain = {value: replace(next(rest), id=value) for value in values}
    return tuple(FoundValue(v, int(counts[v]), known.get(v, plain[v])) for v in values)


def proposed(found: Sequence[FoundValue], table: ClassTable) -> dict[int, Target]:
    """Return the class of the same name for each value, or of the same id where the file names none.

    Case and what joins words do not matter in names. A value without a match is left out.
    """
    by_name = {_key(entry.name): entry.id for entry in table}
    ids = {entry.id for entry in table}
    matches: dict[int, Target] = {}
    for one in found:
        by_id = one.value if one.value in ids and not one.is_named else None
        matches[one.value] = by_name.get(_key(one.entry.name), by_id)
    return matches


def with_created(
    found: Sequence[FoundValue], targets: Mapping[int, Target], table: ClassTable
) -> tuple[ClassTable, dict[int, int]]:
    """Return the table with the classes that values create, and the id of each value that is not left out.

    A new class keeps the value as its id and the file's name and colour where these are free.
    """
    ids: dict[int, int] = {}
    free = free_colors((*(one.entry.color for one in found), *(entry.color for entry in table)))
    for one in found:
        target = targets.get(one.value)
        if target == CREATE:
            entry = _created(one, table, free)
            table = ClassTable((*table, entry))
            ids[one.value] = entry.id
        elif target is not None:
            ids[one.value] = target
    return table, ids


def import_edit(
    title: str,
    number: int,
    before: tuple[ClassTable, Labels],
    raster: ClassRaster,
    targets: Mapping[int, Target],
    *,
    overlap: Overlap = "replace",
) -> Edit:
    """Return the one step that brings a raster into the labels of a cube.

    Parameters
    ----------
    title : str
        For the Edit menu.
    number : int
        Of the cube in the project.
    before : (ClassTable, Labels)
        As they are; labels of locked classes stay.
    raster : ClassRaster
        Of the size of the labels.
    targets : mapping of value to Target
        See `proposed`.
    overlap : {"replace", "keep", "only"}
    """
    classes, labels = before
    table, ids = with_created(found_values(raster), targets, classes)
    lookup = np.zeros(MOST_ID + 1, np.uint16)
    lookup[list(ids)] = list(ids.values())
    locked = [entry.id for entry in classes if entry.locked]
    edit = tuple(_patches(labels, raster.ids, lookup, locked, overlap))
    return Edit(title, {number: edit} if edit else {}, (classes, table) if table != classes else None)


def _patches(
    labels: Labels, values: NDArray[np.integer], lookup: Ids, locked: Sequence[int], overlap: Overlap
) -> Iterator[Patch]:
    """Yield the changed patches, tile by tile: of a large raster only a tile's copies are in memory."""
    for key in tile_keys(Window.full(labels.rows, labels.cols)):
        window = labels.tile_window(key)
        old, new = labels.read(window), lookup[values[window.slices()]]
        keeps = np.isin(old, locked) if locked else np.zeros(old.shape, bool)
        if overlap != "only":
            keeps |= (old != 0) if overlap == "keep" else (new == 0)
        yield from labels.change(window, np.where(keeps, old, new))


def _created(one: FoundValue, table: ClassTable, free: Iterator[Color]) -> ClassEntry:
    taken = {entry.id for entry in table}
    names = {entry.name.casefold() for entry in table}
    name = next(n for n in _numbered(one.entry.name.strip()) if n.casefold() not in names)
    is_used = one.entry.color in {entry.color for entry in table}
    entry = class_edits.new_class(table, name, next(free) if is_used else one.entry.color)
    free_id = one.value not in taken
    return replace(entry, id=one.value if free_id else entry.id, description=one.entry.description)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} {number}" for number in range(2, MOST_ID + 3))


def _key(name: str) -> str:
    return spoken(name).casefold()
