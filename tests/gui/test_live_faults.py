"""Mishaps of the live map in the window: told in a toast, and the next change works again."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from hsi_studio.app.engine import Engine
from hsi_studio.app.session import OpenCube
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.notifications import Toast
from hsi_studio.io.registry import open_cube
from hsi_studio.live.map_requests import HeatWanted, ModelWanted, NetworkGiven, NextWanted, SceneWanted
from hsi_studio.live.network_service import RestoreWanted, TrainWanted
from hsi_studio.live.text_service import PhraseWanted, TextsWanted

TABLE = ClassTable.from_names(["Corn", "Wheat"])
NOTHING: None = None


def _open(window: MainWindow, folder: Path) -> Path:
    """Open two fields of unlike spectra from a file, under live prediction."""
    random = np.random.default_rng(0)
    field = np.broadcast_to(np.repeat([0, 1], 12), (24, 24))
    values = (random.random((2, 20)) * 1000 + 500)[field] + random.normal(0, 20, (24, 24, 20))
    path = folder / "field.npy"
    np.save(path, values.astype(np.float32))
    cube = open_cube(path)
    window.live.follower.set_options(live=True)
    window.session.add(OpenCube(cube, default_view(cube)))
    window.labelling.commit(Edit("Classes", classes=(window.labelling.classes, TABLE)))
    return path


def _label(window: MainWindow, row: int, col: int, id: int) -> None:
    assert window.labelling.labels is not None
    window.labelling.paint(window.labelling.labels.change(Window(row, col, 1, 1), np.array([[id]])), "Point")


def _map(window: MainWindow, qtbot: QtBot) -> None:
    _label(window, 3, 3, 1)
    _label(window, 3, 20, 2)
    follower = window.live.follower
    qtbot.waitUntil(lambda: follower.shown is not None and not follower.engine.busy, timeout=180_000)


def _told(window: MainWindow, qtbot: QtBot, act: Callable[[], object], words: str) -> Toast:
    """Act, and wait for a toast that says some words."""
    for toast in window.toaster.toasts:
        toast.dismiss()
    act()
    qtbot.waitUntil(lambda: any(words in toast.text for toast in window.toaster.toasts), timeout=180_000)
    return next(toast for toast in window.toaster.toasts if words in toast.text)


def test_an_error_in_any_kind_of_request_is_told_and_the_loop_goes_on(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    _open(window, tmp_path)
    _map(window, qtbot)
    live = window.live
    wanted = live.follower._wanted()
    assert wanted is not None
    broken = replace(wanted, recipe=NOTHING)  # type: ignore[arg-type]
    few = np.zeros(1, np.intp)
    follower, texts, trainer = live.follower.engine, live.texts.engine, live.networks.trainer.engine
    requests: tuple[tuple[Engine, str, object], ...] = (
        (follower, "scene", SceneWanted(NOTHING)),  # type: ignore[arg-type]
        (follower, "map", broken),
        (follower, "heat", HeatWanted(broken, few)),  # type: ignore[arg-type]
        (follower, "next", NextWanted(broken)),
        (follower, "network", NetworkGiven(NOTHING, b"", np.zeros((1, 1), np.float32), few)),  # type: ignore[arg-type]
        (follower, "model", ModelWanted(NOTHING, few, few, TABLE, None)),  # type: ignore[arg-type]
        (texts, "texts", TextsWanted(NOTHING, NOTHING)),  # type: ignore[arg-type]
        (texts, "phrase", PhraseWanted("corn", NOTHING)),  # type: ignore[arg-type]
        (trainer, "train", TrainWanted(NOTHING, few, few, TABLE, NOTHING)),  # type: ignore[arg-type]
        (trainer, "restore", RestoreWanted(NOTHING, NOTHING)),  # type: ignore[arg-type]
    )
    for engine, kind, body in requests:
        toast = _told(window, qtbot, partial(engine.request, kind, body), "")
        assert "Traceback" in toast.details, kind
        assert kind not in engine.busy
    window.labelling.undo()
    _label(window, 20, 20, 2)
    qtbot.waitUntil(lambda: not follower.busy, timeout=180_000)
    assert live.follower.shown is not None
    assert not live.follower.outdated


def test_a_killed_process_is_told_and_starts_again(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    _open(window, tmp_path)
    _map(window, qtbot)
    engine = window.live.follower.engine
    first = engine.pid
    assert first is not None
    _label(window, 20, 20, 2)
    _told(window, qtbot, lambda: os.kill(first, signal.SIGKILL), "stopped by the system")
    assert window.live.follower.outdated
    assert "out of date" in window.canvas.chip
    _label(window, 21, 20, 2)
    qtbot.waitUntil(lambda: not window.live.follower.outdated, timeout=180_000)
    assert engine.pid not in (None, first)


def test_a_cube_that_is_deleted_while_open_is_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = _open(window, tmp_path)
    path.unlink()
    _label(window, 3, 3, 1)
    _told(window, qtbot, lambda: _label(window, 3, 20, 2), "field.npy")
    assert window.live.follower.shown is None
