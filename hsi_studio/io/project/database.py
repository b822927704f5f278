"""Opens the SQLite file of a project, for writing where that is possible."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from hsi_studio.io.project import schema
from hsi_studio.io.project.errors import DamagedProjectError, ProjectFileError, told
from hsi_studio.io.project.lock import InUseError, lock

_BUSY_S = 5.0


class Database:
    """An open project file: its connection, and what is released when it is closed.

    Parameters
    ----------
    path : Path
    read_only : bool
        Asked for by the caller, who then gets no note about it.

    Attributes
    ----------
    connection : sqlite3.Connection
        In autocommit mode. May be handed to another thread, but used by one at a time.
    read_only : bool
    notes : tuple of str
        Sentences that the user must be told.
    schema : int
        Format of the file before it was opened.

    Raises
    ------
    ProjectFileError
        When it is absent, no project, of a newer program or damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.notes: tuple[str, ...] = ()
        self.read_only = read_only
        with ExitStack() as opened, told(path):
            _require_file(path)
            if not read_only:
                self.read_only = not self._locked(opened)
            self.connection = self._connected(opened)
            self._files = self._identities()
            self._release = opened.pop_all()

    def close(self) -> None:
        """Close the connection and let others write."""
        self._release.close()

    def in_place(self) -> bool:
        """Tell whether the open files still lie where they were opened.

        A removed file can be written to without any error, and without any use.
        """
        return self._identities() == self._files

    def _identities(self) -> list[tuple[int, int] | None]:
        return [_identity(file) for file in (self.path, beside(self.path, "-wal"))]

    def _locked(self, opened: ExitStack) -> bool:
        """Tell whether this is now the only writer; otherwise, leave a note why not."""
        reason = _protection(self.path)
        try:
            if not reason:
                opened.callback(lock(self.path).release)
        except InUseError:
            reason = "is open in another window; close it there and open it again to change it"
        except OSError as error:
            reason = f"cannot be locked here ({error.strerror}); save it on another disk to change it"
        if reason:
            self.notes = (f"{self.path.name} can only be looked at: it {reason}.",)
        return not reason

    def _connected(self, opened: ExitStack) -> sqlite3.Connection:
        connection = reader(self.path, opened) if self.read_only else connect(self.path, "rw", opened)
        self.schema = _checked(connection, self.path)
        if not self.read_only:
            _write_ahead(connection)
        if self.schema < schema.SCHEMA:
            connection = _private_copy(self.path, opened) if self.read_only else connection
            schema.migrate(connection)
        if schema.declared(connection) != schema.expected():
            raise DamagedProjectError(self.path, "its tables are not those of a project")
        return connection


def connect(path: Path, mode: str, opened: ExitStack) -> sqlite3.Connection:
    """Connect to a file that `opened` closes; `mode` is ``ro``, ``rw`` or ``rwc`` (make it)."""
    place = path.absolute().as_posix()
    uri = f"file://{'' if place.startswith('/') else '/'}{quote(place)}?mode={mode}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    opened.callback(connection.close)
    # Nothing that a file declares (views, triggers, functions in indices) may run code.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def reader(path: Path, opened: ExitStack) -> sqlite3.Connection:
    """Connect for reading, where not even SQLite's own files beside the project can be written if need be."""
    with ExitStack() as attempt:
        connection = connect(path, "ro", attempt)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            return _private_copy(path, opened)
        opened.push(attempt.pop_all())
    return connection


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise ProjectFileError(f"{path} does not exist or is no file", "check the path")
    if not path.stat().st_size:
        raise DamagedProjectError(path, "it is empty")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let the end of the program or of the power leave a whole file, and commits wait for no disk."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    # Some shared disks do without; there only a full flush at every commit keeps the file whole.
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")


def _private_copy(path: Path, opened: ExitStack) -> sqlite3.Connection:
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="hsi_studio_")))
    copy = folder / path.name
    shutil.copyfile(path, copy)
    if beside(path, "-wal").exists():
        shutil.copyfile(beside(path, "-wal"), beside(copy, "-wal"))
    return connect(copy, "rw", opened)


def _checked(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema of a file that is a project with all its tables and nothing else."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise ProjectFileError(f"{path.name} is no project of hsi_studio", "choose another file")
    known = schema.schema_of(connection)
    if known > schema.SCHEMA:
        raise ProjectFileError(
            f"{path.name} was written by a newer hsi_studio (project format {known}; "
            f"this one knows up to {schema.SCHEMA})",
            "update hsi_studio",
        )
    return known


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Commit what the block does, all of it or, when it fails, nothing."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def beside(path: Path, ending: str) -> Path:
    """Return the path of one of SQLite's files beside a project."""
    return path.with_name(path.name + ending)


def _protection(path: Path) -> str:
    """Return why a project may not be written to, as far as that can be told without trying; or nothing."""
    effective = os.access in os.supports_effective_ids
    places = [
        place for place in (path, path.parent) if not os.access(place, os.W_OK, effective_ids=effective)
    ]
    if not places:
        return ""
    where = "" if places[0] == path else f"lies in {path.parent}, which "
    return f"{where}may not be written to; save it under another name to change it"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
