"""The writer keeps changes in order, holds them while the disk fails, and never keeps one twice."""

import resource
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.kept import KeptState
from hsi_studio.app.project_writer import ProjectWriter
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile

CUBE = ProjectCube(1, "scene.npy", "scene", "f" * 32, 600, 600)
Start = Callable[..., ProjectWriter]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    """Make a project and start its writer."""
    writers: list[ProjectWriter] = []

    def run(path: Path, *, make: bool = True) -> ProjectWriter:
        if make:
            ProjectFile.create(path).close()
        writers.append(ProjectWriter(partial(ProjectFile.open, path)))
        return writers[-1]

    yield run
    for writer in writers:
        writer.stop()


class _Painter:
    """Makes random edits and knows what they lead to."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self.labels = Labels(600, 600)
        self.edits: list[Edit] = []

    def edit(self, side: int = 40) -> Edit:
        row, col = (int(place) for place in self._rng.integers(0, 600 - side, 2))
        ids = self._rng.integers(0, 30_000, (side, side))
        patches = self.labels.change(Window(row, col, side, side), ids)
        self.labels = self.labels.applied(patches)
        self.edits.append(Edit(f"Stroke {len(self.edits)}", {1: patches}))
        return self.edits[-1]


def _state(path: Path) -> tuple[ProjectState, tuple[int, int]]:
    file = ProjectFile.open(path, read_only=True)
    try:
        return file.state, file.depth
    finally:
        file.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_changes_are_in_the_file_in_order(start: Start, tmp_path: Path) -> None:
    path, painter = tmp_path / "a.hsip", _Painter()
    writer = start(path)
    writer.add_cube(CUBE)
    for _ in range(5):
        writer.append(painter.edit())
    for step in (writer.undo, writer.undo, writer.redo):
        step()
    assert writer.wait(5)
    assert writer.kept == KeptState("kept")
    state, depth = _state(path)
    assert depth == (4, 5)
    assert state.labels_of(1) == painter.labels.applied(painter.edits[4].reversed().labels[1])


def test_the_gui_thread_hears_of_saving_and_kept(start: Start, tmp_path: Path, qtbot: QtBot) -> None:
    writer = start(tmp_path / "a.hsip")
    heard: list[KeptState] = []
    writer.kept_changed.connect(heard.append)
    writer.add_cube(CUBE)
    qtbot.waitUntil(lambda: heard[-1:] == [KeptState("kept")], timeout=60_000)
    assert heard[0] in (KeptState("saving"), KeptState("kept"))


def test_writing_does_not_wait_for_a_slow_disk(start: Start, tmp_path: Path) -> None:
    writer = start(tmp_path / "a.hsip")
    slow = threading.Event()
    writer.write(lambda _: slow.wait(5))
    writer.add_cube(CUBE)
    assert writer.pending == 2
    assert not writer.wait(0.05)
    slow.set()
    assert writer.wait(5)


def test_a_full_disk_keeps_changes_waiting_until_there_is_room(start: Start, small_disk: Path) -> None:
    painter, ballast = _Painter(), small_disk / "ballast"
    path = small_disk / "a.hsip"
    writer = start(path)
    writer.add_cube(CUBE)
    assert writer.wait(5)
    ballast.write_bytes(bytes(500_000))
    for _ in range(200):
        writer.append(painter.edit())
    assert not writer.wait(20)
    assert writer.kept.status == "failed"
    assert "full" in writer.kept.reason
    kept = 200 - writer.pending
    assert 0 < kept < 200
    assert _state(path)[1] == (kept, kept)
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    writer.retry()
    assert writer.wait(20)
    state, depth = _state(path)
    assert depth == (200, 200)
    assert state.labels_of(1) == painter.labels


def test_a_limit_on_file_sizes_is_survived_too(start: Start, tmp_path: Path) -> None:
    painter, path = _Painter(), tmp_path / "a.hsip"
    writer = start(path)
    writer.add_cube(CUBE)
    assert writer.wait(5)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        for _ in range(60):
            writer.append(painter.edit())
        assert not writer.wait(20)
        assert writer.kept.status == "failed"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert writer.wait(20)
    assert _state(path)[0].labels_of(1) == painter.labels


def test_a_project_that_cannot_be_made_is_made_later(qtbot: QtBot, small_disk: Path) -> None:
    painter, path = _Painter(), small_disk / "a.hsip"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    writer = ProjectWriter(partial(ProjectFile.create, path))
    writer.add_cube(CUBE)
    writer.append(painter.edit())
    assert not writer.wait(5)
    assert writer.kept.status == "failed"
    assert "a.hsip" in writer.kept.reason
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert writer.wait(5)
    assert _state(path)[0].labels_of(1) == painter.labels
    assert writer.stop()


def test_a_file_that_is_taken_away_and_brought_back_goes_on(start: Start, tmp_path: Path) -> None:
    stick, drawer = tmp_path / "stick", tmp_path / "drawer"
    stick.mkdir()
    painter, path = _Painter(), stick / "a.hsip"
    writer = start(path)
    writer.add_cube(CUBE)
    writer.append(painter.edit())
    assert writer.wait(5)
    writer.ask(ProjectFile.checkpoint).result(5)
    stick.rename(drawer)
    writer.append(painter.edit())
    assert not writer.wait(5)
    assert writer.kept.status == "failed"
    drawer.rename(stick)
    assert writer.wait(5)
    state, depth = _state(path)
    assert depth == (2, 2)
    assert state.labels_of(1) == painter.labels


def test_another_project_in_its_place_is_left_alone(start: Start, tmp_path: Path) -> None:
    path, painter = tmp_path / "a.hsip", _Painter()
    writer = start(path)
    writer.add_cube(CUBE)
    assert writer.wait(5)
    for file in tmp_path.glob("*a.hsip*"):
        file.unlink()
    ProjectFile.create(path).close()
    writer.append(painter.edit())
    assert not writer.wait(5)
    assert "replaced by another file" in writer.kept.reason
    assert _state(path)[1] == (0, 0)


def test_a_project_changed_by_others_meanwhile_is_not_written_over(start: Start, tmp_path: Path) -> None:
    path, elsewhere, painter = tmp_path / "a.hsip", tmp_path / "elsewhere.hsip", _Painter()
    writer = start(path)
    writer.add_cube(CUBE)
    assert writer.wait(5)
    writer.ask(lambda file: file.save_copy(elsewhere)).result(5)
    other = ProjectFile.open(elsewhere)
    for _ in range(3):
        other.append(painter.edit())
    other.close()
    for file in tmp_path.glob("*a.hsip*"):
        file.unlink()
    elsewhere.rename(path)
    writer.append(_Painter(1).edit())
    assert not writer.wait(5)
    assert "replaced by another file" in writer.kept.reason


def test_questions_are_answered_while_writing_fails(start: Start, small_disk: Path) -> None:
    painter = _Painter()
    writer = start(small_disk / "a.hsip")
    writer.add_cube(CUBE)
    writer.append(painter.edit())
    assert writer.wait(5)
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    for _ in range(200):
        writer.append(painter.edit())
    assert not writer.wait(20)
    older = writer.ask(lambda file: file.edits(0, 1)).result(5)
    assert [edit.title for edit in older] == ["Stroke 0"]


def test_steps_are_fetched_by_number(start: Start, tmp_path: Path, qtbot: QtBot) -> None:
    writer, painter = start(tmp_path / "a.hsip"), _Painter()
    writer.add_cube(CUBE)
    for _ in range(4):
        writer.append(painter.edit())
    assert writer.wait(5)
    with qtbot.waitSignal(writer.fetched) as fetched:
        writer.fetch(1, 3)
    assert fetched.args[0] == 1
    assert [edit.title for edit in fetched.args[1]] == ["Stroke 1", "Stroke 2"]
