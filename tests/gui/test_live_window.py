"""The live map in the window, with the real process, without texts: reading them loads torch."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hsi_studio.app.live_layers import PREDICTION
from hsi_studio.app.session import OpenCube
from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.ml.model_file import load_classifier

SIDE, BANDS = 24, 20


@pytest.fixture
def live_window(window: MainWindow, make_cube: Callable[..., Cube]) -> MainWindow:
    """Two vertical fields of unlike spectra under live prediction."""
    random = np.random.default_rng(0)
    truth = np.broadcast_to(np.repeat([0, 1], SIDE // 2), (SIDE, SIDE))
    values = (random.random((2, BANDS)) * 1000 + 500)[truth] + random.normal(0, 20, (SIDE, SIDE, BANDS))
    cube = make_cube(values.astype(np.float32))
    window.live.follower.set_options(live=True)
    window.session.add(OpenCube(cube, default_view(cube)))
    table = ClassTable.from_names(["Corn", "Wheat"])
    window.labelling.commit(Edit("Classes", classes=(window.labelling.classes, table)))
    return window


def label(window: MainWindow, row: int, col: int, id: int) -> None:
    assert window.labelling.labels is not None
    window.labelling.paint(window.labelling.labels.change(Window(row, col, 1, 1), np.array([[id]])), "Point")


def with_map(window: MainWindow, qtbot: QtBot) -> None:
    """Label a pixel of each field and wait for the map."""
    label(window, 3, 3, 1)
    label(window, 3, 20, 2)
    qtbot.waitUntil(lambda: window.live.follower.shown is not None, timeout=180_000)
    qtbot.waitUntil(lambda: not window.live.follower.engine.busy, timeout=180_000)


def test_chip_tells_the_map_and_when_it_is_out_of_date(live_window: MainWindow, qtbot: QtBot) -> None:
    window = live_window
    assert window.canvas.chip == ""
    with_map(window, qtbot)
    assert window.canvas.chip == f"{PREDICTION} 55 % · hold I for the bare image"
    window.live.toggle()
    window.live.texts.set_enabled(False)
    label(window, 4, 4, 2)
    assert "out of date: U" in window.canvas.chip
    window.live.follower.predict()
    qtbot.waitUntil(lambda: "hold I" in window.canvas.chip, timeout=180_000)
    assert window.session.current is not None
    window.session.update_layer(0, visible=False)
    assert window.canvas.chip == ""


def test_memory_counts_the_processes(live_window: MainWindow, qtbot: QtBot) -> None:
    with_map(live_window, qtbot)
    assert live_window.live.follower.engine.pid in set(live_window.status.processes())
    assert live_window.status.work.label.text() == "CPU · idle"


def test_quitting_while_a_map_is_made_takes_no_time(live_window: MainWindow) -> None:
    label(live_window, 3, 3, 1)
    label(live_window, 3, 20, 2)
    assert set(live_window.live.follower.engine.busy) == {"scene", "map"}
    started = time.monotonic()
    live_window.live.stop()
    assert time.monotonic() - started < 2
    assert live_window.live.follower.engine.pid is None


def suggested(window: MainWindow, qtbot: QtBot) -> tuple[int, int]:
    """Wait until a pixel is asked about."""
    suggestions = window.live.suggestions
    qtbot.waitUntil(lambda: suggestions.current is not None, timeout=180_000)
    assert suggestions.current is not None
    return suggestions.current.row, suggestions.current.col


def test_suggested_pixels_are_answered_with_keys(live_window: MainWindow, qtbot: QtBot) -> None:
    window, suggestions = live_window, live_window.live.suggestions
    with_map(window, qtbot)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_N)
    first = suggested(window, qtbot)
    assert window.canvas.inspected == first
    assert window.canvas._scene.marks.suggestion is not None
    assert "(Enter) or" in window.canvas._scene.marks.suggestion.question
    qtbot.keyClick(window.canvas, Qt.Key.Key_2)
    second = suggested(window, qtbot)
    assert window.labelling.labels is not None
    assert (window.labelling.labels.at(*first), first != second) == (2, True)
    qtbot.keyClick(window.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: suggestions.current is not None and suggested(window, qtbot) != second)
    third, likelier = suggested(window, qtbot), suggestions.current.first if suggestions.current else 0
    assert not window.labelling.labels.at(*second)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    suggested(window, qtbot)
    assert window.labelling.labels.at(*third) == likelier
    window.labelling.undo()
    assert suggested(window, qtbot) == third
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert suggestions.current is None
    assert window.canvas._scene.marks.suggestion is None
    qtbot.keyClick(window.canvas, Qt.Key.Key_1)  # picks a class again
    assert window.labelling.active == 1


def test_a_click_answers_too(live_window: MainWindow, qtbot: QtBot) -> None:
    window = live_window
    with_map(window, qtbot)
    window.live.suggestions.go_on()
    first = suggested(window, qtbot)
    label(window, *first, 1)
    assert suggested(window, qtbot) != first
    window.session.close(0)
    assert window.live.suggestions.current is None


def test_a_pixel_is_not_asked_about_for_a_class_that_is_removed(
    live_window: MainWindow, qtbot: QtBot
) -> None:
    window, suggestions = live_window, live_window.live.suggestions
    with_map(window, qtbot)
    suggestions.go_on()
    suggested(window, qtbot)
    assert suggestions.current is not None
    window.labelling.commit(class_edits.remove(window.labelling.state, suggestions.current.first))
    assert suggestions.current is None
    window.labelling.undo()
    suggestions.go_on()
    suggested(window, qtbot)
    assert suggestions.current is not None
    given = suggestions.current.first
    suggestions.accept(given)
    window.labelling.commit(class_edits.remove(window.labelling.state, given))
    assert suggestions.current is None


def test_the_instant_head_is_saved_as_a_model(live_window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with_map(live_window, qtbot)
    assert not live_window.live.panel.engine.isEnabled()
    assert "Train S3FN" in live_window.live.panel.engine.toolTip()
    path = tmp_path / "field.safetensors"
    with qtbot.waitSignal(live_window.live.networks.saver.saved, timeout=180_000):
        live_window.live.networks.save(path)
    model = load_classifier(path)
    assert (model.method, [entry.name for entry in model.classes]) == ("instant", ["Corn", "Wheat"])


def test_method_and_device_of_the_training_are_remembered(window: MainWindow) -> None:
    view = window.live.networks.view
    actions = {action.text(): action for action in view.more.menu().actions()}
    actions["S3FN as published"].trigger()
    actions["CPU"].trigger()
    assert (window.settings.train_method, window.settings.train_device) == ("s3fn-paper", "cpu")


def test_a_click_on_train_leaves_the_keys_with_the_tools(demo_window: MainWindow) -> None:
    demo_window.canvas.setFocus()
    view = demo_window.live.networks.view
    for button in (view.train, view.keep, view.discard):
        assert not button.focusPolicy() & Qt.FocusPolicy.ClickFocus
    QTest.mouseClick(view.train, Qt.MouseButton.LeftButton)
    view.train.hide()  # as it does while S3FN learns
    assert demo_window.focusWidget() is demo_window.canvas
