"""Class tables as CSV with the columns id, name, color and description."""

from __future__ import annotations

import csv
from pathlib import Path

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.class_entries import class_entries, class_table, hex_color, read_text

_COLUMNS = ("id", "name", "color", "description")
_ALSO = {"colour": "color", "class": "name", "class_name": "name", "class_id": "id", "value": "id"}


def read_classes(path: Path) -> ClassTable:
    """Read a class table; only the column ``name`` is required, other columns are passed over.

    Commas, semicolons or tabs part the columns, as spreadsheets of different countries write them.

    Raises
    ------
    HsiError
        Naming the entry at fault.
    """
    text = read_text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise HsiError(
            f"{path.name} is no table, line {reader.line_num} ({error})", "correct it there"
        ) from error
    heads = [_ALSO.get(head.strip().lower(), head.strip().lower()) for head in rows[0]] if rows else []
    if "name" not in heads:
        raise HsiError(f"{path.name} has no column name", f"head the columns {', '.join(_COLUMNS)}")
    told = [
        {k: cell for k, cell in zip(heads, row, strict=False) if k in _COLUMNS and cell} for row in rows[1:]
    ]
    return class_table(path, class_entries(path, told))


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a class table that `read_classes` reads back unchanged."""
    with atomic_output(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows((e.id, e.name, hex_color(e.color), e.description) for e in table)
