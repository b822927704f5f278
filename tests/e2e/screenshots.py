"""Makes the pictures of the whole flow in the README and the help: `python -m tests.e2e.screenshots`.

The program's own window does it all on the demo scene, on the X server that DISPLAY names or without any.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsi_studio.gui.application import create_application, create_window
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.io.demo_scene import open_demo

ROOT = Path(__file__).resolve().parents[2]
README, HELP = ROOT / "docs" / "window.png", ROOT / "resources" / "help" / "pictures"
_HELP_WIDTH = 620
_LABELS_PER_CLASS = 3
_TEXT = "Young corn in rows with much bare soil and old straw between; the red edge near 700 nm is weak."


def wait(until: Callable[[], object], seconds: float = 120) -> None:
    """Run the window until something is so."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()
        time.sleep(0.01)


def pause(seconds: float) -> None:
    """Run the window for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def settle(window: MainWindow) -> None:
    """Wait until texts are read and the map is complete, and messages are gone."""
    live = window.live
    wait(lambda: not live.texts.waiting and not live.texts.busy and not live.follower.engine.busy)
    pause(1.5)
    wait(lambda: not live.follower.engine.busy)
    for toast in window.toaster.toasts:
        toast.dismiss()
    pause(0.3)


def save(window: MainWindow, file: Path) -> None:
    """Write the window as it is, small enough for the help panel if it goes there."""
    picture = window.grab()
    if file.parent == HELP:
        picture = picture.scaledToWidth(_HELP_WIDTH, Qt.TransformationMode.SmoothTransformation)
    picture.toImage().convertToFormat(QImage.Format.Format_Indexed8).save(str(file))


def label(window: MainWindow) -> None:
    """Click a few pixels of every class, where the truth has it."""
    _, truth = open_demo()
    random = np.random.default_rng(2)
    canvas = window.canvas
    canvas.set_tool("point")
    for entry in truth.classes:
        window.labelling.set_active(entry.id)
        inside = np.argwhere(truth.ids == entry.id)
        for row, col in inside[random.choice(len(inside), _LABELS_PER_CLASS, replace=False)]:
            at = canvas.transform.to_widget(row + 0.5, col + 0.5).toPoint()
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
            QApplication.processEvents()


def describe(window: MainWindow) -> None:
    """Rewrite the text of the second class."""
    window.labelling.set_active(2)
    editor = window.live.words.editor.editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, _TEXT)


def main() -> None:
    """Open, label, describe, look at scatter and confusion; a picture of each."""
    application = create_application()
    window = create_window(application)
    window.settings.predict_demo = False
    window.theme.set_mode("dark")
    window.resize(1360, 850)
    window.show()
    window.files.open_demo()
    wait(lambda: window.session.current is not None and not window.jobs.jobs)
    settle(window)
    save(window, HELP / "flow-open.png")
    label(window)
    wait(lambda: window.live.follower.shown is not None and window.live.follower.shown.map.complete)
    settle(window)
    save(window, HELP / "flow-live.png")
    describe(window)
    for row, col in ((45, 25), (100, 110), (70, 70)):
        window.canvas.pick(row, col, collect=True)
    settle(window)
    save(window, HELP / "flow-words.png")
    save(window, README)
    for name in ("Scatter", "Confusion"):
        window.docks.show(name)
        pause(3)
        save(window, HELP / f"flow-{name.lower()}.png")
    window.close()
    window.stop(20)


if __name__ == "__main__":
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as home:
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = home
        main()
