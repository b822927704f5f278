"""Copies of a project that is open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hsi_studio.core.progress import Progress

_PAGES = 256


def copy_database(source: sqlite3.Connection, into: Path, progress: Progress) -> None:
    """Write all of a database into a new file."""

    def report(_status: int, left: int, pages: int) -> None:
        progress.update(1 - left / max(pages, 1), "copying")

    with closing(sqlite3.connect(into)) as target:
        source.backup(target, pages=_PAGES, progress=report)
