"""Damaged project files: told in a sentence, checked, and recovered as far as they can be read."""

from __future__ import annotations

import random
import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project import (
    DamagedProjectError,
    InUseError,
    ProjectFile,
    ProjectFileError,
    check_project,
    recover_project,
)

PAGE = 4096
ROWS, COLS = 1500, 1800


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ProjectState]:
    """The bytes of a project of a hundred pages, with 160 strokes of which 20 are undone, and its state."""
    path = tmp_path_factory.mktemp("sound") / "sound.hsip"
    project = ProjectFile.create(path)
    project.add_cube(ProjectCube(1, "field.hdr", "field", "f" * 32, ROWS, COLS))
    names = [f"Class {i}" for i in range(9)]
    project.append(Edit("Add classes", classes=(ClassTable(()), ClassTable.from_names(names))))
    rng, labels = np.random.default_rng(3), Labels(ROWS, COLS)
    for number in range(160):
        window = Window(int(rng.integers(0, ROWS - 20)), int(rng.integers(0, COLS - 40)), 20, 40)
        change = labels.change(window, rng.integers(0, 10, (20, 40)))
        labels = labels.applied(change)
        project.append(Edit(f"Stroke {number}", {1: change}))
    for _ in range(20):
        project.undo()
    project.set_value("view", [1, 2, 3])
    state = project.state
    project.close()
    return path.read_bytes(), state


def _agreement(path: Path, state: ProjectState) -> float:
    """Return the share of labelled pixels that a project still has right."""
    with closing(ProjectFile.open(path)) as project:
        held = project.state
        ids = held.labels_of(1).to_array() if held.cubes else np.zeros((ROWS, COLS), np.uint16)
    right = state.labels_of(1).to_array()
    return float((ids == right)[right > 0].mean())


def test_a_sound_file_is_called_sound_and_recovered_whole(
    sound: tuple[bytes, ProjectState], tmp_path: Path, same: Callable
) -> None:
    path = tmp_path / "a.hsip"
    path.write_bytes(sound[0])
    assert check_project(path).sound
    report = recover_project(path, tmp_path / "copy.hsip")
    assert report.lost == ()
    assert (report.cubes, report.classes, report.edits) == (1, 9, 161)
    with closing(ProjectFile.open(tmp_path / "copy.hsip")) as copy:
        assert same(copy.state, sound[1])
        assert (copy.depth, copy.value("view")) == ((141, 161), [1, 2, 3])
    assert path.read_bytes() == sound[0]


def test_a_setting_that_nests_too_deeply(sound: tuple[bytes, ProjectState], tmp_path: Path) -> None:
    path = tmp_path / "a.hsip"
    path.write_bytes(sound[0])
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE settings SET value = ? WHERE key = 'view'", ("[" * 100_000,))
    with (
        closing(ProjectFile.open(path)) as project,
        pytest.raises(DamagedProjectError, match="the setting view cannot be decoded"),
    ):
        project.value("view")
    report = recover_project(path, tmp_path / "copy.hsip")
    assert report.lost == ("Some settings of the view could not be read.",)


@pytest.mark.parametrize("seed", range(14))
def test_random_pages_cost_no_labels_and_no_traceback(
    sound: tuple[bytes, ProjectState], tmp_path: Path, seed: int
) -> None:
    """A page or two: what is lost on one page is known from another."""
    content, state = bytearray(sound[0]), sound[1]
    chance = random.Random(seed)
    for page in chance.sample(range(len(content) // PAGE), 1 + seed % 2):
        content[page * PAGE : (page + 1) * PAGE] = chance.choice([bytes(PAGE), chance.randbytes(PAGE)])
    path = tmp_path / "damaged.hsip"
    path.write_bytes(content)
    found = check_project(path)
    report = recover_project(path, tmp_path / "copy.hsip")
    assert check_project(tmp_path / "copy.hsip").sound
    assert report.lost or report.edits == 161
    assert found.problems or not report.lost
    # Tiles and the history would both have to be hit.
    assert _agreement(tmp_path / "copy.hsip", state) > 0.9
    _opened_or_told(path)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.99])
def test_a_truncated_file_gives_what_it_has(
    sound: tuple[bytes, ProjectState], tmp_path: Path, share: float
) -> None:
    path = tmp_path / "truncated.hsip"
    path.write_bytes(sound[0][: int(len(sound[0]) * share)])
    assert not check_project(path).sound
    if share < 0.9:  # less than a page is noticed only when that page is read
        with pytest.raises(DamagedProjectError, match="--recover"):
            ProjectFile.open(path)
    _opened_or_told(path)
    if share < 0.1:
        with pytest.raises(ProjectFileError, match="backups"):
            recover_project(path, tmp_path / "copy.hsip")
        assert not (tmp_path / "copy.hsip").exists()
    else:
        recover_project(path, tmp_path / "copy.hsip")
        assert check_project(tmp_path / "copy.hsip").sound


def test_an_empty_file_is_told_and_nothing_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "empty.hsip"
    path.touch()
    assert check_project(path).problems == ("empty.hsip is damaged (it is empty).",)
    with pytest.raises(ProjectFileError, match="Nothing in empty"):
        recover_project(path, tmp_path / "copy.hsip")
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix == ".hsip") == ["empty.hsip"]


