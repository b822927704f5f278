"""Class tables as the class names and the lookup of an ENVI header."""

from __future__ import annotations

from pathlib import Path

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.class_entries import class_table, distinct_names
from hsi_studio.io.readers.envi_cube import named_classes
from hsi_studio.io.readers.envi_header import read_header
from hsi_studio.io.writers.envi_header import class_fields, field_lines

_BLACK = (0, 0, 0)


def read_classes(path: Path) -> ClassTable:
    """Read the classes of a classification's header; the first is "unclassified" and none.

    Names that `write_classes` puts where an id has no class are passed over.

    Raises
    ------
    HsiError
        When the header names no classes.
    """
    try:
        header = read_header(path)
    except OSError as error:
        raise HsiError(f"{path} could not be read ({error.strerror})", "check the path") from error
    classes, _ = named_classes(header)
    if classes is None:
        raise HsiError(f"{path.name} names no classes", "choose the header of an ENVI classification")
    named = [e for e in classes if (e.name, e.color) != (f"class {e.id}", _BLACK)]
    return class_table(path, distinct_names(named))


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a header of nothing but class names and lookup, to be copied into others.

    ENVI has no gaps in the ids; a class that is missing is called "class N" and black.

    Raises
    ------
    HsiError
        When the file is the header of an image.
    """
    if path.is_file() and read_header(path).text("samples") is not None:
        raise HsiError(f"{path.name} is the header of an image", "choose another name")
    with atomic_output(path) as temporary:
        temporary.write_text("\n".join(("ENVI", *field_lines(class_fields(table)), "")), encoding="utf-8")
