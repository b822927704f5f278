"""Projects that were never given a name: they keep the work anyway, and are offered at the next start."""

from __future__ import annotations

import logging
import os
from collections.abc import Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio import paths
from hsi_studio.app.history import BEGINNING
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.label_stats import counts
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.errors import HsiError
from hsi_studio.io.project import InUseError, ProjectFile
from hsi_studio.io.project.lock import lock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scratch:
    """An unnamed project that nobody has open: its labelled cubes, their labels, and the last change."""

    path: Path
    cubes: tuple[ProjectCube, ...]
    pixels: int
    when: datetime

    @property
    def subject(self) -> str:
        """What was labelled, in words."""
        names = [cube.name for cube in self.cubes]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return f"{names[0]}{more}" if names else "classes alone"

    def said_now(self) -> str:
        """Return how much was labelled and when: "38 labelled pixels, yesterday 14:02"."""
        pixels = f"{self.pixels:,}".replace(",", " ")
        return f"{pixels} labelled pixel{'s' * (self.pixels != 1)}, {spoken_time(self.when, datetime.now())}"


class Scratches(QObject):
    """Finds the unnamed projects of earlier sessions, away from the GUI thread; empty ones vanish."""

    changed = Signal()
    """`found` has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: tuple[Scratch, ...] = ()
        self._worker = LatestWorker("unnamed projects", self)
        self._worker.answered.connect(self._keep)

    def look(self) -> None:
        """Look for them; `changed` follows where there is news."""
        self._worker.request("look", lambda: tuple(_found()))

    def discard(self, path: Path) -> None:
        """Delete one for good, and look for the others."""
        self._worker.request(("discard", path), partial(remove, path))
        self.look()

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _keep(self, kind: Hashable, found: tuple[Scratch, ...] | None) -> None:
        if kind == "look" and found is not None and found != self.found:
            self.found = found
            self.changed.emit()


def new_path() -> Path:
    """Return a path for an unnamed project that nobody uses."""
    return folder() / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f} {os.getpid()}.hsip"


def folder() -> Path:
    """Return the folder of unnamed projects (which may not exist)."""
    return paths.data_dir() / "unnamed"


def is_unnamed(path: Path) -> bool:
    """Tell whether a project was never given a name."""
    return path.parent == folder()


def spoken(text: str, path: Path) -> str:
    """Return a sentence on a project as people would say it: its file has a name that nobody has given."""
    if not is_unnamed(path):
        return text
    said = text.replace(str(path), "the unnamed project").replace(path.name, "the unnamed project")
    return said[:1].upper() + said[1:]


def is_empty(state: ProjectState, last_step: str | None) -> bool:
    """Tell whether nothing would be lost with a project whose last step has a title; None without steps."""
    labelled = any(labels.tiles for labels in state.labels.values())
    return not labelled and (not len(state.classes) or last_step in (None, BEGINNING))


def remove(path: Path) -> None:
    """Delete a project and what lies beside it."""
    beside = (f"{path.name}-wal", f"{path.name}-shm", f".{path.name}.lock")
    for file in (path, *map(path.with_name, beside)):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def spoken_time(when: datetime, now: datetime) -> str:
    """Return a time as people say it: "yesterday 14:02"."""
    if when.date() == now.date():
        day = "today"
    elif when.date() == (now - timedelta(days=1)).date():
        day = "yesterday"
    else:
        day = f"{when.day} {when:%B}" if when.year == now.year else f"{when.day} {when:%B %Y}"
    return f"{day} {when:%H:%M}"


def _found() -> Iterator[Scratch]:
    newest_first = sorted(folder().glob("[!.]*.hsip"), key=lambda path: path.name, reverse=True)
    for path in newest_first:
        try:
            scratch = _looked_into(path)
        except (HsiError, OSError) as error:
            log.warning("An unnamed project cannot be offered: %s", error)
            continue
        if scratch is not None:
            yield scratch


def _looked_into(path: Path) -> Scratch | None:
    """Look into an unnamed project; None when another window has it, or when it was empty and is gone now."""
    try:
        held = lock(path)
    except InUseError:
        return None
    held.release()  # at once, or it could not be opened for writing meanwhile
    file = ProjectFile.open(path, read_only=True)
    try:
        state, last_step = file.state, file.undo_title
        when = datetime.fromtimestamp(_last_change(path))
    finally:
        file.close()
    if is_empty(state, last_step):
        remove(path)
        return None
    labelled = {cube: labels for cube in state.cubes if (labels := state.labels_of(cube.number)).tiles}
    pixels = sum(sum(counts(labels).values()) for labels in labelled.values())
    return Scratch(path, tuple(labelled), pixels, when)


def _last_change(path: Path) -> float:
    """Return when a project was last written to; whoever reads it leaves an empty file beside it."""
    beside = path.with_name(path.name + "-wal")
    found = [file.stat() for file in (path, beside) if file.exists()]
    return max(one.st_mtime for one in found if one.st_size)
