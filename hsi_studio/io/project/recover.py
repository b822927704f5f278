"""Salvages what can be read of a damaged project into a copy, and tells what could not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit, ProjectState
from hsi_studio.io.project.copy import new_store, replaced
from hsi_studio.io.project.errors import ProjectFileError, told
from hsi_studio.io.project.lock import lock
from hsi_studio.io.project.relics import Relics, dig
from hsi_studio.io.project.replay import Replay
from hsi_studio.io.project.salvage import open_damaged
from hsi_studio.io.project.store import Store, whole_edit


@dataclass(frozen=True)
class RecoveryReport:
    """What has become of a damaged project.

    Parameters
    ----------
    path, into : Path
        The damaged file, which stays as it is, and the copy.
    lost : tuple of str
        Sentences on what is missing in the copy; none when everything was read.
    cubes, classes, labelled, edits : int
        What the copy holds: cubes, classes, labelled pixels and steps of the history.
    """

    path: Path
    into: Path
    lost: tuple[str, ...]
    cubes: int
    classes: int
    labelled: int
    edits: int


def recover_project(path: Path, into: Path, progress: Progress | None = None) -> RecoveryReport:
    """Copy everything that can be read of a damaged project into a sound one.

    Labels that cannot be read are rebuilt from the history. A history with gaps begins after the last gap:
    undo then walks back to the labels as they were there.

    Raises
    ------
    ProjectFileError
        When the file is absent, open in a window, or nothing in it can be read.
    HsiError
        When the copy cannot be written.
    Cancelled
        By `progress`.
    """
    progress = progress or Progress()
    if not path.is_file():
        raise ProjectFileError(f"{path} does not exist or is no file", "check the path")
    if into.resolve() == path.resolve():
        raise ProjectFileError("The copy would replace the damaged file itself", "choose another name for it")
    with ExitStack() as opened, told(path):
        _keep_others_out(path, opened)
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="hsi_studio_")))
        relics = dig(open_damaged(path, folder, opened), progress)
    if not relics.cubes:
        raise ProjectFileError(
            f"Nothing in {path.name} can be read", "look for an older copy of it in your backups"
        )
    history = _History(relics, progress)
    with replaced(into) as temporary, told(into), new_store(temporary) as store:
        _write(store, relics, history)
        steps = store.steps()
    return RecoveryReport(
        path,
        into,
        (*relics.lost, *history.lost),
        len(relics.cubes),
        len(history.now.classes),
        _labelled(history.now),
        steps,
    )


def _keep_others_out(path: Path, opened: ExitStack) -> None:
    try:
        opened.callback(lock(path).release)
    except OSError:
        return  # a folder that cannot be written to has no writer either


class _History:
    """The longest end of a history that holds together.

    Attributes
    ----------
    base : ProjectState
        What it begins with.
    done, undone : list of (Edit, float)
        Steps from there on, with the time when they were done.
    now : ProjectState
        After the done steps.
    lost : list of str
    """

    def __init__(self, relics: Relics, progress: Progress) -> None:
        self.lost: list[str] = []
        replay = Replay(relics.cubes, relics.classes)
        replay.tiles = relics.tiles
        self._rebuild(replay, relics)
        self.now = replay.state()
        self.done = list(_followed(replay, _backwards(relics, progress)))[::-1]
        self.base = replay.state()
        self._tell_gap(relics)
        ahead = Replay.of(self.now)
        self.undone = list(_followed(ahead, _forwards(relics)))
        if missing := relics.last_step - relics.position - len(self.undone):
            self.lost.append(f"{missing} steps that had been undone can no longer be redone.")

    def _rebuild(self, replay: Replay, relics: Relics) -> None:
        """Fill tiles that could not be read with what the history says of them."""
        if relics.all_tiles:
            return
        known = set(replay.tiles)
        past = Replay(relics.cubes, relics.classes)
        for seq in range(1, relics.position + 1):
            if seq in relics.steps:
                past.apply_inside(relics.steps[seq][0])
        rebuilt = {tile: ids for tile, ids in past.tiles.items() if tile not in known and ids.any()}
        replay.tiles |= rebuilt
        if rebuilt:
            gaps = "" if relics.whole_past else ", which has gaps: look at them"
            tiles = "1 tile of labels was" if len(rebuilt) == 1 else f"{len(rebuilt)} tiles of labels were"
            self.lost.append(f"{tiles} rebuilt from the history{gaps}.")

    def _tell_gap(self, relics: Relics) -> None:
        missing = relics.position - len(self.done)
        if missing:
            self.lost.append(f"The first {missing} of {relics.position} steps can no longer be undone.")


def _followed(replay: Replay, steps: Iterable[tuple[Edit, Edit, float]]) -> Iterator[tuple[Edit, float]]:
    """Yield steps, each with the edit to follow, until one does not fit."""
    for step, way, when in steps:
        if not replay.follow(way):
            return
        yield step, when


def _backwards(relics: Relics, progress: Progress) -> Iterator[tuple[Edit, Edit, float]]:
    for seq in range(relics.position, 0, -1):
        progress.update(None, "history")
        if seq not in relics.steps:
            return
        step, when = relics.steps[seq]
        yield step, step.reversed(), when


def _forwards(relics: Relics) -> Iterator[tuple[Edit, Edit, float]]:
    seq = relics.position + 1
    while seq in relics.steps:
        step, when = relics.steps[seq]
        yield step, step, when
        seq += 1


def _write(store: Store, relics: Relics, history: _History) -> None:
    for cube in relics.cubes:
        store.add_cube(cube)
    steps = [*history.done, *history.undone]
    if base := whole_edit(history.base, "Recovered"):
        when = steps[0][1] if steps else 0.0
        steps.insert(0, (base, when))
    for seq, (edit, when) in enumerate(steps, 1):
        store.add_step(seq, edit, when)
    store.apply(whole_edit(history.now, ""))
    store.set_position(len(steps) - len(history.undone))
    store.connection.executemany("INSERT INTO settings VALUES (?, ?)", relics.settings)
    store.connection.executemany(
        "INSERT INTO descriptions (class, text, time, flipped) VALUES (?, ?, ?, ?)", relics.descriptions
    )


def _labelled(state: ProjectState) -> int:
    return sum(int((tile > 0).sum()) for labels in state.labels.values() for tile in labels.tiles.values())
