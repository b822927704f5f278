"""Tells whether a project file is sound: its pages, its rows, and that its history leads to its labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hsi_studio.core.progress import Progress
from hsi_studio.core.project import ProjectState
from hsi_studio.io.project.database import Database
from hsi_studio.io.project.errors import DamagedProjectError, told
from hsi_studio.io.project.replay import Replay
from hsi_studio.io.project.store import Store

_MOST_MESSAGES = 20
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class CheckReport:
    """What is wrong with a project file.

    Parameters
    ----------
    path : Path
    problems : tuple of str
        Sentences; none when the file is sound.
    """

    path: Path
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether everything in the file can be trusted."""
        return not self.problems


def check_project(path: Path, progress: Progress | None = None) -> CheckReport:
    """Check a project, in use or not, without changing it.

    Raises
    ------
    ProjectFileError
        When it is absent, no project or of a newer program.
    Cancelled
        By `progress`.
    """
    problems = []
    try:
        with closing(Database(path, read_only=True)) as database, told(path):
            store = Store(database.connection, path)
            database.connection.execute("BEGIN")  # one moment of a file that may be written to meanwhile
            for problem in _problems(store, progress or Progress()):
                problems.append(problem)
    except DamagedProjectError as error:
        problems.append(f"{error.cause}.")
    return CheckReport(path, tuple(problems))


def _problems(store: Store, progress: Progress) -> Iterator[str]:
    progress.update(None, "pages")
    for (message,) in store.connection.execute(f"PRAGMA integrity_check({_MOST_MESSAGES})"):
        if message != "ok":
            yield f"Its pages do not hang together ({' '.join(message.split())[:_MOST_CHARACTERS]})."
    progress.update(None, "labels")
    state, position, steps = store.state(), store.position(), store.steps()
    if not 0 <= position <= steps:
        yield f"It stands at step {position} of a history of {steps}."
    yield from _backwards(store, state, min(position, steps), progress)
    yield from _forwards(store, state, position, steps, progress)


def _backwards(store: Store, state: ProjectState, position: int, progress: Progress) -> Iterator[str]:
    replay = Replay.of(state)
    for seq in range(position, 0, -1):
        progress.update(1 - seq / position, "history")
        if not replay.follow(store.step(seq).reversed()):
            yield f"Step {seq} of its history did not lead to what is there."
            return
    if len(replay.classes) or any(tile.any() for tile in replay.tiles.values()):
        yield "Undoing all of its history does not lead back to nothing."


def _forwards(
    store: Store, state: ProjectState, position: int, steps: int, progress: Progress
) -> Iterator[str]:
    replay = Replay.of(state)
    for seq in range(position + 1, steps + 1):
        progress.update(None, "steps that were undone")
        if not replay.follow(store.step(seq)):
            yield f"Step {seq} of its history, which was undone, does not fit to what is there."
            return
