"""Open cubes as a project knows them: which image is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hsi_studio.app.session import OpenCube
from hsi_studio.core.project import ProjectCube
from hsi_studio.io.demo_scene import is_demo
from hsi_studio.io.project.cube_files import options_of, options_text, stored_path


def project_cube(number: int, opened: OpenCube, folder: Path | None) -> ProjectCube:
    """Return an open cube as a project in a folder remembers it; without a folder paths are absolute."""
    cube = opened.cube
    return ProjectCube(
        number,
        place_of(opened, folder),
        cube.name,
        cube.fingerprint,
        cube.rows,
        cube.cols,
        options_text(opened.options, cube.path),
    )


def place_of(opened: OpenCube, folder: Path | None) -> str:
    """Return where an open cube lies, as a project in a folder remembers it; empty for the demo scene."""
    path = opened.cube.path
    return "" if path is None or is_demo(opened.cube) else stored_path(path, folder)


def moved_cubes(
    known: Sequence[ProjectCube], opened: Sequence[OpenCube], folder: Path | None
) -> Iterator[tuple[ProjectCube, str]]:
    """Yield the cubes of a project in a folder that are open from another place only, with that place."""
    for cube in known:
        places = [place_of(one, folder) for one in opened if is_same_image(cube, one)]
        if places and cube.path not in places:
            yield cube, places[0]


def is_same_image(known: ProjectCube, opened: OpenCube) -> bool:
    """Tell whether an open cube is the image that a project knows: labels are laid on no other."""
    cube = opened.cube
    same = (known.fingerprint, known.rows, known.cols) == (cube.fingerprint, cube.rows, cube.cols)
    return same and options_of(known, Path()).variable == opened.options.variable
