"""A report on a project as one page that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hsi_studio.cli.report_cube import CubeReport
from hsi_studio.core.classes import ClassEntry, Color
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.project import DescriptionVersion
from hsi_studio.paths import resource

_THIN_SPACE = "\u202f"


@dataclass(frozen=True, eq=False)
class DescribedClass:
    """A class with every text that it has had, oldest first."""

    entry: ClassEntry
    versions: Sequence[DescriptionVersion]


@dataclass(frozen=True, eq=False)
class Report:
    """All that the page tells; `provenance` are lines of (what, value)."""

    project: Path
    made: datetime
    cubes: Sequence[CubeReport]
    classes: Sequence[DescribedClass]
    provenance: Mapping[str, str]


def write_page(path: Path, report: Report) -> None:
    """Write the page; every text of the project is escaped, and the page may load and run nothing.

    Raises
    ------
    HsiError
        When the file cannot be written; an older file then stays as it was.
    """
    with atomic_output(path) as temporary:
        # A path may hold bytes that are no text.
        temporary.write_bytes(page(report).encode("utf-8", "replace"))


def page(report: Report) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resource("report")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"png": _uri, "count": _count, "percent": _percent, "rgb": _rgb, "utc": _utc}
    names = {described.entry.id: described.entry.name for described in report.classes}
    return environment.get_template("page.html").render(report=report, names=names)


def _uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _count(number: int) -> str:
    return f"{number:,}".replace(",", _THIN_SPACE)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _rgb(color: Color) -> str:
    return "rgb({}, {}, {})".format(*color)


def _utc(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
