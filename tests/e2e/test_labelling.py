"""The real program: three classes labelled on the demo scene, quit, opened again, the same as before."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hsi_studio.core.labels import Labels
from hsi_studio.io.project import ProjectFile
from tests.e2e.steps import colors, quit_program, screenshot, wait_for, window_called, xdotool

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

pytestmark = pytest.mark.e2e


def _unnamed(home: Path) -> list[Path]:
    return list((home / "hsi_studio" / "unnamed").glob("[!.]*.hsip"))


def _labels(path: Path) -> Labels:
    file = ProjectFile.open(path, read_only=True)
    try:
        return file.state.labels_of(1)
    finally:
        file.close()


def _depth(path: Path) -> tuple[int, int]:
    file = ProjectFile.open(path, read_only=True)
    try:
        return file.depth
    finally:
        file.close()


def _drag(window: str, begin: tuple[int, int], end: tuple[int, int]) -> None:
    xdotool("mousemove", "--window", window, *map(str, begin), "mousedown", "1")
    for step in range(1, 6):
        place = (str(a + (b - a) * step // 5) for a, b in zip(begin, end, strict=True))
        xdotool("mousemove", "--window", window, *place)
        time.sleep(0.05)
    xdotool("mouseup", "1")


def test_three_classes_are_labelled_quit_and_found_again(start: "Start", tmp_path: Path) -> None:
    home = tmp_path / "data"
    process = start("demo", XDG_DATA_HOME=str(home))
    window = window_called("Indian Pines")
    wait_for(lambda: colors(screenshot(window, tmp_path / "demo.png")) > 2000, "a picture of the demo scene")
    xdotool("windowfocus", "--sync", window)
    height, width = screenshot(window, tmp_path / "first.png").shape[:2]
    middle, top = width // 2, height // 3
    xdotool("key", "--window", window, "b")
    for number in (1, 2, 3):
        xdotool("key", "--window", window, str(number))
        _drag(window, (middle - 60, top + 25 * number), (middle + 60, top + 25 * number))
        time.sleep(0.3)
    wait_for(lambda: _unnamed(home) and _depth(_unnamed(home)[0]) == (4, 4), "three strokes in the file")
    (project,) = _unnamed(home)
    painted = _labels(project)
    assert set(np.unique(painted.to_array())) == {0, 1, 2, 3}
    xdotool("key", "--window", window, "ctrl+z")
    wait_for(lambda: _depth(project) == (3, 4), "the last stroke undone")
    before = _labels(project)
    assert set(np.unique(before.to_array())) == {0, 1, 2}
    quit_program(process, window)

    again = start(str(project), XDG_DATA_HOME=str(home))
    window = window_called("Indian Pines — unnamed project")
    wait_for(lambda: colors(screenshot(window, tmp_path / "again.png")) > 2000, "the scene with its labels")
    assert _labels(project) == before
    xdotool("windowfocus", "--sync", window)
    xdotool("key", "--window", window, "ctrl+shift+z")
    wait_for(lambda: _depth(project) == (4, 4), "the undone stroke done again after the restart")
    assert _labels(project) == painted
    quit_program(again, window)


def test_a_killed_program_has_kept_every_stroke(start: "Start", tmp_path: Path) -> None:
    home = tmp_path / "data"
    process = start("demo", XDG_DATA_HOME=str(home))
    window = window_called("Indian Pines")
    wait_for(lambda: colors(screenshot(window, tmp_path / "demo.png")) > 2000, "a picture of the demo scene")
    xdotool("windowfocus", "--sync", window)
    height, width = screenshot(window, tmp_path / "first.png").shape[:2]
    xdotool("key", "--window", window, "b")
    _drag(window, (width // 2 - 60, height // 3), (width // 2 + 60, height // 3 + 40))
    wait_for(lambda: _unnamed(home) and _depth(_unnamed(home)[0]) == (2, 2), "a stroke in the file")
    process.kill()
    process.wait(10)
    (project,) = _unnamed(home)
    kept = _labels(project)
    assert kept.to_array().any()
    start(XDG_DATA_HOME=str(home))
    window = window_called("hsi_studio")
    wait_for(lambda: colors(screenshot(window, tmp_path / "start.png")) > 20, "a start page")
    assert _labels(project) == kept
