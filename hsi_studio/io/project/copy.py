"""Project files that appear whole: new ones and copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectState
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.project import schema
from hsi_studio.io.project.database import beside, connect
from hsi_studio.io.project.errors import DAMAGE, sentence, told
from hsi_studio.io.project.lock import lock
from hsi_studio.io.project.store import Store

_PAGES = 256


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a temporary path whose file becomes the project `path` when the block ends well.

    Raises
    ------
    InUseError
        When the project that lies there is open.
    HsiError
        When it cannot be written.
    """
    with atomic_output(path) as temporary:
        held = lock(path)
        try:
            yield temporary
            # SQLite would lay what an older file has left there over the new one.
            for ending in ("-wal", "-shm"):
                beside(path, ending).unlink(missing_ok=True)
        finally:
            held.release()


def write_project(path: Path, state: ProjectState) -> None:
    """Write a new project file whose first step brings all of a state.

    Raises
    ------
    HsiError
        When it cannot be written.
    """
    with replaced(path) as temporary, told(path), new_store(temporary) as store:
        store.fill(state, "Everything until then")


@contextmanager
def new_store(path: Path) -> Iterator[Store]:
    """Yield an empty project to write to; all of it is committed when the block ends well."""
    with ExitStack() as opened:
        connection = connect(path, "rwc", opened)
        connection.execute("PRAGMA synchronous = OFF")  # the caller flushes the file as a whole
        schema.create_tables(connection)
        connection.execute("BEGIN")
        yield Store(connection, path)
        connection.execute("COMMIT")


def copy_project(source: sqlite3.Connection, path: Path, into: Path, progress: Progress) -> None:
    """Copy all of the open project `path` into another file, which appears whole or not at all.

    Raises
    ------
    HsiError
        When it cannot be written, or the project cannot be read.
    Cancelled
        By `progress`.
    """

    def report(_status: int, left: int, pages: int) -> None:
        progress.update(1 - left / max(pages, 1), "copying")

    with replaced(into) as temporary, closing(sqlite3.connect(temporary)) as target:
        target.execute("PRAGMA synchronous = OFF")
        try:
            source.backup(target, pages=_PAGES, progress=report)
        except sqlite3.Error as error:
            at_fault = path if error.sqlite_errorcode & 0xFF in DAMAGE else into
            raise sentence(error, at_fault) from error
