"""YAML in which every value is a list, a mapping or the text that stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from hsi_studio.errors import HsiError

_EMPTY = ("", "~", "null", "Null", "NULL")


def plain_yaml(text: str, path: Path) -> Any:
    """Return lists, mappings and texts; None where nothing stands.

    Dates, numbers and booleans stay the texts that they are written as. Anchors, aliases and tags are
    refused: a few hundred bytes of them unfold to gigabytes.

    Parameters
    ----------
    text : str
    path : Path
        For messages.

    Raises
    ------
    HsiError
        With the line at fault.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except _NotPlainError as error:
        raise HsiError(
            f"{path.name} has an anchor, an alias or a tag in line {error.line}",
            "write the value itself there",
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        if where is None:
            raise HsiError(f"{path.name} is no YAML", "choose another file") from error
        raise HsiError(f"{path.name} is no YAML, line {where.line + 1}", "correct it there") from error


class _NotPlainError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _Loader(yaml.BaseLoader):
    """Makes nothing but lists, mappings, texts and None."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            raise _NotPlainError(event.start_mark.line + 1)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        is_empty = node.style is None and node.value in _EMPTY
        return None if is_empty else super().construct_scalar(node)
