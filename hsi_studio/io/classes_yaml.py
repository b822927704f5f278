"""Class tables as YAML: a list of `{id, name, color, description}`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.class_entries import class_entries, class_table, hex_color, read_text
from hsi_studio.io.guard import shown

_KEYS = {"id", "name", "color", "description"}


def read_classes(path: Path) -> ClassTable:
    """Read a class table; only `name` is required of an entry.

    Ids default to the place in the list from 1, colours (``"#rrggbb"`` or three numbers) to the palette.

    Raises
    ------
    HsiError
        Naming the entry at fault.
    """
    told = [_fields(path, place, entry) for place, entry in enumerate(_load(path), 1)]
    return class_table(path, class_entries(path, told))


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a class table that `read_classes` reads back unchanged."""
    import yaml

    entries = [
        {
            "id": entry.id,
            "name": entry.name,
            "color": hex_color(entry.color),
            "description": entry.description,
        }
        for entry in table
    ]
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)
    with atomic_output(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _load(path: Path) -> list[Any]:
    from hsi_studio.io.plain_yaml import plain_yaml

    content = plain_yaml(read_text(path), path)
    if not isinstance(content, list) or not content:
        raise HsiError(
            f"{path.name} is no list of classes", "write entries like `- {id: 1, name: Corn, description: …}`"
        )
    return content


def _fields(path: Path, place: int, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise HsiError(
            f"Class {place} of {path.name} is no mapping",
            "write it like {id: 1, name: Corn, description: …}",
        )
    unknown = [str(key) for key in entry if key not in _KEYS]
    if unknown:
        raise HsiError(
            f"Class {place} of {path.name} has the unknown key {shown(unknown[0])}",
            f"use {', '.join(sorted(_KEYS))}",
        )
    return entry
