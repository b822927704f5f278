"""What goes wrong with a project file, in sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hsi_studio.errors import HsiError

_SAVE_ELSEWHERE = "save the project under another name"
_FREE_SPACE = "free some, or save the project on another disk"

# By SQLite's primary result code: cause, remedy.
_CAUSES = {
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", _FREE_SPACE),
    sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk fails or is gone", _SAVE_ELSEWHERE),
    sqlite3.SQLITE_READONLY: ("may not be written to", _SAVE_ELSEWHERE),
    sqlite3.SQLITE_PERM: ("may not be written to", _SAVE_ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("or its folder cannot be reached", "check the disk, or " + _SAVE_ELSEWHERE),
    sqlite3.SQLITE_BUSY: ("is being used by another program", "close it there and try again"),
    sqlite3.SQLITE_LOCKED: ("is being used by another program", "close it there and try again"),
    sqlite3.SQLITE_NOMEM: ("does not fit into memory", "close other programs and try again"),
    sqlite3.SQLITE_TOOBIG: ("cannot hold a change that large", "split it into smaller ones"),
}
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Result codes that tell of a file's content."""

UNDECODABLE = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError)
"""What decoders raise on bytes that are none of ours."""


class ProjectFileError(HsiError):
    """A project file that cannot be opened, read or written."""


class DamagedProjectError(ProjectFileError):
    """A project file whose content cannot be trusted; `recover_project` salvages what is readable."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path.name} is damaged ({what})",
            f"recover what is readable: `hsi-studio project check {path.name} --recover COPY.hsip`",
        )


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise about a project file into one sentence.

    Raises
    ------
    ProjectFileError
        With cause and remedy; `DamagedProjectError` when the content is at fault.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise sentence(error, path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProjectFileError(f"{path.name} cannot be used ({reason})", _SAVE_ELSEWHERE) from error


def sentence(error: sqlite3.Error, path: Path) -> ProjectFileError:
    """Return what SQLite raised about a file, in words."""
    if isinstance(error, sqlite3.ProgrammingError):
        return ProjectFileError(f"{path.name} is closed", "open it again")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _CAUSES:
        cause, remedy = _CAUSES[code]
        return ProjectFileError(f"{path.name} {cause}", remedy)
    return DamagedProjectError(path, str(error))


@contextmanager
def decoding(path: Path, what: str) -> Iterator[None]:
    """Name what was being decoded when stored bytes turn out to be none of ours.

    Raises
    ------
    DamagedProjectError
        In place of what decoders raise.
    """
    try:
        yield
    except UNDECODABLE as error:
        raise DamagedProjectError(path, f"{what} cannot be decoded") from error
