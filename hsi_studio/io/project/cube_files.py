"""Where the cubes of a project lie and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.project.places import require_same_image
from hsi_studio.io.registry import open_cube

_OPTIONS = TypeAdapter(OpenOptions)


def open_known(known: ProjectCube, project: Path, progress: Progress | None = None) -> Cube:
    """Open a cube of a project where the project says that it lies.

    Raises
    ------
    CubeFileError
        When it is not there.
    ProjectFileError
        When another image lies there.
    """
    if known.path:
        path = found_path(known.path, project.parent)
        cube = open_cube(path, options=options_of(known, path), progress=progress)
    else:
        from hsi_studio.io.demo_scene import open_demo

        cube, _ = open_demo()
    require_same_image(known, cube)
    return cube


def options_of(known: ProjectCube, path: Path) -> OpenOptions:
    """Return how a cube that now lies at `path` was opened; the defaults where that cannot be read."""
    return options_from(known.options, path)


def options_from(text: str, path: Path) -> OpenOptions:
    """Return the options that `options_text` was given; the defaults where it cannot be read."""
    try:
        options = _OPTIONS.validate_json(text) if text else OpenOptions()
    except ValidationError:
        return OpenOptions()
    return _with_references(options, lambda reference: found_path(str(reference), path.parent))


def options_text(options: OpenOptions, path: Path | None) -> str:
    """Return how the cube at `path` was opened, for `ProjectCube.options`."""
    if options == OpenOptions():
        return ""
    # Relative to the cube: references move along with their scene.
    folder = None if path is None else path.parent
    stored = _with_references(options, lambda reference: Path(stored_path(reference, folder)))
    return _OPTIONS.dump_json(stored).decode()


def stored_path(path: Path, folder: Path | None) -> str:
    """Return a path relative to a folder where that is possible, with forward slashes."""
    try:
        text = str(path) if folder is None else os.path.relpath(path, folder)
    except ValueError:  # another drive
        text = str(path)
    return text.replace(os.sep, "/")


def found_path(stored: str, folder: Path | None) -> Path:
    """Return the path that `stored_path` was given."""
    path = Path(stored)
    return path if folder is None or path.is_absolute() else Path(os.path.normpath(folder / path))


def _with_references(options: OpenOptions, change: Callable[[Path], Path]) -> OpenOptions:
    white, dark = (path and change(path) for path in (options.white, options.dark))
    return replace(options, white=white, dark=dark)
