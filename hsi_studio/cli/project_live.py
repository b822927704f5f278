"""What, besides labels and descriptions, makes the map that the window shows of a project's cube."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsi_studio.cli.ml_options import DEFAULT_ENCODER
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit, classes_when_labelled
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.networks import kept_network
from hsi_studio.io.project.settings import ENCODER, LIVE

_CHUNK = 50


@dataclass(frozen=True, eq=False)
class LivePart:
    """What the live map of a cube depends on.

    Parameters
    ----------
    classes, then : ClassTable
        The whole table now, and as it was when the cube's labels last changed: the map is learned with those
        descriptions, and then scores what is written now.
    network : bytes, optional
        Content of the model file of a network that joins the experts.
    encoder, pooling : str
        What reads the descriptions.
    smooth : bool
        Whether classes spread within fields.
    """

    classes: ClassTable
    then: ClassTable
    network: bytes | None
    encoder: str
    pooling: str
    smooth: bool


def live_part(file: ProjectFile, number: int, project: Path) -> LivePart:
    """Return it for a cube of a project.

    Raises
    ------
    HsiError
        When the file of a network that joins the map is gone or has changed.
    """
    classes = file.state.classes
    then = classes_when_labelled(_backwards(file), number, classes)
    options, encoder = _values(file, LIVE), _values(file, ENCODER)
    kept = kept_network(file, number) if options.get("engine", "both") == "both" else None
    return LivePart(
        classes,
        classes if then is None else then,
        None if kept is None else kept.read(project),
        str(encoder.get("name", DEFAULT_ENCODER)),
        str(encoder.get("pooling", "mean")),
        bool(options.get("smooth", True)),
    )


def _backwards(file: ProjectFile) -> Iterator[Edit]:
    stop = file.depth[0]
    while stop > 0:
        first = max(0, stop - _CHUNK)
        yield from reversed(file.edits(first, stop))
        stop = first


def _values(file: ProjectFile, key: str) -> dict[str, Any]:
    found = file.value(key)
    return found if isinstance(found, dict) else {}
