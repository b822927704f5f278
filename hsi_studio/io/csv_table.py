"""CSV files as people have them: of any spreadsheet and country."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from hsi_studio.errors import CubeFileError

_MOST_FIELD = 1_000_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Line = tuple[int, dict[str, str]]
"""Number of a line, from 1, and its cells by heading."""


def read_csv(path: Path) -> tuple[list[str], Iterator[Line]]:
    """Return the headings of a CSV file, in lower case, and an iterator over its lines.

    UTF-8 and, where the file starts with its mark, UTF-16; commas, semicolons or tabs part the columns, as
    the first line does. Empty lines are passed over, cells that a line lacks are empty.

    Raises
    ------
    CubeFileError
        When the file cannot be read, is text of another encoding, or no table; by the iterator too.
    """
    rows = _rows(path)
    heads = [head.strip().lower() for head in next(rows, (0, []))[1]]
    blank = dict.fromkeys(heads, "")
    return heads, ((number, blank | dict(zip(heads, row, strict=False))) for number, row in rows)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_MOST_FIELD)
    number = 0
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            first = file.readline()
            if "\0" in first:
                raise UnicodeError
            file.seek(0)
            table = csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True)
            for row in table:
                number = table.line_num
                if any(cell.strip() for cell in row):
                    yield number, row
    except OSError as error:
        raise CubeFileError(f"{path} could not be read ({error.strerror})", "check the path") from error
    except UnicodeError as error:
        raise CubeFileError(f"{path.name} is no text in UTF-8", "save it as CSV UTF-8") from error
    except csv.Error as error:
        raise CubeFileError(
            f"{path.name} is no table, line {number + 1} ({error})", "correct it there"
        ) from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in _UTF_16 else "utf-8-sig"
