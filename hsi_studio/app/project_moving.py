"""Moves an open project into another file while it is being changed; for jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hsi_studio.app import scratch
from hsi_studio.app.project_reading import folder_of, path_of
from hsi_studio.app.project_writer import ProjectWriter
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.errors import HsiError
from hsi_studio.io.project import ProjectFile, ProjectFileError
from hsi_studio.io.project.copy import write_project
from hsi_studio.io.project.cube_files import stored_path


@dataclass(frozen=True)
class Moved:
    """A project in its new file: its cubes as that file names them, and whether its history came along."""

    path: Path
    cubes: tuple[ProjectCube, ...]
    with_history: bool


def move_project(
    writer: ProjectWriter, old: Path, new: Path, rescue: ProjectState | None, progress: Progress
) -> Moved:
    """Copy a project into another file and let its writer go on there.

    What is changed meanwhile is written to both. Where the old file cannot be read any more, the new one
    gets the state `rescue` without its history.

    Raises
    ------
    HsiError
        When the new file cannot be written, or is open in a window; the writer stays where it was.
    Cancelled
        By `progress`.
    """
    return writer.run(lambda: _move(writer, old, new, rescue, progress)).result()


def _move(
    writer: ProjectWriter, old: Path, new: Path, rescue: ProjectState | None, progress: Progress
) -> Moved:
    meanwhile = writer.record()

    def report(fraction: float | None, text: str) -> None:
        progress.update(fraction, text)
        writer.write_waiting()

    with_history = True
    try:
        writer.opened().save_copy(new, Progress(report))
    except HsiError:
        if rescue is None:
            raise
        write_project(new, rescue)
        with_history = False
    file = _opened(new)
    for write in meanwhile:
        write(file)
    cubes = _with_paths(file, old, new)
    writer.continue_in(file, drop=not with_history)
    if scratch.is_unnamed(old):
        scratch.remove(old)
    return Moved(new, cubes, with_history)


def _opened(path: Path) -> ProjectFile:
    file = ProjectFile.open(path)
    if file.read_only:
        file.close()
        raise ProjectFileError(f"{path.name} cannot be written", "choose another name or folder")
    return file


def _with_paths(file: ProjectFile, old: Path, new: Path) -> tuple[ProjectCube, ...]:
    """Write the paths of the cubes anew: they are relative to the project's folder."""
    cubes = []
    for known in file.state.cubes:
        path = stored_path(path_of(known, old), folder_of(new)) if known.path else ""
        if path != known.path:
            file.move_cube(known.number, path)
        cubes.append(replace(known, path=path))
    return tuple(cubes)
