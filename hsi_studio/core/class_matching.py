"""Which classes of two tables mean the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry


def matched(truth: Iterable[ClassEntry], table: Iterable[ClassEntry]) -> dict[int, int]:
    """Return the id in `table` of each class of `truth` that is there: by its name, else by its id.

    An id is no match where its class in `table` is already another's by name.
    """
    truth, table = tuple(truth), tuple(table)
    by_name = {_plain(entry.name): entry.id for entry in table}
    found = {entry.id: by_name[_plain(entry.name)] for entry in truth if _plain(entry.name) in by_name}
    free = {entry.id for entry in table} - set(found.values())
    return found | {entry.id: entry.id for entry in truth if entry.id not in found and entry.id in free}


def renumbered(
    truth: tuple[ClassEntry, ...], table: tuple[ClassEntry, ...]
) -> tuple[NDArray[np.intp], tuple[ClassEntry, ...]]:
    """Bring a truth's ids in line with those of a table.

    Returns
    -------
    places : ndarray of int (largest id of the truth + 1,)
        For each id of the truth its place among `classes`, from 1; 0 for ids without a class.
    classes : tuple of ClassEntry
        Those of `table`, then those of `truth` that it lacks.
    """
    known = matched(truth, table)
    classes = (*table, *(entry for entry in truth if entry.id not in known))
    place = {id(entry): number for number, entry in enumerate(classes, 1)}
    in_table = {entry.id: place[id(entry)] for entry in table}
    places = np.zeros(max((entry.id for entry in truth), default=0) + 1, np.intp)
    for entry in truth:
        places[entry.id] = in_table[known[entry.id]] if entry.id in known else place[id(entry)]
    return places, classes


def _plain(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("_", " ").casefold().split())
