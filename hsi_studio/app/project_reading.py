"""Reads a project and the cubes that it knows; for jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsi_studio.app.history import BEGINNING, History
from hsi_studio.app.label_changes import Counts
from hsi_studio.app.opening import OpenRequest, read_cube, read_demo
from hsi_studio.app.project_cubes import is_same_image
from hsi_studio.app.scratch import is_unnamed
from hsi_studio.app.session import OpenCube
from hsi_studio.app.view_values import with_view
from hsi_studio.core.label_stats import counts
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io.project import ProjectFile, require_same_image
from hsi_studio.io.project.cube_files import found_path, options_of
from hsi_studio.io.project.networks import NETWORK
from hsi_studio.io.project.settings import ENCODER, LIVE

ACTIVE, CURRENT, VIEW = "active class", "current cube", "view of cube {}"
"""Keys of the values that a project stores about how it is looked at."""

_AT_HAND = 50


@dataclass(frozen=True, eq=False)
class ReadProject:
    """All of a project at the moment of opening; `values` are those that it stores by key."""

    state: ProjectState
    history: History
    counts: Counts
    values: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Missing:
    """A cube that a project knows and that could not be opened, where it should lie, and why."""

    known: ProjectCube
    path: Path
    error: HsiError


def folder_of(project: Path) -> Path | None:
    """Return the folder that a project's paths are relative to; unnamed projects hold absolute ones."""
    return None if is_unnamed(project) else project.parent


def read_project(file: ProjectFile) -> ReadProject:
    """Read everything that the window needs of an open project.

    Raises
    ------
    ProjectFileError
        When it is damaged.
    """
    state, (done, steps) = file.state, file.depth
    begun = [edit.title for edit in file.edits(0, 1)] == [BEGINNING]
    history = History(older=done, newer=steps - done, fixed=int(begun))
    first = max(history.fixed, done - _AT_HAND)
    history.add_older(first, file.edits(first, done))
    history.add_newer(done, file.edits(done, done + _AT_HAND))
    of_cubes = (key.format(cube.number) for cube in state.cubes for key in (VIEW, NETWORK))
    keys = (ACTIVE, CURRENT, ENCODER, LIVE, *of_cubes)
    return ReadProject(
        state,
        history,
        {cube.number: counts(state.labels_of(cube.number)) for cube in state.cubes},
        {key: file.value(key) for key in keys},
    )


def open_known(
    known: ProjectCube, path: Path, values: Mapping[str, Any], progress: Progress
) -> OpenCube | Missing:
    """Open a cube that a project knows from a path, shown as it was; `Missing` when it is not that image."""
    try:
        opened = _opened(known, path, progress)
        require_same_image(known, opened.cube)
        if not is_same_image(known, opened):
            raise CubeFileError(f"{path.name} was opened in another way", "choose the file that was labelled")
    except HsiError as error:
        return Missing(known, path, error)
    return with_view(opened, values.get(VIEW.format(known.number)))


def path_of(known: ProjectCube, project: Path) -> Path:
    """Return where a cube of a project should lie; the demo scene has no path."""
    return found_path(known.path, folder_of(project))


def _opened(known: ProjectCube, path: Path, progress: Progress) -> OpenCube:
    if not known.path:
        return read_demo(progress)
    return read_cube(OpenRequest(path, options_of(known, path)), progress)
