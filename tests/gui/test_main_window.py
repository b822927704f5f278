"""The window as a whole: start page, demo scene, status bar, layout, closing."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import Job
from hsi_studio.app.probe import PixelFacts
from hsi_studio.app.session import OpenCube
from hsi_studio.app.settings import load_settings
from hsi_studio.core.presets import default_view
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.io.demo_scene import open_demo

Wait = Callable[[MainWindow], None]


def _hover(qtbot: QtBot, window: MainWindow, row: int, col: int) -> None:
    window.canvas.hovered.emit(row, col)
    qtbot.waitUntil(lambda: bool(window.status.values.text()), timeout=60_000)


def test_nothing_open_shows_the_start_page_without_panels(window: MainWindow) -> None:
    assert window.centre.currentWidget() is window.start_page
    assert window.windowTitle() == "hsi_studio"
    assert not any(dock.isVisible() for dock in window.docks.all)
    assert not window.commands["file.close"].isEnabled()


class _Shown(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


def test_no_stray_window_flashes_up(
    qapp: QApplication, open_window: Callable[[], MainWindow], wait_for_jobs: Wait
) -> None:
    shown = _Shown()
    qapp.installEventFilter(shown)
    window = open_window()
    window.files.open_demo()
    wait_for_jobs(window)
    qapp.removeEventFilter(shown)
    assert shown.windows == [window]
    assert window.isActiveWindow()


def test_the_demo_opens_with_panels_title_and_picture(demo_window: MainWindow, qtbot: QtBot) -> None:
    assert demo_window.centre.currentWidget() is demo_window.canvas
    assert demo_window.windowTitle() == "Indian Pines — hsi_studio"
    assert {dock.windowTitle() for dock in demo_window.docks.all if not dock.isHidden()} >= {"Cubes", "View"}
    qtbot.waitUntil(lambda: bool(demo_window.pictures.stack()), timeout=60_000)
    image = demo_window.canvas.grab_view()
    colors = {
        image.pixelColor(x, y).name() for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)
    }
    assert len(colors) > 50


def test_the_status_bar_tells_what_lies_under_the_cursor(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.session.update_layer(0, visible=True)
    current = demo_window.session.current
    assert current is not None
    ids = current.layers[0].raster.ids
    row, col = next((r, c) for r in range(145) for c in range(145) if ids[r, c] == 3)
    _hover(qtbot, demo_window, row, col)
    status = demo_window.status
    assert status.place.text() == f"row {row}  col {col}"
    assert status.values.text().endswith("at 647 / 548 / 449 nm")
    assert status.classes.text() == "Ground truth: Corn-mintill"
    demo_window.canvas.left.emit()
    assert status.place.isHidden()


class _Painted(QObject):
    """Counts the paintings of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def test_a_window_that_is_shown_again_is_painted_at_once(window: MainWindow) -> None:
    # One in fourteen scenes froze the window: Qt can believe for good that a painting is under way.
    painted = _Painted(window)
    cube, _ = open_demo()
    window.session.add(OpenCube(cube, default_view(cube)))
    steps = window._show_panels()
    next(steps)
    assert not window.updatesEnabled()
    assert not painted.count
    next(steps)
    assert window.updatesEnabled()
    assert painted.count


def test_closing_the_cube_brings_the_start_page_back(qtbot: QtBot, demo_window: MainWindow) -> None:
    demo_window.commands["file.close"].trigger()
    assert demo_window.centre.currentWidget() is demo_window.start_page
    qtbot.waitUntil(lambda: not any(dock.isVisible() for dock in demo_window.docks.all))
    qtbot.waitUntil(demo_window.updatesEnabled)
    assert demo_window.status.zoom.text() == ""


