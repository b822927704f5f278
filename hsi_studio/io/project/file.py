"""The project file: everything a person has done, kept as soon as it is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import time
from typing import Any

from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.io.project import descriptions, settings
from hsi_studio.io.project.copy import copy_project, write_project
from hsi_studio.io.project.database import Database, beside, reader, transaction
from hsi_studio.io.project.descriptions import DescriptionVersion
from hsi_studio.io.project.errors import ProjectFileError, told
from hsi_studio.io.project.flush import Flusher
from hsi_studio.io.project.store import Store


class ProjectFile:
    """A project on disk. Use it from one thread at a time; `save_copy` may run beside on another.

    What a method has written when it returns survives the end of the process, however it ends; a power cut
    costs the last second at most, and never the file. After an error nothing is half done: the same call can
    be tried again, and `save_copy` still works.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, database: Database) -> None:
        self.path = database.path
        self._closed = False
        self._flusher = Flusher(beside(self.path, "-wal"))
        self._use(database)

    @classmethod
    def create(cls, path: Path, state: ProjectState | None = None) -> ProjectFile:
        """Make a project and open it.

        Parameters
        ----------
        path : Path
        state : ProjectState, optional
            What the project starts with, as the first step of its history: the way to keep what is in memory
            when its old file is out of reach. By default: no cubes, no classes.

        Raises
        ------
        ProjectFileError
            When there is such a file already.
        HsiError
            When it cannot be written.
        """
        if path.exists():
            raise ProjectFileError(f"{path.name} exists already", "choose another name")
        write_project(path, state or ProjectState())
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> ProjectFile:
        """Open a project, for looking only where it cannot be written or another window has it.

        Raises
        ------
        ProjectFileError
            When it is absent, no project, of a newer program or damaged.
        """
        return cls(Database(path, read_only=read_only))

    @property
    def read_only(self) -> bool:
        """Whether nothing can be kept; `notes` tell why."""
        return self._database.read_only

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that the user must be told."""
        return self._database.notes

    @property
    def identity(self) -> str:
        """Return what tells the project from all others but its own copies."""
        with self._reading() as store:
            return store.identity()

    def edits(self, first: int, stop: int) -> tuple[Edit, ...]:
        """Return steps of the history as they were done, numbered from 0, undone ones too.

        Fewer where the history ends before `stop`.
        """
        with self._reading() as store:
            return tuple(store.step(number + 1) for number in range(first, min(stop, store.steps())))

    @property
    def schema(self) -> int:
        """Format of the file before it was opened."""
        return self._database.schema

    @property
    def state(self) -> ProjectState:
        """Cubes, classes and labels, read from the file; what is held in memory follows its own edits."""
        with self._reading() as store:
            return store.state()

    @property
    def depth(self) -> tuple[int, int]:
        """Steps of the history that are done, and all of them."""
        with self._reading() as store:
            return store.position(), store.steps()

    @property
    def undo_title(self) -> str | None:
        """Title of the step that `undo` takes back."""
        with self._reading() as store:
            return store.title(store.position())

    @property
    def redo_title(self) -> str | None:
        """Title of the step that `redo` does again."""
        with self._reading() as store:
            return store.title(store.position() + 1)

    def append(self, edit: Edit) -> None:
        """Keep an edit as the last step of the history; steps that could be redone are forgotten.

        Raises
        ------
        ProjectFileError
            When it cannot be kept; then nothing has changed.
        """
        with self._writing() as store:
            store.add_done(edit, time())

    def undo(self) -> Edit | None:
        """Take the last step back; return the edit that does so, None when there is no step."""
        with self._writing() as store:
            if not (position := store.position()):
                return None
            edit = store.step(position).reversed()
            store.apply(edit)
            store.set_position(position - 1)
            return edit

    def redo(self) -> Edit | None:
        """Do the step again that was taken back last; return it, None when there is none."""
        with self._writing() as store:
            position = store.position() + 1
            if store.title(position) is None:
                return None
            edit = store.step(position)
            store.apply(edit)
            store.set_position(position)
            return edit

    def add_cube(self, cube: ProjectCube) -> None:
        """Let the project know a cube; its number must be new."""
        with self._writing() as store:
            store.add_cube(cube)

    def move_cube(self, number: int, path: str) -> None:
        """Note where a cube lies now."""
        with self._writing() as store:
            store.connection.execute("UPDATE cubes SET path = ? WHERE number = ?", (path, number))

    def value(self, key: str) -> Any | None:
        """Return what `set_value` has stored, None where nothing was."""
        with self._reading() as store:
            return settings.value(store, key)

    def set_value(self, key: str, value: Any) -> None:
        """Store a value of JSON's types, outside the history: how things are looked at."""
        with self._writing() as store:
            settings.set_value(store, key, value)

    def description_versions(self, class_id: int) -> list[DescriptionVersion]:
        """Return every text that a class has had, oldest first."""
        with self._reading() as store:
            return descriptions.versions(store, class_id)

    def set_flipped(self, class_id: int, flipped: int) -> None:
        """Note how many predicted pixels the newest description of a class has turned."""
        with self._writing() as store:
            descriptions.set_flipped(store, class_id, flipped)

    def save_copy(self, path: Path, progress: Progress | None = None) -> None:
        """Write a copy with the whole history, as of now; `append` may go on meanwhile on its own thread.

        When the file has been removed or replaced, the copy is made of what is still open, and only on the
        thread that uses this object.

        Raises
        ------
        HsiError
            When it cannot be written, or is open in another window; what was there before stays.
        Cancelled
            By `progress`.
        """
        with ExitStack() as opened, told(self.path):
            source = self._snapshot(opened) if self._database.in_place() else self._store.connection
            copy_project(source, self.path, path, progress or Progress())

    def _snapshot(self, opened: ExitStack) -> sqlite3.Connection:
        connection = reader(self.path, opened)
        connection.execute("BEGIN")
        connection.execute("SELECT position FROM state").fetchone()
        return connection

    def checkpoint(self) -> None:
        """Press everything onto the disk, into the one file."""
        with told(self.path):
            self._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; all of it lies in the one file then."""
        self._closed = True
        self._flusher.stop()
        with told(self.path):
            self._database.close()

    def _use(self, database: Database) -> None:
        self._database = database
        self._store = Store(database.connection, self.path)
        with ExitStack() as failing, told(self.path):
            failing.callback(database.close)
            self._token = self._store.token()
            failing.pop_all()

    @contextmanager
    def _reading(self) -> Iterator[Store]:
        with told(self.path), transaction(self._store.connection, "BEGIN"):
            yield self._store

    @contextmanager
    def _writing(self) -> Iterator[Store]:
        if not self._closed and not self._database.in_place():
            self._find_again()
        if self.read_only:
            raise ProjectFileError(f"{self.path.name} is open for looking only", "save it under another name")
        with told(self.path):
            self._flusher.soon()
            with transaction(self._store.connection, "BEGIN IMMEDIATE"):
                yield self._store
            self._token = self._store.token()

    def _find_again(self) -> None:
        """Go on with the file that lies at the path now, such as on a disk that was plugged in again.

        Raises
        ------
        ProjectFileError
            When there is none, or it has another history than this object knows.
        """
        if not self.path.exists():
            raise ProjectFileError(
                f"{self.path} has been moved or removed",
                "put it back, or save the project under another name",
            )
        with ExitStack() as opened, told(self.path):
            if Store(reader(self.path, opened), self.path).token() != self._token:
                raise ProjectFileError(
                    f"{self.path.name} has been replaced by another file, which has not all of these changes",
                    "save the project under another name",
                )
        with suppress(sqlite3.Error):
            self._database.close()
        self._use(Database(self.path))
