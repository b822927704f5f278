"""Makes and opens projects; for jobs and the writer's thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hsi_studio.app.kept import KeptState
from hsi_studio.app.project_reading import ACTIVE, Missing, ReadProject, open_known, path_of, read_project
from hsi_studio.app.scratch import is_unnamed, spoken
from hsi_studio.app.session import OpenCube
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectState
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.copy import write_project
from hsi_studio.io.project.errors import told

_LOOKED_AT_S = 0.3


@dataclass(frozen=True, eq=False)
class LoadedProject:
    """An open project: its file, what it holds, its cubes, and those that could not be opened."""

    path: Path
    file: ProjectFile
    read: ReadProject
    cubes: tuple[OpenCube, ...]
    missing: tuple[Missing, ...]

    @property
    def read_only(self) -> KeptState | None:
        """Why it can only be looked at; None when it can be changed."""
        if not self.file.read_only:
            return None
        return KeptState("read-only", spoken(" ".join(self.file.notes), self.path))

    @property
    def active(self) -> int:
        """Id of the class that was painted with last; 0 = none."""
        stored = self.read.values.get(ACTIVE)
        return stored if isinstance(stored, int) else 0


def load_project(path: Path, progress: Progress) -> LoadedProject:
    """Open a project and the cubes that it knows.

    Raises
    ------
    ProjectFileError
        When it is absent, no project, of a newer program or damaged.
    Cancelled
        By `progress`.
    """
    progress.update(None, "reading the project")
    file = ProjectFile.open(path)
    if file.read_only and is_unnamed(path):
        # A window that is just starting looks whether it is in use.
        file.close()
        time.sleep(_LOOKED_AT_S)
        file = ProjectFile.open(path)
    try:
        read = read_project(file)
        found = []
        for number, known in enumerate(read.state.cubes):
            progress.update(number / len(read.state.cubes), known.name)
            found.append(open_known(known, path_of(known, path), read.values, Progress()))
    except BaseException:
        file.close()
        raise
    cubes = tuple(one for one in found if isinstance(one, OpenCube))
    return LoadedProject(path, file, read, cubes, tuple(one for one in found if isinstance(one, Missing)))


def make_project(path: Path, progress: Progress) -> ProjectFile:
    """Make an empty project, in place of what lies at its path, and open it.

    Raises
    ------
    HsiError
        When it cannot be written, or is open in a window.
    """
    progress.update(None, "writing")
    write_project(path, ProjectState())
    return ProjectFile.open(path)


def make_unnamed(path: Path) -> ProjectFile:
    """Make a project that has no name yet, and its folder.

    Raises
    ------
    HsiError
        When it cannot be written.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return ProjectFile.open(path) if path.exists() else ProjectFile.create(path)
