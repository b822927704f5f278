"""Cubes as a project knows them: where they lie, how they were opened, which image is meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hsi_studio.app.session import OpenCube
from hsi_studio.core.project import ProjectCube
from hsi_studio.io.options import OpenOptions

_OPTIONS = TypeAdapter(OpenOptions)


def project_cube(number: int, opened: OpenCube, folder: Path | None) -> ProjectCube:
    """Return an open cube as a project in a folder remembers it; without a folder paths are absolute."""
    cube = opened.cube
    return ProjectCube(
        number,
        "" if cube.path is None else stored_path(cube.path, folder),
        cube.name,
        cube.fingerprint,
        cube.rows,
        cube.cols,
        _options_text(opened),
    )


def is_same_image(known: ProjectCube, opened: OpenCube) -> bool:
    """Tell whether an open cube is the image that a project knows: labels are laid on no other."""
    cube = opened.cube
    same = (known.fingerprint, known.rows, known.cols) == (cube.fingerprint, cube.rows, cube.cols)
    return same and options_of(known, Path()).variable == opened.options.variable


def options_of(known: ProjectCube, path: Path) -> OpenOptions:
    """Return how a cube that now lies at `path` was opened; the defaults where that cannot be read."""
    try:
        options = _OPTIONS.validate_json(known.options) if known.options else OpenOptions()
    except ValidationError:
        return OpenOptions()
    return _with_references(options, lambda reference: found_path(str(reference), path.parent))


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


def _options_text(opened: OpenCube) -> str:
    options, path = opened.options, opened.cube.path
    if options == OpenOptions():
        return ""
    # Relative to the cube: references move along with their scene.
    folder = None if path is None else path.parent
    stored = _with_references(options, lambda reference: Path(stored_path(reference, folder)))
    return _OPTIONS.dump_json(stored).decode()


def _with_references(options: OpenOptions, change: Callable[[Path], Path]) -> OpenOptions:
    white, dark = (path and change(path) for path in (options.white, options.dark))
    return replace(options, white=white, dark=dark)
