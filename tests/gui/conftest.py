"""The main window on real parts, with settings in a folder of its own."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsi_studio.app.settings import load_settings
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.theme import Theme


@pytest.fixture(autouse=True)
def without_former_windows() -> None:
    """Collect the windows of earlier tests: collected while Qt lists its windows, they end the process."""
    gc.collect()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The application's theme, taken off again afterwards."""
    theme = Theme(qapp)
    theme.set_mode("dark")
    yield theme
    # Qt keeps style rules of widgets that wait for their deletion, and trips over them.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.set_mode("system")
    qapp.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())
    theme.deleteLater()
    Theme._instance = None


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, settings_path: Path) -> Callable[[], MainWindow]:
    """Open the main window with the settings of the last one, as a start of the program does."""

    def build() -> MainWindow:
        settings, _ = load_settings(settings_path)
        # Loading torch takes seconds; the tests of predictions turn these on.
        settings.predict_demo = settings.live = False
        window = MainWindow(settings, settings_path, theme)
        qtbot.addWidget(window, before_close_func=lambda w: w.stop())
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return build


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def wait_for_jobs(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Wait until the window's jobs have ended, their results were delivered, and the panels are in place."""

    def wait(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: not window.jobs.jobs, timeout=180_000)
        qtbot.wait(30)  # a job is off the queue before the window has heard of it
        qtbot.waitUntil(lambda: not window._turns.isActive(), timeout=180_000)

    return wait


@pytest.fixture
def demo_window(window: MainWindow, wait_for_jobs: Callable[[MainWindow], None]) -> MainWindow:
    """The window with the demo scene."""
    window.files.open_demo()
    wait_for_jobs(window)
    return window
