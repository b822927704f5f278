"""Class tables in the format that a file's ending tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import UsageError
from hsi_studio.io import classes_csv, classes_envi, classes_qml, classes_yaml


@dataclass(frozen=True)
class TableFormat:
    """A format of class tables; `keeps_texts` tells whether it has a place for descriptions."""

    name: str
    endings: tuple[str, ...]
    read: Callable[[Path], ClassTable]
    write: Callable[[Path, ClassTable], None]
    keeps_texts: bool = True


TABLE_FORMATS = (
    TableFormat("Class table", (".yaml", ".yml"), classes_yaml.read_classes, classes_yaml.write_classes),
    TableFormat("Comma-separated values", (".csv",), classes_csv.read_classes, classes_csv.write_classes),
    TableFormat("QGIS style", (".qml",), classes_qml.read_classes, classes_qml.write_classes, False),
    TableFormat("ENVI header", (".hdr",), classes_envi.read_classes, classes_envi.write_classes, False),
)


def table_format(path: Path) -> TableFormat:
    """Return the format of a class table by its ending.

    Raises
    ------
    UsageError
        For an unknown ending, listing the known.
    """
    for one in TABLE_FORMATS:
        if path.suffix.lower() in one.endings:
            return one
    endings = ", ".join(one.endings[0] for one in TABLE_FORMATS)
    raise UsageError(f"{path.name} has no ending of a class table", f"choose one of {endings}")


def read_class_table(path: Path) -> ClassTable:
    """Read a class table of any of `TABLE_FORMATS`.

    Raises
    ------
    HsiError
        With what is wrong and where.
    """
    return table_format(path).read(path)


def write_class_table(path: Path, table: ClassTable) -> None:
    """Write a class table in any of `TABLE_FORMATS`; an existing file is replaced.

    Raises
    ------
    HsiError
        When the file cannot be written; an older one then stays as it was.
    """
    table_format(path).write(path, table)
