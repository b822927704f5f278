"""`hsi-studio labels`: the labels of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.labels_export import export
from hsi_studio.cli.labels_import import import_labels
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.core.project import ProjectCube
from hsi_studio.io.project import Summary, summary

app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)

app.command("export")(export)
app.command("import")(import_labels)


@app.callback()
def labels() -> None:
    """Count the labels of a project, bring labels in and out.

    For example: `hsi-studio labels stats field.hsip --json`
    """


@app.command()
def stats(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="Project file (.hsip).")],
    *,
    as_json: Json = False,
) -> None:
    """Count the labelled pixels of every class, in every cube of a project.

    For example:

    - `hsi-studio labels stats field.hsip`

    - `hsi-studio labels stats field.hsip --json`
    """
    found = summary(project.expanduser())
    if as_json:
        print_json({"project": found.path, "cubes": [_cube(found, cube) for cube in found.state.cubes]})
        return
    names = {entry.id: entry.name for entry in found.state.classes}
    for cube in found.state.cubes:
        rows = [(names.get(id, f"class {id}"), str(count)) for id, count in found.pixels[cube.number].items()]
        print_table(cube.name, ("class", "labelled pixels"), rows)


def _cube(found: Summary, cube: ProjectCube) -> dict[str, Any]:
    counted = found.pixels[cube.number]
    labelled = sum(counted.values())
    return {
        "number": cube.number,
        "name": cube.name,
        "rows": cube.rows,
        "cols": cube.cols,
        "labelled": labelled,
        "unlabelled": cube.rows * cube.cols - labelled,
        "classes": _classes(found, counted),
    }


def _classes(found: Summary, counted: dict[int, int]) -> list[dict[str, Any]]:
    """Return the table's classes in order, those without labels too, then ids that no class has."""
    known = [(entry.id, entry.name) for entry in found.state.classes]
    strange = [(id, None) for id in counted if id not in dict(known)]
    return [{"id": id, "name": name, "pixels": counted.get(id, 0)} for id, name in (*known, *strange)]
