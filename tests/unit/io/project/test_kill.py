"""A program that is killed while it paints has lost nothing that it called kept."""

from __future__ import annotations

import os
import random
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit
from hsi_studio.io.project import ProjectFile, check_project

PAINTER = Path(__file__).with_name("painter.py")
ROUNDS = 50
LONGEST_S = 0.12

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


@pytest.fixture
def painter() -> Iterator[subprocess.Popen[str]]:
    """The program, waiting for the name of a project."""
    with subprocess.Popen(
        [sys.executable, str(PAINTER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        yield program
        assert program.stdin is not None
        program.stdin.close()


def test_fifty_kills_lose_no_stroke(painter: subprocess.Popen[str], tmp_path: Path) -> None:
    stroke = runpy.run_path(str(PAINTER))["stroke"]
    chance = random.Random(5)
    strokes = 0
    for turn in range(ROUNDS):
        path = tmp_path / f"{turn}.hsip"
        told = _killed(painter, path, chance.uniform(0.005, LONGEST_S))
        kept = _kept(path, stroke)
        assert told <= kept <= told + 1
        strokes += told
    assert strokes > ROUNDS


def _killed(painter: subprocess.Popen[str], path: Path, after_s: float) -> int:
    """Let the program paint and kill it; return the last stroke that it has called kept."""
    assert painter.stdin is not None
    assert painter.stdout is not None
    painter.stdin.write(f"{path}\n")
    painter.stdin.flush()
    child = int(painter.stdout.readline())
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    told = ["0"]
    while (line := painter.stdout.readline().strip()) != "gone":
        told.append(line)
    return int(told[-1])


def _kept(path: Path, stroke: Callable[[Labels, int], Edit]) -> int:
    """Reopen a project; return how many strokes it has, all of them exact, with undo back to nothing."""
    project = ProjectFile.open(path)
    assert not project.read_only, project.notes
    kept, _ = project.depth
    past = [Labels(300, 520)]
    for number in range(1, kept + 1):
        past.append(past[-1].applied(stroke(past[-1], number).labels[1]))
    assert project.state.labels_of(1) == past[-1]
    held = project.state
    while (edit := project.undo()) is not None:
        past.pop()
        held = held.applied(edit)
        assert held.labels_of(1) == past[-1]
    assert len(past) == 1
    assert not project.state.labels_of(1).tiles
    project.close()
    assert check_project(path).sound
    return kept
