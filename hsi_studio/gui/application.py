"""Starts the window and keeps it running."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from hsi_studio import __version__
from hsi_studio.app.settings import load_settings, settings_file
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.notifications import tell_unhandled
from hsi_studio.gui.theme import Theme

log = logging.getLogger(__name__)
_SWITCH_INTERVAL_S = 0.0005
_QUIT_WHEN_READY = "HSI_STUDIO_QUIT_WHEN_READY"


def run_window(paths: Sequence[str], demo: bool = False) -> int:
    """Open the window and run until it is closed.

    Parameters
    ----------
    paths : sequence of str
        Files and folders to open.
    demo : bool
        Open the demo scene.

    Returns
    -------
    int
        Exit status: 0, or 1 where there is no display.
    """
    if not has_display():
        print(
            "hsi-studio: there is no display to open a window on; set DISPLAY, or use the commands "
            "`hsi-studio info`, `render` and `demo --headless`, which need none.",
            file=sys.stderr,
        )
        return 1
    application = create_application()
    window = create_window(application)
    window.show()
    if demo:
        window.files.open_demo()
    window.files.open_paths(paths)
    if os.environ.get(_QUIT_WHEN_READY):
        window.installEventFilter(ReadyReport(window))
    interrupts = Interrupts(window)
    status = application.exec()
    interrupts.close()
    if not window.stop():
        log.warning("A thread did not end in time")
        sys.stdout.flush()
        # Python would wait for it, and Qt aborts when a running thread is destroyed.
        os._exit(status)
    return status


def has_display() -> bool:
    """Tell whether Qt will find a display; without one it aborts the process."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def create_application() -> QApplication:
    """Return the Qt application, named and ready for any screen resolution."""
    # Python's 5 ms would let each busy worker hold up a frame; measured: half the longest frame.
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("hsi_studio")
    application.setApplicationDisplayName("hsi_studio")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("hsi_studio")
    return application


def create_window(application: QApplication) -> MainWindow:
    """Return the main window with the user's settings; failures become toasts from now on."""
    file = settings_file()
    settings, message = load_settings(file)
    theme = Theme(application)
    theme.set_mode(settings.theme)
    window = MainWindow(settings, file, theme)
    tell_unhandled(window.toaster)
    # What is built stays: each search for garbage among its 125 000 objects held the window up for 57 ms.
    gc.freeze()
    window.plots.filled.connect(gc.freeze)
    if message:
        window.toaster.tell(message, "warning")
    return window


class ReadyReport(QObject):
    """Prints how long the start took once the window is painted and nothing is left to do, then closes it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # A timer of 0 ms fires when no event is waiting.
            QTimer.singleShot(0, self._report)
        return super().eventFilter(watched, event)

    def _report(self) -> None:
        report = {"ready_s": round(seconds_since_start(), 3), "torch": "torch" in sys.modules}
        print(json.dumps(report), flush=True)
        window = self.parent()
        assert isinstance(window, MainWindow)
        window.close()


def seconds_since_start() -> float:
    """Return how long this process has been running."""
    stat = Path("/proc/self/stat")
    if not stat.exists():
        return float(time.time() - psutil.Process().create_time())
    # psutil counts from a boot time in whole seconds, which is wrong by up to one.
    ticks = int(stat.read_text().rpartition(")")[2].split()[19])
    started: float = ticks / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


class Interrupts:
    """Lets Ctrl+C in the terminal, and the end of a desktop session, close the window.

    Qt's loop does not return to Python by itself: the signal's byte wakes it.
    """

    def __init__(self, window: MainWindow) -> None:
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._previous = {
            number: signal.signal(number, lambda *_: window.close())
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        signal.set_wakeup_fd(self._write.fileno())
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(lambda: self._read.recv(16))

    def close(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(-1)
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()
