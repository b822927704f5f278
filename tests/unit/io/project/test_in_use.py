"""One writer per project; everybody else looks on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hsi_studio.core.project import Edit
from hsi_studio.io.project import ProjectFile, ProjectFileError, check_project, summary

_HOLD = """
import sys
from pathlib import Path
from hsi_studio.io.project import ProjectFile
project = ProjectFile.open(Path(sys.argv[1]))
print(project.read_only, project.undo_title, flush=True)
sys.stdin.readline()
"""


@contextmanager
def _another_program(path: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run another program that has the project open; yield it with what it saw."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        yield program, program.stdout.readline().split(maxsplit=1)
        program.kill()


def test_a_second_program_may_only_look(project: ProjectFile, paint: Callable) -> None:
    paint(project, 1)
    with _another_program(project.path) as (_, (read_only, title)):
        assert (read_only, title.strip()) == ("True", "Brush 0")
        paint(project, 3)  # the onlooker holds nothing up
    assert not project.read_only


def test_beside_another_program_we_may_only_look(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    state = paint(project, 3)
    project.close()
    with _another_program(project.path) as (_, (read_only, _)):
        assert read_only == "False"
        looked = ProjectFile.open(project.path)
        assert looked.read_only
        (note,) = looked.notes
        assert "open in another window" in note
        assert same(looked.state, state)
        with pytest.raises(ProjectFileError, match="looking only"):
            looked.append(Edit("Brush"))
        looked.save_copy(tmp_path / "mine.hsip")
        looked.close()
    mine = ProjectFile.open(tmp_path / "mine.hsip")
    assert not mine.read_only
    assert same(mine.state, state)
    mine.close()


def test_a_second_window_of_the_same_program_may_only_look(project: ProjectFile, paint: Callable) -> None:
    second = ProjectFile.open(project.path)
    assert second.read_only
    paint(project, 2)
    assert second.undo_title == "Brush 1"
    second.close()
    paint(project, 2)
    assert check_project(project.path).sound


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_program_locks_nobody_out(project: ProjectFile) -> None:
    project.close()
    with _another_program(project.path) as (program, _):
        program.send_signal(signal.SIGKILL)
        program.wait()
        again = ProjectFile.open(project.path)
        assert not again.read_only
        again.close()


def test_summary_and_check_look_at_a_project_in_use(project: ProjectFile, paint: Callable) -> None:
    state = paint(project, 4)
    found = summary(project.path)
    assert (found.edits, found.undo_depth) == (5, 5)
    assert found.total(1) == int((state.labels_of(1).to_array() == 1).sum())
    assert check_project(project.path).sound
    paint(project, 1)
