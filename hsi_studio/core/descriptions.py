"""What is read for a class: its description, or its name where there is none."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from hsi_studio.core.classes import ClassTable


@dataclass(frozen=True)
class ClassText:
    """A class's name and the text that stands for it."""

    name: str
    text: str


def class_texts(table: ClassTable) -> tuple[ClassText, ...]:
    """Return one text per class, in the table's order."""
    return tuple(ClassText(entry.name, entry.description.strip() or spoken(entry.name)) for entry in table)


def spoken(name: str) -> str:
    """Return a name as words: ``Corn-notill`` and ``corn_notill`` become ``Corn notill``."""
    return " ".join(re.findall(r"[^\W_]+", name)) or name


def phrase_spans(name: str, text: str) -> list[tuple[int, int]]:
    """Return where `text` names the class: (start, stop) of each occurrence of the whole phrase.

    Case does not matter, nor what joins the words: ``Corn-notill`` is found as ``corn notill``.
    """
    words = re.findall(r"[^\W_]+", name)
    if not words:
        return []
    pattern = r"\b" + r"[\W_]+".join(map(re.escape, words)) + r"\b"
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def same_texts(table: ClassTable) -> list[tuple[str, ...]]:
    """Return groups of classes (by name) whose texts are equal, so that no text score tells them apart."""
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in class_texts(table):
        groups[" ".join(entry.text.split()).casefold()].append(entry.name)
    return [tuple(names) for names in groups.values() if len(names) > 1]
