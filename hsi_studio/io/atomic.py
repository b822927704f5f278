"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsi_studio.errors import HsiError

_PART = ".part."
# A process that was killed leaves its temporary file; one this old is nobody's any more.
_ABANDONED_SECONDS = 3600.0
_IMPOSSIBLE_NAME = (errno.ENAMETOOLONG, errno.EINVAL)
_UNWRITABLE_FOLDER = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT)


@contextmanager
def atomic_outputs(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Yield temporary paths beside `targets`; they take the targets' places when the block ends well.

    What lies at a temporary path may be a file or a folder. It is flushed to the disk and renamed, in the
    order given; when the block raises (a cancel too) it is removed and the targets stay as they were.
    Temporary names keep the targets' endings, which many libraries go by. What a killed process has left of
    the same targets is removed, once nothing has been written to it for an hour.

    Raises
    ------
    HsiError
        When the disk is full, the folder is absent or may not be written to.
    """
    token = secrets.token_hex(4)
    temporary = tuple(_beside(target, token) for target in targets)
    for target in targets:
        _sweep(target)
    try:
        yield temporary
        for path in temporary:
            _flush(path)
        for path, target in zip(temporary, targets, strict=True):
            _put(path, target)
    except OSError as error:
        raise unwritten(error, targets[0]) from error
    finally:
        for path in temporary:
            _remove(path)


@contextmanager
def atomic_output(target: Path) -> Iterator[Path]:
    """Yield one temporary path; see `atomic_outputs`."""
    with atomic_outputs(target) as (temporary,):
        yield temporary


def require_writable(*targets: Path) -> None:
    """Refuse files that could not be written, by making and removing a temporary one for each.

    Raises
    ------
    HsiError
        When a target is a folder, its folder is absent or may not be written to, or its name is impossible.
    """
    for target in targets:
        try:
            if target.is_dir():
                raise IsADirectoryError
            temporary = _beside(target, secrets.token_hex(4))
            try:
                temporary.touch(exist_ok=False)
            finally:
                _remove(temporary)
        except OSError as error:
            raise unwritten(error, target) from error


def unwritten(error: OSError, target: Path) -> HsiError:
    """Return why a file could not be written and what helps."""
    if isinstance(error, IsADirectoryError):
        return HsiError(f"{target.name or target} is a folder", "name a file in it")
    if error.errno in _IMPOSSIBLE_NAME:
        return HsiError(f"{target.name[:80]} cannot be written ({error.strerror})", "choose another name")
    if not target.parent.is_dir():
        return HsiError(f"The folder {target.parent} does not exist", "create it first")
    reason = error.strerror or str(error)
    space = "" if error.errno in _UNWRITABLE_FOLDER else "free space there or "
    return HsiError(f"{target.name} could not be written ({reason})", f"{space}choose another folder")


def _beside(target: Path, token: str) -> Path:
    return target.with_name(f".{token}{_PART}{target.name}")


def _flush(path: Path) -> None:
    files = (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)
    for file in files:
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())


def _put(path: Path, target: Path) -> None:
    if not (target.is_dir() and path.is_dir()):
        path.replace(target)
        return
    # No system renames a folder onto a full one, so the old one steps aside first.
    aside = path.with_name(f"{path.name}.old")
    target.rename(aside)
    path.rename(target)
    shutil.rmtree(aside)


def _remove(path: Path) -> None:
    if not path.is_dir():
        with suppress(FileNotFoundError):
            # A read-only disk refuses to remove even what is not there.
            path.lstat()
            path.unlink()
        return
    # When one write of a library fails, its other threads may still be adding files for a moment.
    for _ in range(50):
        shutil.rmtree(path, ignore_errors=True)
        time.sleep(0.1)
        if not path.exists():
            return


def _sweep(target: Path) -> None:
    """Remove what killed processes have left of `target`."""
    leftover = re.compile(rf"\.[0-9a-f]{{8}}{re.escape(_PART + target.name)}(\.old)?")
    with suppress(OSError):
        for path in target.parent.iterdir():
            if leftover.fullmatch(path.name) and time.time() - _last_change(path) > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def _last_change(path: Path) -> float:
    return max(file.lstat().st_mtime for file in (path, *path.rglob("*")))
