"""What every reader of class tables checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from hsi_studio.core.classes import ClassEntry, ClassTable, Color
from hsi_studio.core.labels import MOST_ID
from hsi_studio.core.palette import free_colors
from hsi_studio.errors import HsiError
from hsi_studio.io.guard import shown

_MOST_BYTES = 64_000_000
_NO_COLOR = (0, 0, 0)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_WHOLE = re.compile(r"\s*0*(\d{1,9})\s*")
_TRIPLE = re.compile(r"\s*(\d{1,3})\s*[,; ]\s*(\d{1,3})\s*[,; ]\s*(\d{1,3})\s*(?:[,; ]\s*\d{1,3}\s*)?")


def read_text(path: Path) -> str:
    """Return the text of a file of bounded size.

    Raises
    ------
    HsiError
        When it cannot be read or is no text.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise HsiError(f"{path.name} is too large for a class table", "check the path")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise HsiError(f"{path} could not be read ({error.strerror})", "check the path") from error
    except UnicodeDecodeError as error:
        raise HsiError(f"{path.name} is no text in UTF-8", "save it as UTF-8") from error


def class_entries(path: Path, told: Sequence[dict[str, Any]]) -> list[ClassEntry]:
    """Return the classes that the fields id, name, color and description tell; only the name is required.

    Without an id a class has its place in the list, from 1; without a colour, one that no other has.

    Raises
    ------
    HsiError
        Naming the entry at fault.
    """
    entries = [_class_entry(path, place, fields) for place, fields in enumerate(told, 1)]
    free = free_colors(entry.color for entry, fields in zip(entries, told, strict=True) if "color" in fields)
    return [
        entry if "color" in fields else replace(entry, color=next(free))
        for entry, fields in zip(entries, told, strict=True)
    ]


def _class_entry(path: Path, place: int, fields: dict[str, Any]) -> ClassEntry:

    def refuse(reason: str, remedy: str) -> HsiError:
        return HsiError(f"Class {place} of {path.name} {reason}", remedy)

    name, text = fields.get("name"), fields.get("description") or ""
    if not isinstance(name, str) or not name.strip():
        raise refuse("has no name", "add one")
    if not isinstance(text, str):
        raise refuse("has a description that is no text", "put it in quotes")
    return ClassEntry(_id(fields, place, refuse), name.strip(), _color(fields, refuse), text.strip())


def class_table(path: Path, entries: list[ClassEntry]) -> ClassTable:
    """Return the table of entries.

    Raises
    ------
    HsiError
        When there are none, or two have the same id or name.
    """
    if not entries:
        raise HsiError(f"{path.name} names no classes", "choose another file")
    for what in ("id", "name"):
        seen: set[object] = set()
        for value in (getattr(entry, what) for entry in entries):
            if value in seen:
                raise HsiError(
                    f"{path.name} has two classes with the {what} {shown(value)}", "give each its own"
                )
            seen.add(value)
    return ClassTable(tuple(entries))


def distinct_names(entries: Iterable[ClassEntry]) -> list[ClassEntry]:
    """Return entries whose names differ, as programs that go by the id alone do not demand."""
    named: list[ClassEntry] = []
    taken: set[str] = set()
    for entry in entries:
        further = (f"{entry.name} {number}" for number in count(2))
        name = next(choice for choice in chain((entry.name,), further) if choice not in taken)
        taken.add(name)
        named.append(replace(entry, name=name))
    return named


def hex_color(color: Color) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


_Refuse = Callable[[str, str], HsiError]


def _id(fields: dict[str, Any], place: int, refuse: _Refuse) -> int:
    told = fields.get("id", place)
    number = _whole(told)
    if not 1 <= number <= MOST_ID:
        raise refuse(f"has the id {shown(told)}", f"use a whole number from 1 to {MOST_ID}")
    return number


def _color(fields: dict[str, Any], refuse: _Refuse) -> Color:
    value = fields.get("color", _NO_COLOR)
    parts = _parts(value)
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        raise refuse(f"has the color {shown(value)}", 'write it like "#88ccee" or [136, 204, 238]')
    return parts[0], parts[1], parts[2]


def _parts(value: Any) -> list[int]:
    if isinstance(value, str):
        if _HEX.fullmatch(value.strip()):
            return list(bytes.fromhex(value.strip()[1:]))
        triple = _TRIPLE.fullmatch(value)
        return [int(part) for part in triple.groups()] if triple else []
    return [_whole(part) for part in value] if isinstance(value, (list, tuple)) else []


def _whole(told: Any) -> int:
    """Return a whole number that is told as one or in digits, -1 for anything else."""
    if isinstance(told, str):
        digits = _WHOLE.fullmatch(told)
        return int(digits[1]) if digits else -1
    return told if isinstance(told, int) else -1
