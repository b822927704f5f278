"""The real program on an X server: opened, acted upon with key and mouse, looked at, quit."""

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

pytestmark = pytest.mark.e2e
_PATIENCE_S = 40


def _xdotool(*arguments: str) -> str:
    if shutil.which("xdotool") is None:
        pytest.skip("needs xdotool")
    return subprocess.run(["xdotool", *arguments], capture_output=True, text=True, check=False).stdout.strip()


def _wait(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {_PATIENCE_S} s"
        time.sleep(0.1)


def _window(title: str) -> str:
    _wait(lambda: _xdotool("search", "--onlyvisible", "--name", title), f"a window called {title}")
    return _xdotool("search", "--onlyvisible", "--name", title).splitlines()[0]


def _screenshot(window: str, file: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if shutil.which("import") is None:
        pytest.skip("needs ImageMagick")
    subprocess.run(["import", "-window", window, str(file)], check=True)
    return np.asarray(Image.open(file).convert("RGB"))


def _colors(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    return len(np.unique(picture.reshape(-1, 3), axis=0))


def _ends_cleanly(process: "subprocess.Popen[str]", within_s: float = 10) -> None:
    _, errors = process.communicate(timeout=within_s)
    assert process.returncode == 0, errors
    # Anything on standard error is a traceback or a message of Qt that nobody expects.
    assert errors == ""


def _quit(process: "subprocess.Popen[str]", window: str) -> None:
    """Press Ctrl+Q until the program ends: a key sent before the window has the focus is lost."""
    _xdotool("windowfocus", "--sync", window)
    for _ in range(5):
        _xdotool("key", "--window", window, "ctrl+q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break
    _ends_cleanly(process)


def test_start_page_then_quit_by_key(start: "Start", tmp_path: Path) -> None:
    process = start()
    window = _window("hsi_studio")
    _wait(lambda: _colors(_screenshot(window, tmp_path / "start.png")) > 20, "a painted start page")
    _quit(process, window)
    assert json.loads((tmp_path / "hsi_studio" / "settings.json").read_text())["geometry"]


def test_the_demo_is_shown_and_answers_to_keys_and_mouse(start: "Start", tmp_path: Path) -> None:
    process = start("demo")
    window = _window("Indian Pines")
    _wait(lambda: _colors(_screenshot(window, tmp_path / "demo.png")) > 2000, "a picture of the demo scene")
    before = _screenshot(window, tmp_path / "before.png")
    _xdotool("windowfocus", "--sync", window)
    height, width = before.shape[:2]
    _xdotool("mousemove", "--window", window, str(width * 6 // 10), str(height // 3), "click", "1")
    _xdotool("key", "--window", window, "0")
    time.sleep(1.5)
    after = _screenshot(window, tmp_path / "after.png")
    middle = np.s_[height // 4 : height // 2, width // 2 : width * 2 // 3]
    assert (before[middle] != after[middle]).any(axis=2).mean() > 0.1, "key 0 shows the ground truth"
    plot = np.s_[height * 3 // 4 :, width // 3 :]
    assert (before[plot] != after[plot]).any(), "the click shows a spectrum"
    _quit(process, window)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_named_on_the_command_line_is_opened_and_remembered(
    start: "Start", tmp_path: Path, rng: np.random.Generator, number: signal.Signals
) -> None:
    file = tmp_path / "orchard.npy"
    np.save(file, rng.random((60, 50, 30), np.float32))
    process = start(str(file))
    window = _window("orchard")
    _wait(lambda: _colors(_screenshot(window, tmp_path / "file.png")) > 500, "a picture of the file")
    process.send_signal(number)
    _ends_cleanly(process)
    assert json.loads((tmp_path / "hsi_studio" / "settings.json").read_text())["recent"] == [str(file)]


def test_a_broken_file_leaves_the_window_usable(start: "Start", tmp_path: Path) -> None:
    (tmp_path / "broken.hdr").write_text("ENVI\nsamples = many\n")
    process = start(str(tmp_path / "broken.hdr"))
    window = _window("hsi_studio")
    time.sleep(2)
    assert process.poll() is None
    _quit(process, window)
