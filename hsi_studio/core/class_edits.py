"""Changes of the class table as edits that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hsi_studio.core.classes import ClassEntry, ClassTable, Color
from hsi_studio.core.labels import MOST_ID, LabelEdit
from hsi_studio.core.palette import free_colors
from hsi_studio.core.project import Edit, ProjectState
from hsi_studio.core.selection import replaced
from hsi_studio.errors import UsageError


def new_class(classes: ClassTable, name: str = "", color: Color | None = None) -> ClassEntry:
    """Return a class for the end of a table.

    Without a name it is called "Class N"; without a colour it gets one that no other class has.

    Raises
    ------
    UsageError
        When another class has the name, or all ids are taken.
    """
    id = _free_id(classes)
    name = _checked_name(classes, name, id) if name else _free_name(classes, id)
    return ClassEntry(id, name, _free_color(classes) if color is None else color)


def add(classes: ClassTable, entry: ClassEntry) -> Edit:
    """Return the edit that appends a class, such as one of `new_class`."""
    return _changed(classes, (*classes, entry), f"Add class {entry.name}")


def rename(classes: ClassTable, id: int, name: str) -> Edit:
    """Return the edit that renames a class; spaces around the name go.

    Raises
    ------
    UsageError
        When the name is empty or another class has it, in upper or lower case.
    """
    name = _checked_name(classes, name, id)
    return _with(classes, replace(classes[id], name=name), f"Rename {classes[id].name} to {name}")


def recolour(classes: ClassTable, id: int, color: Color) -> Edit:
    """Return the edit that gives a class another colour."""
    return _with(classes, replace(classes[id], color=color), f"Recolour {classes[id].name}")


def describe(classes: ClassTable, id: int, text: str) -> Edit:
    """Return the edit that changes a class's description."""
    return _with(classes, replace(classes[id], description=text), f"Describe {classes[id].name}")


def set_visible(classes: ClassTable, id: int, visible: bool) -> Edit:
    """Return the edit that shows or hides the labels of a class."""
    verb = "Show" if visible else "Hide"
    return _with(classes, replace(classes[id], visible=visible), f"{verb} {classes[id].name}")


def set_locked(classes: ClassTable, id: int, locked: bool) -> Edit:
    """Return the edit that protects the labels of a class from being painted over, or no longer does."""
    verb = "Lock" if locked else "Unlock"
    return _with(classes, replace(classes[id], locked=locked), f"{verb} {classes[id].name}")


def reorder(classes: ClassTable, ids: Sequence[int]) -> Edit:
    """Return the edit that puts the classes in the order of `ids`, which names each of them once."""
    if sorted(ids) != sorted(entry.id for entry in classes):
        raise ValueError("the order does not name each class once")
    return _changed(classes, tuple(classes[id] for id in ids), "Reorder classes")


def move(classes: ClassTable, id: int, place: int) -> Edit:
    """Return the edit that moves a class to a place (0-based) in the order."""
    ids = [entry.id for entry in classes if entry.id != id]
    ids.insert(place, id)
    return replace(reorder(classes, ids), title=f"Move {classes[id].name}")


def merge(state: ProjectState, source: int, into: int) -> Edit:
    """Return the edit that gives all pixels of a class, in all cubes, to another and removes the class.

    Raises
    ------
    UsageError
        When one of the two is locked, or both are the same.
    """
    if source == into:
        raise UsageError(f"{state.classes[into].name} cannot be merged with itself", "choose another class")
    title = f"Merge {_unlocked(state, source).name} into {_unlocked(state, into).name}"
    return replace(_removed(state, source, into), title=title)


def remove(state: ProjectState, id: int) -> Edit:
    """Return the edit that deletes a class and clears its pixels in all cubes.

    Raises
    ------
    UsageError
        When the class is locked.
    """
    return replace(_removed(state, id, 0), title=f"Delete {_unlocked(state, id).name}")


def clear(state: ProjectState, id: int) -> Edit:
    """Return the edit that clears the pixels of a class in all cubes and keeps the class.

    Raises
    ------
    UsageError
        When the class is locked.
    """
    return Edit(f"Clear {_unlocked(state, id).name}", _label_edits(state, id, 0))


def _removed(state: ProjectState, id: int, into: int) -> Edit:
    left = ClassTable(tuple(entry for entry in state.classes if entry.id != id))
    return Edit("", _label_edits(state, id, into), (state.classes, left))


def _label_edits(state: ProjectState, old: int, new: int) -> dict[int, LabelEdit]:
    edits = {number: replaced(labels, old, new) for number, labels in state.labels.items()}
    return {number: edit for number, edit in edits.items() if edit}


def _unlocked(state: ProjectState, id: int) -> ClassEntry:
    entry = state.classes[id]
    if entry.locked:
        raise UsageError(f"{entry.name} is locked", "unlock it first")
    return entry


def _changed(classes: ClassTable, entries: tuple[ClassEntry, ...], title: str) -> Edit:
    return Edit(title, classes=(classes, ClassTable(entries)))


def _with(classes: ClassTable, entry: ClassEntry, title: str) -> Edit:
    return _changed(classes, tuple(entry if old.id == entry.id else old for old in classes), title)


def _checked_name(classes: ClassTable, name: str, id: int) -> str:
    name = name.strip()
    if not name:
        raise UsageError("a class needs a name", "type one")
    for other in classes:
        if other.id != id and other.name.casefold() == name.casefold():
            raise UsageError(f"class {other.id} is already called {other.name}", "choose another name")
    return name


def _free_id(classes: ClassTable) -> int:
    """Return the id after the largest: an id that was deleted lives on in exported maps."""
    taken = {entry.id for entry in classes}
    if (next_id := max(taken, default=0) + 1) <= MOST_ID:
        return next_id
    free = next((id for id in range(1, MOST_ID) if id not in taken), None)
    if free is None:
        raise UsageError(f"the table already holds {MOST_ID} classes", "delete one")
    return free


def _free_name(classes: ClassTable, number: int) -> str:
    taken = {entry.name.casefold() for entry in classes}
    while f"class {number}" in taken:
        number += 1
    return f"Class {number}"


def _free_color(classes: ClassTable) -> Color:
    return next(free_colors(entry.color for entry in classes))
