"""Cubes of a project and the files they lie in: is it the same image, and where has it gone?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube
from hsi_studio.errors import HsiError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.project.errors import ProjectFileError
from hsi_studio.io.registry import open_cube

_MOST_ENTRIES = 100_000
_MOST_OPENED = 500


def require_same_image(known: ProjectCube, cube: Cube) -> None:
    """Refuse to lay the labels of one image on another.

    Raises
    ------
    ProjectFileError
        With both sizes, or both fingerprints.
    """
    remedy = f"choose the file that the labels of {known.name} were made on"
    if (known.rows, known.cols) != (cube.rows, cube.cols):
        raise ProjectFileError(
            f"{cube.name} has {cube.rows} × {cube.cols} pixels but the labels of {known.name} have "
            f"{known.rows} × {known.cols}",
            remedy,
        )
    if known.fingerprint != cube.fingerprint:
        raise ProjectFileError(
            f"{cube.name} is as large as {known.name} but holds other values (fingerprint "
            f"{cube.fingerprint[:8]}… instead of {known.fingerprint[:8]}…)",
            remedy,
        )


def find_moved(
    folder: Path, known: ProjectCube, options: OpenOptions | None = None, progress: Progress | None = None
) -> Path | None:
    """Search a folder and those within it for the image that a project knows.

    Files of the same name are opened first, then others with the same ending, 500 at most.

    Parameters
    ----------
    folder : Path
    known : ProjectCube
    options : OpenOptions, optional
        How the cube was opened.
    progress : Progress, optional
        Told about every file; may cancel.

    Returns
    -------
    Path or None
        None when no file has its fingerprint and size.

    Raises
    ------
    Cancelled
        By `progress`.
    """
    progress = progress or Progress()
    for path in islice(_candidates(folder, known.name, progress), _MOST_OPENED):
        progress.update(None, path.name)
        try:
            require_same_image(known, open_cube(path, options=options, progress=progress))
        except (HsiError, OSError, MemoryError):
            continue
        return path
    return None


def _candidates(folder: Path, name: str, progress: Progress) -> Iterator[Path]:
    """Yield files and folders that may be the one: those of the same name first."""
    ending = Path(name).suffix.lower()
    others = []
    for path in islice(_entries(folder, progress), _MOST_ENTRIES):
        if path.name == name:
            yield path
        elif path.suffix.lower() == ending:
            others.append(path)
    yield from others


def _entries(folder: Path, progress: Progress) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        progress.update(None, parent)
        folders.sort()
        yield from (Path(parent, name) for name in (*folders, *sorted(files)))
