"""Projects to break, and strokes to fill them with."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile

ROWS, COLS = 300, 520
NOBODY = 65_534

Paint = Callable[[ProjectFile, int], ProjectState]


@pytest.fixture
def cube() -> ProjectCube:
    """A cube of 2 × 3 tiles, those at the edges smaller."""
    return ProjectCube(1, "scenes/field.hdr", "field", "0123456789abcdef" * 2, ROWS, COLS)


@pytest.fixture
def project(tmp_path: Path, cube: ProjectCube) -> Iterator[ProjectFile]:
    """An open project with one cube and two classes."""
    opened = ProjectFile.create(tmp_path / "field.hsip")
    opened.add_cube(cube)
    opened.append(Edit("Add classes", classes=(ClassTable(()), ClassTable.from_names(["Corn", "Woods"]))))
    yield opened
    opened.close()


@pytest.fixture
def paint() -> Paint:
    """Paint strokes into a project; return the state that it should have then."""

    def strokes(project: ProjectFile, count: int) -> ProjectState:
        state = project.state
        rng = np.random.default_rng(count)
        for number in range(count):
            window = Window(int(rng.integers(0, ROWS - 30)), int(rng.integers(0, COLS - 40)), 30, 40)
            edit = Edit(
                f"Brush {number}", {1: state.labels_of(1).change(window, rng.integers(0, 3, (30, 40)))}
            )
            project.append(edit)
            state = state.applied(edit)
        return state

    return strokes


@pytest.fixture
def same() -> Callable[[ProjectState, ProjectState], bool]:
    """Tell whether two states are equal."""

    def equal(a: ProjectState, b: ProjectState) -> bool:
        numbers = [cube.number for cube in a.cubes]
        labels = all(a.labels_of(number) == b.labels_of(number) for number in numbers)
        return a.cubes == b.cubes and a.classes == b.classes and labels

    return equal


@pytest.fixture
def nothing(cube: ProjectCube) -> Labels:
    """No labels."""
    return Labels(cube.rows, cube.cols)


@contextmanager
def _without_rights() -> Iterator[None]:
    """Give up the administrator's rights, which no protection of a file would hold back."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def without_rights() -> Callable[[], object]:
    """A context manager in which files may be protected from us."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs POSIX rights")
    return _without_rights


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that anybody may enter, outside the private one of the tests."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)
