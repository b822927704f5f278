"""Class tables as CSV with the columns id, name, color and description."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import MOST_ID
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.class_entries import class_entries, class_table, hex_color
from hsi_studio.io.csv_table import read_csv

_COLUMNS = ("id", "name", "color", "description")
_ALSO = {"colour": "color", "class": "name", "class_name": "name", "class_id": "id", "value": "id"}


def read_classes(path: Path) -> ClassTable:
    """Read a class table; only the column ``name`` is required, other columns are passed over.

    Columns and encodings are those of `read_csv`.

    Raises
    ------
    HsiError
        Naming the entry at fault.
    """
    heads, lines = read_csv(path)
    if "name" not in (_ALSO.get(head, head) for head in heads):
        raise HsiError(f"{path.name} has no column name", f"head the columns {', '.join(_COLUMNS)}")
    told = [_fields(row) for _, row in islice(lines, MOST_ID + 1)]
    return class_table(path, class_entries(path, told))


def _fields(row: dict[str, str]) -> dict[str, str]:
    known = ((_ALSO.get(head, head), cell) for head, cell in row.items())
    return {head: cell for head, cell in known if head in _COLUMNS and cell}


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a class table that `read_classes` reads back unchanged."""
    with atomic_output(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows((e.id, e.name, hex_color(e.color), e.description) for e in table)
