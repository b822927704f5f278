"""A class table that is loaded into another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.descriptions import spoken
from hsi_studio.core.palette import free_colors
from hsi_studio.core.project import Edit


@dataclass(frozen=True)
class Loaded:
    """The edit that loads a table, and how many classes it adds and updates."""

    edit: Edit
    added: int
    updated: int


def load(classes: ClassTable, loaded: ClassTable, name: str) -> Loaded:
    """Bring the classes of a table into another one.

    Classes of the same name take the colour and, where there is one, the description of the loaded table;
    the others are added, with their own id where it is free. No class goes, so no label does. A colour of a
    class that stays as it is is not given to another one.

    Parameters
    ----------
    classes, loaded : ClassTable
    name : str
        Of what is loaded, for the Edit menu.
    """
    places = {_key(entry.name): place for place, entry in enumerate(classes)}
    told = {_key(entry.name) for entry in loaded}
    taken = {entry.color for entry in classes if _key(entry.name) not in told}
    entries, free = list(classes), free_colors(entry.color for entry in (*classes, *loaded))
    for entry in loaded:
        place = places.get(_key(entry.name))
        if place is None:
            own = replace(entry, color=next(free)) if entry.color in taken else entry
            entries.append(_added(ClassTable(tuple(entries)), own))
        else:
            old = entries[place]
            color = old.color if entry.color in taken else entry.color
            entries[place] = replace(old, color=color, description=entry.description or old.description)
    table = ClassTable(tuple(entries))
    updated = sum(old != new for old, new in zip(classes, table, strict=False))
    return Loaded(Edit(f"Load {name}", classes=(classes, table)), len(table) - len(classes), updated)


def _added(classes: ClassTable, entry: ClassEntry) -> ClassEntry:
    is_free = all(other.id != entry.id for other in classes)
    return entry if is_free else replace(entry, id=class_edits.new_class(classes, entry.name).id)


def _key(name: str) -> str:
    return spoken(name).casefold()
