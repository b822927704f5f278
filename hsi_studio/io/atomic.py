"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hsi_studio.errors import HsiError


@contextmanager
def atomic_outputs(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Yield temporary paths beside `targets`; they take the targets' places when the block ends well.

    What lies at a temporary path may be a file or a folder. It is flushed to the disk and renamed, in the
    order given; when the block raises (a cancel too) it is removed and the targets stay as they were.
    Temporary names keep the targets' endings, which many libraries go by.

    Raises
    ------
    HsiError
        When the disk is full, the folder is absent or may not be written to.
    """
    token = secrets.token_hex(4)
    temporary = tuple(target.with_name(f".{token}.part.{target.name}") for target in targets)
    try:
        yield temporary
        for path in temporary:
            _flush(path)
        for path, target in zip(temporary, targets, strict=True):
            _put(path, target)
    except OSError as error:
        raise _told(error, targets[0]) from error
    finally:
        for path in temporary:
            _remove(path)


@contextmanager
def atomic_output(target: Path) -> Iterator[Path]:
    """Yield one temporary path; see `atomic_outputs`."""
    with atomic_outputs(target) as (temporary,):
        yield temporary


def _told(error: OSError, target: Path) -> HsiError:
    if not target.parent.is_dir():
        return HsiError(f"the folder {target.parent} does not exist", "create it first")
    reason = error.strerror or str(error)
    return HsiError(
        f"{target.name} could not be written ({reason})", "free space there or choose another folder"
    )


def _flush(path: Path) -> None:
    files = (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)
    for file in files:
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())


def _put(path: Path, target: Path) -> None:
    if not target.is_dir():
        path.replace(target)
        return
    # No system renames a folder onto a full one, so the old one steps aside first.
    aside = path.with_name(f"{path.name}.old")
    target.rename(aside)
    path.rename(target)
    shutil.rmtree(aside)


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    # When one write of a library fails, its other threads may still be adding files for a moment.
    for _ in range(50):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(0.1)
