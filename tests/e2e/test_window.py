"""The real program on an X server: opened, acted upon with key and mouse, looked at, quit."""

import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.e2e.steps import (
    colors,
    ends_cleanly,
    quit_program,
    screenshot,
    wait_for,
    window_called,
    xdotool,
)

if TYPE_CHECKING:
    from tests.e2e.conftest import Start

pytestmark = pytest.mark.e2e


def test_start_page_then_quit_by_key(start: "Start", tmp_path: Path) -> None:
    process = start()
    window = window_called("hsi_studio")
    wait_for(lambda: colors(screenshot(window, tmp_path / "start.png")) > 20, "a painted start page")
    quit_program(process, window)
    assert json.loads((tmp_path / "hsi_studio" / "settings.json").read_text())["geometry"]


def test_the_demo_is_shown_and_answers_to_keys_and_mouse(start: "Start", tmp_path: Path) -> None:
    # A map that comes between the pictures would be what the key hides.
    settings = tmp_path / "hsi_studio" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"predict_demo": False}))
    process = start("demo")
    window = window_called("Indian Pines")
    wait_for(lambda: colors(screenshot(window, tmp_path / "demo.png")) > 2000, "a picture of the demo scene")
    before = screenshot(window, tmp_path / "before.png")
    xdotool("windowfocus", "--sync", window)
    height, width = before.shape[:2]
    xdotool("mousemove", "--window", window, str(width * 6 // 10), str(height // 3), "click", "1")
    xdotool("key", "--window", window, "0")
    time.sleep(1.5)
    after = screenshot(window, tmp_path / "after.png")
    middle = np.s_[height // 4 : height // 2, width // 2 : width * 2 // 3]
    assert (before[middle] != after[middle]).any(axis=2).mean() > 0.1, "key 0 shows the ground truth"
    plot = np.s_[height * 3 // 4 :, width // 3 :]
    assert (before[plot] != after[plot]).any(), "the click shows a spectrum"
    quit_program(process, window)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_named_on_the_command_line_is_opened_and_remembered(
    start: "Start", tmp_path: Path, rng: np.random.Generator, number: signal.Signals
) -> None:
    file = tmp_path / "orchard.npy"
    np.save(file, rng.random((60, 50, 30), np.float32))
    process = start(str(file))
    window = window_called("orchard")
    wait_for(lambda: colors(screenshot(window, tmp_path / "file.png")) > 500, "a picture of the file")
    process.send_signal(number)
    ends_cleanly(process)
    assert json.loads((tmp_path / "hsi_studio" / "settings.json").read_text())["recent"] == [str(file)]


def test_a_broken_file_leaves_the_window_usable(start: "Start", tmp_path: Path) -> None:
    (tmp_path / "broken.hdr").write_text("ENVI\nsamples = many\n")
    process = start(str(tmp_path / "broken.hdr"))
    window = window_called("hsi_studio")
    time.sleep(2)
    assert process.poll() is None
    quit_program(process, window)
