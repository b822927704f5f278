"""`hsi-studio project`: what a project file holds, and whether it is sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.options import Json, Overwrite
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.cli.project_model import describe, predict, train
from hsi_studio.cli.project_report import report
from hsi_studio.errors import UsageError
from hsi_studio.io.guard import megabytes
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.project import (
    CheckReport,
    RecoveryReport,
    Summary,
    check_project,
    recover_project,
    summary,
)

app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)
Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="Project file (.hsip).")]

app.command("train")(train)
app.command("predict")(predict)
app.command("describe")(describe)
app.command("report")(report)


@app.callback()
def project() -> None:
    """Look into a project file, check it, recover a damaged one; train, predict and report from it.

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


@app.command()
def check(
    project: Project,
    *,
    recover: Annotated[
        Path | None,
        typer.Option(metavar="COPY", help="Write what can be read into a sound copy."),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Tell whether a project is sound; it stays as it is. Status 1 when it is not and no copy was asked for.

    Checked are the pages of the file, every row, and that undoing its history leads back to nothing.

    For example:

    - `hsi-studio project check field.hsip`

    - `hsi-studio project check damaged.hsip --recover rescued.hsip`
    """
    path = project.expanduser()
    if recover is not None and recover.exists() and not overwrite:
        raise UsageError(f"{recover} exists already", "choose another name or add --overwrite")
    if recover is not None:
        require_outputs((recover.expanduser(),))
    with progress_bar(f"Checking {path.name}") as progress:
        found = check_project(path, progress)
        rescued = None if recover is None else recover_project(path, recover.expanduser(), progress)
    _print_check(found, rescued, as_json)
    if not found.sound and rescued is None:
        raise typer.Exit(1)


def _print_check(found: CheckReport, rescued: RecoveryReport | None, as_json: bool) -> None:
    if as_json:
        copy = None if rescued is None else asdict(rescued)
        print_json({"path": found.path, "sound": found.sound, "problems": found.problems, "recovered": copy})
        return
    rows = [("", problem) for problem in found.problems] or [("", "sound: nothing is damaged or missing")]
    if rescued is not None:
        held = (
            f"{rescued.into}: {rescued.cubes} cubes, {rescued.classes} classes, "
            f"{rescued.labelled} labelled pixels, {rescued.edits} steps"
        )
        rows += [("Copy", held), *(("Lost", sentence) for sentence in rescued.lost)]
    print_table(found.path.name, ("", ""), rows)
