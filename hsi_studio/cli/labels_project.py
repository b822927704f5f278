"""Arguments of the commands that bring labels in and out of a project, and what they share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hsi_studio.cli.output import note
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.project.cube_files import open_known

Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="Project file (.hsip).")]
CubeNumber = Annotated[
    int | None, typer.Option("--cube", help="Number of the cube, where the project has several.")
]


def chosen_cube(state: ProjectState, number: int | None, project: Path) -> ProjectCube:
    """Return the cube of a number, or the only one.

    Raises
    ------
    UsageError
        Listing the cubes when there is no such one, or several and no number.
    """
    found = [cube for cube in state.cubes if number in (None, cube.number)]
    if len(found) == 1:
        return found[0]
    if not state.cubes:
        raise UsageError(f"{project.name} knows no cube", "open one in the window and label it first")
    listed = ", ".join(f"{cube.number} ({cube.name})" for cube in state.cubes)
    wrong = f"{len(state.cubes)} cubes" if number is None else f"no cube {number}"
    raise UsageError(f"{project.name} has {wrong}", f"choose one with --cube: {listed}")


def grid_of(known: ProjectCube, project: Path) -> tuple[Grid, Cube | None]:
    """Return the grid of a cube with its position, and the cube; without either where it is not found."""
    try:
        cube = open_known(known, project)
    except HsiError as error:
        note(f"The cube could not be opened, so its position is not known: {error}")
        return Grid(known.name, known.rows, known.cols), None
    return Grid.of(cube), cube
