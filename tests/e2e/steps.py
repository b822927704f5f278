"""What end-to-end tests do to the program on the X server, and see of it."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

_PATIENCE_S = 90


def xdotool(*arguments: str) -> str:
    """Run xdotool and return what it prints; skips where it is absent."""
    if shutil.which("xdotool") is None:
        pytest.skip("needs xdotool")
    done = subprocess.run(
        ["xdotool", *arguments], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    return done.stdout.strip()


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {_PATIENCE_S} s"
        time.sleep(0.1)


def window_called(title: str) -> str:
    """Wait for a window by a part of its title; returns its id."""
    wait_for(lambda: xdotool("search", "--onlyvisible", "--name", title), f"a window called {title}")
    return xdotool("search", "--onlyvisible", "--name", title).splitlines()[0]


def screenshot(window: str, file: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the pixels (rows, cols, 3) of a window, written to a file too."""
    if shutil.which("import") is None:
        pytest.skip("needs ImageMagick")
    subprocess.run(["import", "-window", window, str(file)], check=True)
    return np.asarray(Image.open(file).convert("RGB"))


def colors(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    """Return how many colours a picture has."""
    return len(np.unique(picture.reshape(-1, 3), axis=0))


def ends_cleanly(process: "subprocess.Popen[str]", within_s: float = 10) -> None:
    """Wait for the end of the program, without a word on standard error."""
    _, errors = process.communicate(timeout=within_s)
    assert process.returncode == 0, errors
    # Anything on standard error is a traceback or a message of Qt that nobody expects.
    assert errors == ""


def quit_program(process: "subprocess.Popen[str]", window: str) -> None:
    """Press Ctrl+Q until the program ends: a key sent before the window has the focus is lost."""
    xdotool("windowfocus", "--sync", window)
    for _ in range(5):
        xdotool("key", "--window", window, "ctrl+q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break
    ends_cleanly(process)
