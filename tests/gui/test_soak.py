"""Random actions on the real window: no error, no leak, nothing left running.

A short run is part of the suite; `HSI_STUDIO_SOAK=2000 pytest tests/gui/test_soak.py` does as many.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from hsi_studio.core import class_edits
from hsi_studio.core.project import Edit
from hsi_studio.gui.action_table import ROWS
from hsi_studio.gui.canvas_tools import ToolName
from hsi_studio.gui.main_window import MainWindow

_ACTIONS = int(os.environ.get("HSI_STUDIO_SOAK", "120"))
_SEED = int(os.environ.get("HSI_STUDIO_SOAK_SEED", "1"))
_MOST_LEAKED_MB = 100
_TOOLS: tuple[ToolName, ...] = (
    "inspect", "pan", "rectangle_spectrum", "polygon_spectrum",
    "point", "brush", "eraser", "line", "rectangle", "polygon", "lasso", "flood", "wand",
)  # fmt: skip
_KEYS = (
    *(getattr(Qt.Key, f"Key_{number}") for number in range(10)),
    Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_A, Qt.Key.Key_L, Qt.Key.Key_U, Qt.Key.Key_N,
    Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_X,
)  # fmt: skip
_MODIFIERS = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
_WORDS = ("corn", "bare soil", "deep water", "", "red edge <b>")
_REFUSALS = (
    "fewer than two classes have labels", "the descriptions are still being read",
    "have the same description, so nothing tells them apart",
)  # fmt: skip
"""Parts of answers to what cannot be done now; no errors."""
_NOT_TAKEN = ("file.", "project.", "view.full_screen", "help.", "model.apply")


class Hands:
    """Does one random thing after the other to a window."""

    def __init__(self, window: MainWindow, qtbot: QtBot, scenes: list[Path], random_: random.Random) -> None:
        self.window, self.qtbot, self.scenes, self.random = window, qtbot, scenes, random_
        self.canvas = window.canvas
        self.commands = [
            row.key for row in ROWS if not row.text.endswith("…") and not row.key.startswith(_NOT_TAKEN)
        ]
        self.kinds: dict[Callable[[], object], int] = {
            self.drag: 8, self.click: 6, self.press_key: 5, self.wheel: 3, self.choose_tool: 5,
            self.trigger: 6, self.change_classes: 4, self.undo_or_redo: 6, self.describe: 2,
            self.open_or_close: 2, self.select_cube: 2, self.choose_class: 2,
        }  # fmt: skip

    def act(self) -> str:
        """Do something; returns what it was."""
        (action,) = self.random.choices(list(self.kinds), list(self.kinds.values()))
        action()
        QApplication.processEvents()
        if self.random.random() < 0.2:
            self.qtbot.wait(self.random.randrange(60))
        self.close_dialogs()
        return getattr(action, "__name__", "")

    def close_dialogs(self) -> None:
        """Cancel whatever asks something."""
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        if isinstance(dialog, QDialog):
            dialog.reject()

    def place(self) -> QPoint:
        rect = self.canvas.rect()
        return QPoint(self.random.randrange(rect.width()), self.random.randrange(rect.height()))

    def click(self) -> None:
        button = self.random.choices((Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton), (5, 1))[0]
        if button == Qt.MouseButton.RightButton:
            return  # its menu waits for an answer by itself
        QTest.mouseClick(self.canvas, button, self.random.choice(_MODIFIERS), self.place())

    def drag(self) -> None:
        modifier, left = self.random.choice(_MODIFIERS), Qt.MouseButton.LeftButton
        QTest.mousePress(self.canvas, left, modifier, self.place())
        for _ in range(self.random.randrange(1, 6)):
            QTest.mouseMove(self.canvas, self.place())
            if self.random.random() < 0.1:
                self.press_key()
        QTest.mouseRelease(self.canvas, left, modifier, self.place())

    def wheel(self) -> None:
        at = QPointF(self.place())
        turned = QPoint(0, self.random.choice((-120, 120)))
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            at,
            self.canvas.mapToGlobal(at),
            QPoint(),
            turned,
            buttons,
            self.random.choice(_MODIFIERS),
            phase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def press_key(self) -> None:
        QTest.keyClick(self.canvas, self.random.choice(_KEYS))

    def choose_tool(self) -> None:
        self.canvas.set_tool(self.random.choice(_TOOLS))

    def trigger(self) -> None:
        action = self.window.commands[self.random.choice(self.commands)]
        if action.isEnabled():
            action.trigger()

    def choose_class(self) -> None:
        ids = [entry.id for entry in self.window.labelling.classes]
        if ids:
            self.window.labelling.set_active(self.random.choice(ids))

    def change_classes(self) -> None:
        labelling = self.window.labelling
        state, classes = labelling.state, labelling.classes
        ids = [entry.id for entry in classes if not entry.locked]
        if len(ids) < 4:
            labelling.commit(class_edits.add(classes, class_edits.new_class(classes)))
            return
        one, other = self.random.sample(ids, 2)
        changes: tuple[Callable[[], Edit], ...] = (
            lambda: class_edits.rename(classes, one, f"Class {self.random.randrange(10**9)}"),
            lambda: class_edits.recolour(classes, one, (self.random.randrange(256), 90, 20)),
            lambda: class_edits.move(classes, one, self.random.randrange(len(classes))),
            lambda: class_edits.set_visible(classes, one, self.random.random() < 0.5),
            lambda: class_edits.merge(state, one, other),
            lambda: class_edits.remove(state, one),
            lambda: class_edits.clear(state, one),
        )
        labelling.commit(self.random.choice(changes)())

    def undo_or_redo(self) -> None:
        step = self.random.choice((self.window.labelling.undo, self.window.labelling.redo))
        for _ in range(self.random.choice((1, 1, 1, 5))):
            step()

    def describe(self) -> None:
        editor = self.window.live.words.editor.editor
        editor.selectAll()
        QTest.keyClicks(editor, self.random.choice(_WORDS)[:12])
        self.canvas.setFocus()

    def open_or_close(self) -> None:
        if len(self.window.session.cubes) > 1 and self.random.random() < 0.5:
            self.window.session.close(self.random.randrange(len(self.window.session.cubes)))
        else:
            self.window.files.open_paths([str(self.random.choice(self.scenes))])

    def select_cube(self) -> None:
        cubes = self.window.session.cubes
        if cubes:
            self.window.session.select(self.random.randrange(len(cubes)))


@pytest.fixture
def scenes(tmp_path: Path) -> list[Path]:
    """Three small scenes of four fields, one with values that are missing."""
    values = np.random.default_rng(7)
    paths = [tmp_path / f"scene{number}.npy" for number in range(3)]
    for number, path in enumerate(paths):
        spectra = values.random((4, 20)) * 1000
        fields = np.kron(np.arange(4).reshape(2, 2), np.ones((20, 16 + number), int))
        cube = spectra[fields] + values.normal(0, 20, (*fields.shape, 20))
        cube[:3, :3] = np.nan if number == 2 else cube[:3, :3]
        np.save(path, cube.astype(np.float32))
    return paths


def _private_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon"))


def _errors(window: MainWindow) -> list[str]:
    bad = [one for one in window.toaster.toasts if one.level == "bad"]
    refused = [one for one in bad if not one.details and any(refusal in one.text for refusal in _REFUSALS)]
    return [f"{one.text}\n{one.details}" for one in bad if one not in refused]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_random_actions_leave_no_error_no_leak_and_nothing_running(
    open_window: Callable[[], MainWindow], qtbot: QtBot, scenes: list[Path]
) -> None:
    before = _threads()
    window = open_window()
    hands = Hands(window, qtbot, scenes, random.Random(_SEED))
    window.files.open_paths([str(scenes[0])])
    qtbot.waitUntil(lambda: window.session.current is not None, timeout=180_000)
    done: list[str] = []
    warm = 0.0
    for number in range(_ACTIONS):
        done.append(hands.act())
        assert _errors(window) == [], f"after {number} actions, the last of them {done[-5:]}"
        if number == _ACTIONS // 5:
            gc.collect()
            warm = _private_mb()
    qtbot.waitUntil(lambda: not window.jobs.jobs, timeout=180_000)
    gc.collect()
    assert _private_mb() - warm < _MOST_LEAKED_MB
    window.close()
    assert window.stop(20)
    end = time.monotonic() + 20
    while time.monotonic() < end and (_threads() - before or _workers()):
        qtbot.wait(50)
    assert _threads() - before == set()
    assert _workers() == []


def _threads() -> set[threading.Thread]:
    """Return Python's own threads; those of Qt stay listed after their end."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("Dummy-")}


def _workers() -> list[str]:
    """Return the command lines of the processes that the window has started and that still run."""
    children = psutil.Process().children(recursive=True)
    lines = [" ".join(child.cmdline()) for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [line for line in lines if "resource_tracker" not in line]
