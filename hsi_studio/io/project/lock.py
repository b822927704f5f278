"""One writer per project file."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_studio.io.project.errors import ProjectFileError

if TYPE_CHECKING:
    from filelock import BaseFileLock

_ANYONE = 0o666


class InUseError(ProjectFileError):
    """Another window or program writes to the project."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is open in another window of hsi_studio", "close it there, or choose another name"
        )


def lock(path: Path) -> BaseFileLock:
    """Become the only writer of a project, until `release` or the end of this process, however it ends.

    The system holds the lock, on an empty file beside the project that means nothing by itself: one that a
    killed process has left locks nobody out.

    Raises
    ------
    InUseError
        When there is another writer, in this process too.
    OSError
        When the folder may not be written to, or its disk knows no locks.
    """
    from filelock import FileLock, Timeout

    if not path.parent.is_dir():  # filelock would make it
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    held = FileLock(
        path.with_name(f".{path.name}.lock"), mode=_ANYONE, thread_local=False, fallback_to_soft=False
    )
    try:
        held.acquire(blocking=False)
    except Timeout as error:
        raise InUseError(path) from error
    return held
