"""Save as: the whole project, while it is being written to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit
from hsi_studio.errors import Cancelled, HsiError
from hsi_studio.io.project import InUseError, ProjectFile, check_project
from hsi_studio.io.project import copy as copy_module


def test_a_copy_holds_everything(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    paint(project, 12)
    project.undo()
    project.set_value("view", [1, 2])
    reported: list[float | None] = []
    project.save_copy(tmp_path / "copy.hsip", Progress(lambda fraction, _: reported.append(fraction)))
    with closing(ProjectFile.open(tmp_path / "copy.hsip")) as copy:
        assert same(copy.state, project.state)
        assert (copy.depth, copy.redo_title, copy.value("view")) == (project.depth, "Brush 11", [1, 2])
    assert reported[-1] == 1.0
    assert check_project(tmp_path / "copy.hsip").sound


def test_strokes_go_on_while_it_is_copied(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_module, "_PAGES", 4)  # or the first step would copy a project this small at once
    before = paint(project, 40)
    started, painted = threading.Event(), threading.Event()

    def report(_fraction: float | None, _text: str) -> None:
        started.set()
        assert painted.wait(30)

    copying = threading.Thread(target=project.save_copy, args=(tmp_path / "copy.hsip", Progress(report)))
    copying.start()
    assert started.wait(30)
    after = paint(project, 5)
    painted.set()
    copying.join()
    with closing(ProjectFile.open(tmp_path / "copy.hsip")) as copy:
        assert same(copy.state, before)
        assert copy.depth == (41, 41)
    assert same(project.state, after)


def test_a_cancelled_copy_leaves_what_was_there(
    project: ProjectFile, paint: Callable, tmp_path: Path
) -> None:
    (tmp_path / "copy.hsip").write_text("something else")
    paint(project, 3)
    with pytest.raises(Cancelled):
        project.save_copy(tmp_path / "copy.hsip", Progress(is_cancelled=lambda: True))
    assert (tmp_path / "copy.hsip").read_text() == "something else"
    assert not list(tmp_path.glob(".*.part.*"))
    paint(project, 1)


def test_an_open_project_is_not_replaced(project: ProjectFile, tmp_path: Path) -> None:
    with closing(ProjectFile.create(tmp_path / "other.hsip")) as other:
        with pytest.raises(InUseError, match=r"other\.hsip is open in another window"):
            project.save_copy(other.path)
        with pytest.raises(InUseError, match=r"field\.hsip is open in another window"):
            project.save_copy(project.path)
        other.append(Edit("Brush"))


def test_what_sqlite_left_beside_an_older_file_is_not_laid_over_the_copy(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    """The journal of a killed program would put its own pages into the new file."""
    with closing(ProjectFile.create(tmp_path / "first.hsip")) as first:
        first.append(Edit("Brush"))
        left = {path.name[5:]: path.read_bytes() for path in tmp_path.glob("first.hsip*")}
    for ending, content in left.items():
        (tmp_path / f"copy{ending}").write_bytes(content)
    state = paint(project, 3)
    project.save_copy(tmp_path / "copy.hsip")
    with closing(ProjectFile.open(tmp_path / "copy.hsip")) as copy:
        assert same(copy.state, state)
    assert check_project(tmp_path / "copy.hsip").sound


def test_a_copy_needs_a_folder(project: ProjectFile, tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="does not exist"):
        project.save_copy(tmp_path / "absent" / "copy.hsip")
