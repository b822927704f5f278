"""The bars of tools and of their options."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot

from hsi_studio.app.scatter_model import ScatterModel
from hsi_studio.core.window import Window
from hsi_studio.gui.main_window import MainWindow


@pytest.mark.parametrize("widths", [(1280, 1900), (1900, 1280), (1900, 760, 1900)])
def test_buttons_have_room_for_what_they_show(
    demo_window: MainWindow, qtbot: QtBot, widths: tuple[int, ...]
) -> None:
    bar = demo_window.menus.toolbar
    for width in widths:
        demo_window.resize(width, 800)
        qtbot.wait(80)
    for button in bar.buttons:
        assert button.isVisible()
        assert button.width() >= max(button.minimumWidth(), button.sizeHint().width())
        assert button.geometry().right() <= bar.width()
    brush = next(button for button in bar.buttons if button.text() == "Brush")
    assert brush.key_shown == (widths[-1] == 1900)
    assert brush.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_a_longer_key_gets_its_room(demo_window: MainWindow, qtbot: QtBot) -> None:
    bar = demo_window.menus.toolbar
    demo_window.resize(2600, 800)
    qtbot.wait(80)
    brush = next(button for button in bar.buttons if button.text() == "Brush")
    assert brush.key_shown
    before = brush.minimumWidth()
    brush.defaultAction().setShortcut("Ctrl+Shift+F11")
    assert brush.minimumWidth() > before


def test_the_options_are_those_of_the_tool(demo_window: MainWindow, qtbot: QtBot) -> None:
    bar, canvas = demo_window.desk.bar, demo_window.canvas
    canvas.set_tool("brush")
    qtbot.waitUntil(bar.size_box.isVisible)
    assert (bar.size_box.isVisible(), bar.angle_box.isVisible()) == (True, False)
    canvas.set_tool("wand")
    qtbot.waitUntil(bar.angle_box.isVisible)
    assert (bar.size_box.isVisible(), bar.angle_box.isVisible()) == (False, True)
    assert bar.angle_box.lineEdit().width() > 30
    canvas.set_tool("inspect")
    qtbot.waitUntil(lambda: not bar.angle_box.isVisible())
    assert "Shift+click" in bar.hint.text()


def test_options_and_widgets_follow_each_other(demo_window: MainWindow, qtbot: QtBot) -> None:
    bar, options = demo_window.desk.bar, demo_window.desk.tools.options
    demo_window.canvas.set_tool("brush")
    bar.size_box.setValue(12)
    assert (options.now.size, bar.size_slider.value()) == (12, 12)
    qtbot.keyClick(demo_window.canvas, Qt.Key.Key_BracketRight)
    assert (options.now.size, bar.size_box.value()) == (14, 14)
    demo_window.canvas.set_tool("wand")
    qtbot.waitUntil(bar.connected_box.isVisible)
    bar.connected_box.toggle()
    assert not options.now.connected


def test_where_predicted_is_offered_once_there_is_a_prediction(demo_window: MainWindow) -> None:
    model = demo_window.desk.bar.where_box.model()
    assert isinstance(model, QStandardItemModel)
    demo_window.session.set_layers(())
    item = model.item(2)
    assert not item.isEnabled()
    assert "no prediction" in item.toolTip()


def test_undo_and_redo_are_in_the_toolbar_and_say_what_they_would_do(demo_window: MainWindow) -> None:
    buttons = {button.defaultAction().objectName(): button for button in demo_window.menus.toolbar.buttons}
    undo, redo = buttons["edit.undo"], buttons["edit.redo"]
    assert not undo.isEnabled()
    assert not redo.isEnabled()
    labels = demo_window.labelling.labels
    assert labels is not None
    edit = labels.change(Window(3, 4, 1, 1), np.array([[1]]))
    demo_window.labelling.paint(edit, "Point: Corn")
    assert undo.isEnabled()
    assert undo.toolTip() == "Undo Point: Corn (Ctrl+Z)"
    assert undo.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    undo.click()
    assert not undo.isEnabled()
    assert redo.toolTip() == "Redo Point: Corn (Ctrl+Shift+Z)"
    redo.click()
    assert demo_window.labelling.counts == {1: 1}


def test_the_scatter_panel_paints_where_the_tools_may(demo_window: MainWindow) -> None:
    assert demo_window.plots.scatter
    model = demo_window.findChild(ScatterModel)
    labels = demo_window.labelling.labels
    assert labels is not None
    assert model.rule() is None
    demo_window.desk.tools.options.change(where="unlabelled")
    rule = model.rule()
    assert rule is not None
    before = labels.applied(labels.change(Window(0, 1, 1, 1), np.array([[3]])))
    assert rule(before, Window(0, 0, 1, 3)).tolist() == [[True, False, True]]
