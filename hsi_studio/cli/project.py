"""`hsi-studio project`: what a project file holds, and whether it is sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.io.guard import megabytes
from hsi_studio.io.project import Summary, summary

app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)
Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="Project file (.hsip).")]


@app.callback()
def project() -> None:
    """Look into a project file, check it, recover a damaged one.

    For example: `hsi-studio project info field.hsip --json`
    """


@app.command()
def info(project: Project, *, as_json: Json = False) -> None:
    """Tell what a project holds: cubes, classes, labelled pixels, history. It may be open in a window.

    For example:

    - `hsi-studio project info field.hsip`

    - `hsi-studio project info field.hsip --json`
    """
    found = summary(project.expanduser())
    if as_json:
        print_json(_facts(found))
        return
    cubes = [
        (cube.name, f"{cube.rows} × {cube.cols}, {cube.path or 'no file'}") for cube in found.state.cubes
    ]
    classes = [(entry.name, f"{found.total(entry.id)} pixels") for entry in found.state.classes]
    history = f"{found.edits} steps, {found.undo_depth} done"
    size = (("History", history), ("Size", megabytes(found.size_bytes)))
    print_table(found.path.name, ("", ""), [*cubes, *classes, *size])


def _facts(found: Summary) -> dict[str, Any]:
    classes = [asdict(entry) | {"pixels": found.total(entry.id)} for entry in found.state.classes]
    cubes = [
        asdict(cube) | {"labelled": sum(found.pixels[cube.number].values())} for cube in found.state.cubes
    ]
    return {
        "path": found.path,
        "cubes": cubes,
        "classes": classes,
        "edits": found.edits,
        "undo_depth": found.undo_depth,
        "size_bytes": found.size_bytes,
        "schema": found.schema,
    }
