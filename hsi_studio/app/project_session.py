"""The project in the window: which file it is, opened, moved and ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from hsi_studio.app import scratch
from hsi_studio.app.history import History
from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.kept import KeptState
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.project_cubes import moved_cubes
from hsi_studio.app.project_loading import LoadedProject, load_project, make_project, make_unnamed
from hsi_studio.app.project_moving import Moved, move_project
from hsi_studio.app.project_reading import CURRENT, folder_of
from hsi_studio.app.project_writer import ProjectWriter
from hsi_studio.app.session import Session
from hsi_studio.app.view_keeper import ViewKeeper
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.io.project import ProjectFile

T = TypeVar("T")
_MOVING = "The project is being saved in another place; wait a moment."


class ProjectSession(QObject):
    """Ties labelling and open cubes to a project file.

    Without a project, one without a name is made when the first edit is to be kept.
    """

    changed = Signal()
    """Another project, or another name."""
    opened = Signal(object)
    """`LoadedProject`: another project and its cubes are shown now."""
    moved = Signal(object)
    """`Moved`: the project goes on in another file."""
    checked = Signal()
    """Everything lies in the one file."""
    failed = Signal(object, str, object)
    """(path, what was to be done with it, exception)."""

    _done = Signal(object)

    def __init__(
        self, session: Session, labelling: Labelling, jobs: JobQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._labelling, self._jobs = session, labelling, jobs
        self._writer: ProjectWriter | None = None
        self._ending: list[ProjectWriter] = []
        self._read_only: KeptState | None = None
        self._rescuing: Job | None = None
        self.path: Path | None = None
        self._done.connect(self._conclude)
        jobs.ended.connect(self._on_ended)
        self._views = ViewKeeper(session, labelling, self)
        self._views.changed.connect(self._keep_value)
        labelling.cube_added.connect(lambda cube: self._kept_by().add_cube(cube))
        labelling.committed.connect(lambda edit: self._kept_by().append(edit))
        labelling.undone.connect(lambda: self._kept_by().undo())
        labelling.redone.connect(lambda: self._kept_by().redo())
        labelling.fetch_wanted.connect(lambda first, stop: self._kept_by().fetch(first, stop))
        session.cubes_changed.connect(self._follow_cubes)

    @property
    def is_unnamed(self) -> bool:
        """Whether the work lies in no file that the user has named."""
        return self.path is None or scratch.is_unnamed(self.path)

    @property
    def pending(self) -> int:
        """Number of changes that are not kept."""
        return 0 if self._writer is None else self._writer.pending

    @property
    def writer(self) -> ProjectWriter | None:
        """The thread that owns the file; None while there is no project."""
        return self._writer

    # What a user asks for

    def new(self, path: Path) -> Job:
        """Begin another project in a new file, or in place of an old one; open cubes stay open."""
        work = partial(make_project, path)
        return self._submit(path, "New project", work, lambda file: self._begin(path, file))

    def open(self, path: Path) -> Job:
        """Open a project and its cubes in place of those that are open."""
        work = partial(load_project, path)
        return self._submit(path, "Open", work, self._show)

    def save_as(self, path: Path) -> Job | None:
        """Go on in another file; the old one stays as it is now, unless it has no name."""
        if self._writer is None or self.path is None:
            return self.new(path)
        if path == self.path:
            self.checkpoint()
            return None
        failing = self._labelling.kept.status == "failed"
        rescue = self._labelling.state if failing else None
        work = partial(move_project, self._writer, self.path, path, rescue)
        job = self._submit(path, "Save as", work, self._on_moved)
        if failing:
            self._rescuing = job
            self._labelling.set_kept(KeptState("moving", _MOVING))
        return job

    def checkpoint(self) -> None:
        """Press everything into the one file; `checked` follows."""
        if self._writer is not None:
            self._views.flush()
            self._writer.write(self._check)

    def retry(self) -> None:
        """Try again to keep what could not be kept."""
        if self._writer is not None:
            self._writer.retry()

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything is kept; False when that is impossible, or takes longer."""
        self._views.flush()
        return self._writer is None or self._writer.wait(timeout_s)

    def stop(self) -> None:
        """End, after what can be written was written; from any thread."""
        self._release()
        for writer in self._ending:
            writer.stop()

    # What happens

    def _submit(
        self, path: Path, what: str, work: Callable[[Progress], T], done: Callable[[T], object]
    ) -> Job:
        # What is done is done, even when someone cancels a moment later.
        return self._jobs.submit(
            Job(
                f"{what} {path.name}",
                lambda progress: self._done.emit(partial(done, work(progress))),
                on_error=lambda error: self.failed.emit(path, what, error),
            )
        )

    def _conclude(self, conclude: Callable[[], object]) -> None:
        conclude()

    def _on_ended(self, job: Job) -> None:
        if job is self._rescuing:
            self._rescuing = None
            self._tell_kept()

    def _begin(self, path: Path, file: ProjectFile) -> None:
        self._end()
        self.path = path
        self._start(file)
        self._labelling.folder = folder_of(path)
        self._views.start_from({})
        self._labelling.load(ProjectState(), History(), {}, KeptState())
        self.changed.emit()

    def _show(self, loaded: LoadedProject) -> None:
        self._end()
        while self._session.cubes:
            self._session.close(0)
        self.path = loaded.path
        self._start(loaded.file)
        self._labelling.folder = folder_of(loaded.path)
        read = loaded.read
        self._read_only = loaded.read_only
        self._views.start_from(dict(read.values))
        kept = self._read_only or KeptState()
        self._labelling.load(read.state, read.history, read.counts, kept, loaded.active)
        for opened in loaded.cubes:
            self._session.add(opened)
        self._select(read.values.get(CURRENT))
        self.changed.emit()
        self.opened.emit(loaded)

    def _select(self, number: object) -> None:
        for index, opened in enumerate(self._session.cubes):
            if self._labelling.number_of(opened) == number:
                self._session.select(index)

    def _on_moved(self, moved: Moved) -> None:
        self.path, self._read_only = moved.path, None
        self._labelling.folder = folder_of(moved.path)
        self._labelling.set_cubes(moved.cubes)
        if not moved.with_history:
            self._labelling.restart_history()
        self._tell_kept()
        self.changed.emit()
        self.moved.emit(moved)

    def _start(self, project: ProjectFile | Callable[[], ProjectFile]) -> ProjectWriter:
        writer = self._writer = ProjectWriter(project, self)
        writer.kept_changed.connect(self._tell_kept)
        writer.fetched.connect(self._labelling.add_fetched)
        return writer

    def _kept_by(self) -> ProjectWriter:
        """Return the writer of the project; without one, begin a project without a name."""
        if self._writer is not None:
            return self._writer
        path = self.path = scratch.new_path()
        self._labelling.folder = None
        writer = self._start(partial(make_unnamed, path))
        self.changed.emit()
        return writer

    def _end(self) -> None:
        self._views.flush()
        self._release()

    def _release(self) -> None:
        """Let the writer finish by itself; a project without a name vanishes when nothing is in it."""
        writer, path = self._writer, self.path
        self._writer = self.path = self._read_only = None
        if writer is None or path is None:
            return
        writer.kept_changed.disconnect(self._tell_kept)
        writer.fetched.disconnect(self._labelling.add_fetched)
        vanishes = scratch.is_unnamed(path) and scratch.is_empty(
            self._labelling.state, self._labelling.undo_title
        )
        writer.end(partial(scratch.remove, path) if vanishes else None)
        self._ending.append(writer)

    def _tell_kept(self) -> None:
        if self._writer is not None and self.path is not None and self._rescuing is None:
            kept = self._writer.kept
            told = replace(kept, reason=scratch.spoken(kept.reason, self.path))
            self._labelling.set_kept(self._read_only or told)

    def _keep_value(self, key: str, value: object) -> None:
        if self._writer is not None and self._read_only is None:
            self._writer.write(lambda file: file.set_value(key, value))

    def _check(self, file: ProjectFile) -> None:
        file.checkpoint()
        self.checked.emit()

    def _follow_cubes(self) -> None:
        """Note where cubes of the project lie that were opened from another place."""
        if self._writer is not None and self._read_only is None:
            known, folder = self._labelling.state.cubes, self._labelling.folder
            for cube, path in moved_cubes(known, self._session.cubes, folder):
                self._note_path(self._writer, cube, path)

    def _note_path(self, writer: ProjectWriter, known: ProjectCube, path: str) -> None:
        cubes = self._labelling.state.cubes
        self._labelling.set_cubes(tuple(replace(one, path=path) if one is known else one for one in cubes))
        writer.write(lambda file: file.move_cube(known.number, path))
