"""The real program: pixels and words are given by hand, the map follows; quit, reopened, the same map."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hsi_studio.io.project import ProjectFile
from tests.e2e.steps import colors, quit_program, screenshot, wait_for, window_called, xdotool

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

pytestmark = pytest.mark.e2e
_TEXT = "Bright bare soil, no plant at all."
_SETTLED_S = 4.0

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def _map(window: str, folder: Path) -> Pixels:
    """Return the middle of the image as it is on the screen, clear of toasts and of the pointer."""
    whole = screenshot(window, folder / "screen.png")
    height, width = whole.shape[:2]
    return whole[int(0.21 * height) : int(0.42 * height), int(0.36 * width) : int(0.58 * width)]


def _settled(window: str, folder: Path) -> Pixels:
    """Wait until nothing moves any more; return `_map`."""
    last, since = _map(window, folder), time.monotonic()
    end = since + 90
    while time.monotonic() - since < _SETTLED_S:
        assert time.monotonic() < end, "the map goes on changing"
        time.sleep(0.5)
        shown = _map(window, folder)
        if (shown != last).any():
            last, since = shown, time.monotonic()
    return last


def _share(one: Pixels, other: Pixels) -> float:
    return float((one != other).any(axis=2).mean())


def _kept(home: Path) -> tuple[tuple[int, int], dict[int, int], str]:
    """Return (done, steps), labelled pixels by class, and the text of the second class, from the file."""
    projects = list((home / "hsi_studio" / "unnamed").glob("[!.]*.hsip"))
    if not projects:
        return (0, 0), {}, ""
    with closing(ProjectFile.open(projects[0], read_only=True)) as file:
        ids, counts = np.unique(file.state.labels_of(1).to_array(), return_counts=True)
        found = dict(zip(ids.tolist(), counts.tolist(), strict=True))
        return file.depth, {id: n for id, n in found.items() if id}, file.state.classes[2].description


def _label(window: str, width: int, height: int) -> None:
    """Click two pixels of each of three classes with the point tool."""
    xdotool("key", "--window", window, "d")
    for number, place in enumerate((0.38, 0.47, 0.56), 1):
        xdotool("key", "--window", window, str(number))
        for down in (0.25, 0.45):
            at = (str(int(place * width)), str(int(down * height)))
            xdotool("mousemove", "--window", window, *at, "click", "1")
            time.sleep(0.2)
    xdotool("mousemove", "--window", window, str(width // 2), str(height - 5))


def _press_until(window: str, keys: str, home: Path, depth: tuple[int, int]) -> None:
    """Press keys until the file has so many steps done."""

    def pressed() -> bool:
        if _kept(home)[0] == depth:
            return True
        xdotool("key", "--window", window, keys)
        time.sleep(0.5)
        return False

    wait_for(pressed, f"{depth} after {keys}")


def test_the_map_follows_pixels_and_words_and_comes_back(start: Start, tmp_path: Path) -> None:
    home = tmp_path / "data"
    (tmp_path / "hsi_studio").mkdir()
    (tmp_path / "hsi_studio" / "settings.json").write_text(json.dumps({"predict_demo": False}))
    process = start("demo", XDG_DATA_HOME=str(home))
    window = window_called("Indian Pines")
    wait_for(lambda: colors(screenshot(window, tmp_path / "demo.png")) > 2000, "a picture of the demo scene")
    xdotool("windowfocus", "--sync", window)
    height, width = screenshot(window, tmp_path / "first.png").shape[:2]
    image = _map(window, tmp_path)

    _label(window, width, height)
    wait_for(lambda: _kept(home)[1] == {1: 2, 2: 2, 3: 2}, "two pixels of three classes in the file")
    wait_for(lambda: _share(image, _map(window, tmp_path)) > 0.5, "a map over the image")
    first = _settled(window, tmp_path)

    xdotool("key", "--window", window, "2")
    xdotool("key", "--window", window, "t")
    xdotool("key", "--window", window, "ctrl+a")
    xdotool("type", "--window", window, "--delay", "30", _TEXT)
    wait_for(lambda: _kept(home)[2] == _TEXT, "the description in the file")
    wait_for(lambda: _share(first, _map(window, tmp_path)) > 0, "another map by other words")
    described = _settled(window, tmp_path)
    (tmp_path / "screen.png").replace(tmp_path / "described.png")
    (done, steps), *_ = _kept(home)
    assert done == steps

    xdotool("key", "--window", window, "Tab")  # out of the text, whose undo is its own
    _press_until(window, "ctrl+z", home, (1, steps))
    assert _kept(home)[1] == {}
    wait_for(lambda: _share(described, _map(window, tmp_path)) > 0.5, "the bare image without labels")
    _press_until(window, "ctrl+shift+z", home, (steps, steps))
    wait_for(lambda: _share(described, _map(window, tmp_path)) < 0.5, "a map once more")
    last = _settled(window, tmp_path)
    quit_program(process, window)

    again = start(*map(str, (home / "hsi_studio" / "unnamed").glob("[!.]*.hsip")), XDG_DATA_HOME=str(home))
    window = window_called("Indian Pines — unnamed project")
    wait_for(lambda: _share(last, _map(window, tmp_path)) < 0.02, "the same map after the restart")
    assert _kept(home) == ((steps, steps), {1: 2, 2: 2, 3: 2}, _TEXT)
    quit_program(again, window)
