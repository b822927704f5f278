"""A project file in figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsi_studio.core.label_stats import counts
from hsi_studio.core.project import ProjectState
from hsi_studio.io.project.file import ProjectFile


@dataclass(frozen=True, eq=False)
class Summary:
    """What a project holds.

    Parameters
    ----------
    path : Path
    state : ProjectState
    pixels : dict of cube number to dict of class id to int
        Labelled pixels.
    edits, undo_depth : int
        Steps of the history, and how many of them are done.
    size_bytes : int
        Of the file, without what SQLite keeps beside it while it is open.
    schema : int
    """

    path: Path
    state: ProjectState
    pixels: dict[int, dict[int, int]]
    edits: int
    undo_depth: int
    size_bytes: int
    schema: int

    def total(self, class_id: int) -> int:
        """Return the labelled pixels of a class over all cubes."""
        return sum(counted.get(class_id, 0) for counted in self.pixels.values())


def summary(path: Path) -> Summary:
    """Look into a project without changing it, in use or not.

    Raises
    ------
    ProjectFileError
        When it cannot be read.
    """
    project = ProjectFile.open(path, read_only=True)
    try:
        state = project.state
        pixels = {cube.number: counts(state.labels_of(cube.number)) for cube in state.cubes}
        done, steps = project.depth
        return Summary(path, state, pixels, steps, done, path.stat().st_size, project.schema)
    finally:
        project.close()
