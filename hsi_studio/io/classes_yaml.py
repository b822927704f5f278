"""Class tables as YAML: a list of `{id, name, color, description}`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hsi_studio.core.classes import PALETTE, ClassEntry, ClassTable, Color
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output

_MOST_BYTES = 64_000_000
_MOST_ID = 32_767
_KEYS = {"id", "name", "color", "description"}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def read_classes(path: Path) -> ClassTable:
    """Read a class table; only `name` is required of an entry.

    Ids default to the place in the list from 1, colours (``"#rrggbb"`` or three numbers) to the palette.

    Raises
    ------
    HsiError
        Naming the entry at fault.
    """
    entries = _load(path)
    table = ClassTable(tuple(_entry(path, place, entry) for place, entry in enumerate(entries, 1)))
    for what in ("id", "name"):
        values = [getattr(entry, what) for entry in table]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise HsiError(f"{path.name} has two classes with the {what} {twice}", "give each its own")
    return table


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a class table that `read_classes` reads back unchanged."""
    import yaml

    entries = [
        {
            "id": entry.id,
            "name": entry.name,
            "color": "#{:02x}{:02x}{:02x}".format(*entry.color),
            "description": entry.description,
        }
        for entry in table
    ]
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)
    with atomic_output(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _load(path: Path) -> list[Any]:
    import yaml

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise HsiError(f"{path.name} is too large for a class table", "check the path")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HsiError(f"{path} could not be read ({error.strerror})", "check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise HsiError(f"{path.name} is no YAML{line}", "correct it there") from error
    if not isinstance(content, list) or not content:
        raise HsiError(
            f"{path.name} is no list of classes", "write entries like `- {id: 1, name: Corn, description: …}`"
        )
    return content


def _entry(path: Path, place: int, entry: Any) -> ClassEntry:
    def refuse(reason: str, remedy: str) -> HsiError:
        return HsiError(f"class {place} of {path.name} {reason}", remedy)

    if not isinstance(entry, dict):
        raise refuse("is no mapping", "write it like {id: 1, name: Corn, description: …}")
    unknown = [str(key) for key in entry if key not in _KEYS]
    if unknown:
        raise refuse(f"has the unknown key {unknown[0]}", f"use {', '.join(sorted(_KEYS))}")
    name, text, number = entry.get("name"), entry.get("description") or "", entry.get("id", place)
    if not isinstance(name, str) or not name.strip():
        raise refuse("has no name", "add one (in quotes if it is a number)")
    if not isinstance(text, str):
        raise refuse("has a description that is no text", "put it in quotes")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= _MOST_ID:
        raise refuse(f"has the id {number!r}", f"use a whole number from 1 to {_MOST_ID}")
    color = _color(entry.get("color", PALETTE[(place - 1) % len(PALETTE)]))
    if color is None:
        raise refuse(f"has the color {entry['color']!r}", 'write it like "#88ccee" or [136, 204, 238]')
    return ClassEntry(number, name.strip(), color, text.strip())


def _color(value: Any) -> Color | None:
    if isinstance(value, str) and _HEX.fullmatch(value):
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        return None
    if not all(isinstance(part, int) and 0 <= part <= 255 for part in value):
        return None
    return value[0], value[1], value[2]