def test_tools_are_chosen_by_key_and_shown_in_the_toolbar(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.canvas.setFocus()
    qtbot.keyClick(demo_window.canvas, Qt.Key.Key_P)
    assert demo_window.canvas.tool == "polygon"
    assert demo_window.commands["tool.polygon"].isChecked()
    assert not demo_window.commands["tool.inspect"].isChecked()


def test_letter_keys_rest_while_text_is_typed(demo_window: MainWindow, qtbot: QtBot) -> None:
    line = QLineEdit(demo_window.centre)
    line.show()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClicks(line, "pri0ahv")
    assert line.text() == "pri0ahv"
    assert demo_window.canvas.tool == "inspect"
    current = demo_window.session.current
    assert current is not None
    assert not current.layers[0].visible


def test_holding_i_shows_the_bare_image(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.views.toggle_labels()
    canvas = demo_window.canvas
    canvas.setFocus()
    qtbot.waitUntil(lambda: len(demo_window.pictures.stack()) == 2, timeout=60_000)
    with_labels = canvas.grab_view()
    qtbot.keyPress(canvas, Qt.Key.Key_I)
    bare = canvas.grab_view()
    qtbot.keyRelease(canvas, Qt.Key.Key_I)
    assert bare != with_labels
    assert canvas.grab_view() == with_labels


def test_layer_keys_show_hide_and_fade(demo_window: MainWindow, qtbot: QtBot) -> None:
    canvas = demo_window.canvas
    canvas.setFocus()
    layer = lambda: demo_window.session.current.layers[0]  # type: ignore[union-attr]  # noqa: E731
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert layer().visible
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    assert layer().opacity == pytest.approx(0.6)
    qtbot.keyClick(canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert layer().opacity == pytest.approx(0.5)


def test_key_0_brings_back_what_it_has_hidden(demo_window: MainWindow, qtbot: QtBot) -> None:
    labels = demo_window.labelling.labels
    assert labels is not None
    demo_window.labelling.paint(labels.change(Window(3, 3, 2, 2), np.ones((2, 2))), "Brush")

    def shown() -> tuple[bool, bool]:
        current = demo_window.session.current
        assert current is not None
        return current.labels.visible, current.layers[0].visible

    assert shown() == (True, False)
    for expected in ((False, False), (True, False)):
        qtbot.keyClick(demo_window.canvas, Qt.Key.Key_0)
        assert shown() == expected


def test_spectra_take_no_colour_of_a_class(demo_window: MainWindow) -> None:
    classes = {entry.color for entry in demo_window.labelling.classes}
    assert classes
    demo_window.session.set_layers(())  # the truth over the image has colours too
    for col in range(8):
        demo_window.spectra.pick(0, col, True)
    assert not classes & {entry.color for entry in demo_window.spectra.entries}


def test_a_click_on_the_canvas_reaches_the_spectra(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.canvas.picked.emit(10, 20, False)
    qtbot.waitUntil(lambda: bool(demo_window.spectra.shown), timeout=60_000)
    assert demo_window.commands["file.spectra"].isEnabled()


def test_layout_and_theme_survive_a_restart(
    demo_window: MainWindow, open_window: Callable[[], MainWindow], wait_for_jobs: Wait, settings_path: Path
) -> None:
    demo_window.docks["Layers"].hide()
    demo_window.docks["Classes"].hide()
    demo_window.resize(760, 700)
    demo_window.commands["theme.light"].trigger()
    demo_window.close()
    assert load_settings(settings_path)[0].theme == "light"
    again = open_window()
    again.files.open_demo()
    wait_for_jobs(again)
    assert (again.width(), again.height()) == (760, 700)
    assert again.docks["Layers"].isHidden()
    assert again.docks["Cubes"].isVisible()
    again.commands["view.reset_layout"].trigger()
    assert again.docks["Layers"].isVisible()


def test_a_layout_saved_on_the_start_page_keeps_its_panels(
    demo_window: MainWindow, open_window: Callable[[], MainWindow], wait_for_jobs: Wait
) -> None:
    demo_window.commands["file.close"].trigger()
    demo_window.close()
    again = open_window()
    again.files.open_demo()
    wait_for_jobs(again)
    assert again.docks["Cubes"].isVisible()
    assert again.docks["View"].isVisible()


def test_files_dropped_anywhere_are_opened(
    window: MainWindow, shared_data: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    data = QMimeData()
    files = sorted((shared_data / "enmap_potsdam" / "images").glob("*.tif"))[:2]
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    arguments = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(window.rect().center(), *arguments)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.centre.property("dropping")
    QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), *arguments))
    wait_for_jobs(window)
    assert [opened.cube.path for opened in window.session.cubes] == files
    assert not window.centre.property("dropping")
    assert window.settings.recent[0] == str(files[1])


def test_quitting_during_a_job_is_quick(window: MainWindow, qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        while True:
            progress.update(0.5, "working")
            time.sleep(0.01)

    job = window.jobs.submit(Job("Endless", work))
    qtbot.waitUntil(lambda: job.started is not None)
    start = time.monotonic()
    window.close()
    window.stop()
    assert time.monotonic() - start < 2
    assert job.is_cancelled


def test_every_button_has_a_name_for_screen_readers(demo_window: MainWindow) -> None:
    demo_window.helping.show_help()
    nameless = [
        button.objectName() or button.toolTip()
        for button in demo_window.findChildren(QToolButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert [name for name in nameless if name != "qt_toolbar_ext_button"] == []


def test_values_of_another_pixel_do_not_stand_beside_a_new_position(window: MainWindow, qtbot: QtBot) -> None:
    status = window.status
    status.show_facts(PixelFacts(1, 2, values="0.5 at 650 nm", ground="", classes=""))
    status.show_place(8, 9)
    qtbot.waitUntil(status.values.isHidden, timeout=2000)
    assert status.place.text() == "row 8  col 9"