def test_noise_is_told(tmp_path: Path) -> None:
    path = tmp_path / "noise.hsip"
    path.write_bytes(random.Random(1).randbytes(40 * PAGE))
    assert not check_project(path).sound
    with pytest.raises(ProjectFileError, match="Nothing in noise"):
        recover_project(path, tmp_path / "copy.hsip")


def _opened_or_told(path: Path) -> None:
    """Open a damaged project as far as that goes; nothing but sentences may come."""
    with suppress(ProjectFileError), closing(ProjectFile.open(path)) as project:
        _ = project.state
        project.undo()


_WRONG_ROWS = {
    "a tile that is no zlib": "UPDATE tiles SET ids = x'0011' WHERE number = 1",
    "a tile of text": "UPDATE tiles SET ids = 'abc', row = 'x' WHERE number = 1",
    "a tile that is missing": "DELETE FROM tiles WHERE number = 1",
    "a tile outside": "UPDATE tiles SET row = 4000 WHERE number = 1",
    "a class that is no class": "UPDATE classes SET entry = '{\"id\": -1}' WHERE place = 0",
    "two classes with one id": "UPDATE classes SET entry = (SELECT entry FROM classes WHERE place = 0)",
    "a class that the history does not know": "DELETE FROM classes WHERE place = 8",
    "a cube without size": "UPDATE cubes SET rows = 0",
    "a cube of another size": "UPDATE cubes SET rows = 1499, cols = 300",
    "a step that is missing": "DELETE FROM journal WHERE seq = 80",
    "a step without its patch": "DELETE FROM patches WHERE number = 80",
    "a patch elsewhere": "UPDATE patches SET row = 0, col = 0 WHERE number = 120",
    "a patch over two tiles": "UPDATE patches SET row = 250 WHERE number = 120",
    "a huge patch": "UPDATE patches SET rows = 2000000000, cols = 2000000000 WHERE number = 120",
    "a place beyond the history": "UPDATE state SET position = 4000",
    "no place in the history": "DELETE FROM state",
    "a wrong place in the history": "UPDATE state SET position = 140",
    "an undone step without its patch": "DELETE FROM patches WHERE number = (SELECT max(first) FROM journal)",
}


@pytest.mark.parametrize("what", _WRONG_ROWS)
def test_wrong_rows_are_found_and_recovered_from(
    sound: tuple[bytes, ProjectState], tmp_path: Path, what: str
) -> None:
    path = tmp_path / "wrong.hsip"
    path.write_bytes(sound[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_WRONG_ROWS[what])
    assert not check_project(path).sound
    _opened_or_told(path)
    report = recover_project(path, tmp_path / "copy.hsip") if "cube without" not in what else None
    assert report is None or check_project(tmp_path / "copy.hsip").sound


def test_the_step_that_does_not_fit_is_named(sound: tuple[bytes, ProjectState], tmp_path: Path) -> None:
    path = tmp_path / "wrong.hsip"
    path.write_bytes(sound[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_WRONG_ROWS["a patch elsewhere"])
        (step,) = connection.execute("SELECT max(seq) FROM journal WHERE first <= 120").fetchone()
    assert check_project(path).problems == (f"Step {step} of its history did not lead to what is there.",)


def test_compressed_bytes_may_not_fill_the_memory(project: ProjectFile, paint: Callable) -> None:
    paint(project, 1)
    project.close()
    bomb = zlib.compress(bytes(50_000_000))
    with closing(sqlite3.connect(project.path)) as connection, connection:
        connection.execute("UPDATE tiles SET ids = ?", (bomb,))
    with closing(ProjectFile.open(project.path)) as opened:
        tracemalloc.start()
        with pytest.raises(DamagedProjectError):
            _ = opened.state
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 5_000_000


def test_a_file_with_a_hot_journal_is_recovered_with_it(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    state = paint(project, 5)
    for ending in ("", "-wal"):
        content = (tmp_path / f"field.hsip{ending}").read_bytes()
        (tmp_path / f"left.hsip{ending}").write_bytes(content)
    recover_project(tmp_path / "left.hsip", tmp_path / "copy.hsip")
    with closing(ProjectFile.open(tmp_path / "copy.hsip")) as copy:
        assert same(copy.state, state)


def test_a_damaged_project_that_was_refused_is_free_for_recovery(
    project: ProjectFile, tmp_path: Path
) -> None:
    project.close()
    with closing(sqlite3.connect(project.path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'state'").fetchone()
    with project.path.open("rb+") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xff" * PAGE)
    with pytest.raises(DamagedProjectError) as caught:
        ProjectFile.open(project.path)
    report = recover_project(project.path, tmp_path / "copy.hsip")
    assert (report.edits, report.lost) == (1, ())
    assert "--recover" in caught.value.remedy


def test_a_project_in_use_and_the_damaged_file_itself_are_not_written_to(
    project: ProjectFile, tmp_path: Path
) -> None:
    with pytest.raises(InUseError):
        recover_project(project.path, tmp_path / "copy.hsip")
    project.close()
    with pytest.raises(ProjectFileError, match="itself"):
        recover_project(project.path, project.path)
