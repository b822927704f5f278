"""What is watched while the window is driven: its heartbeat, its paintings, its memory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

_BEAT_MS = 5
_SAMPLE_S = 0.1
_SAMPLES_PER_SEARCH = 10
Stall = tuple[float, float]
"""Seconds by the clock, and seconds of them in which the GUI thread was at work."""


class Heart(QObject):
    """A timer of 5 ms: longer gaps are times in which the window did not answer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self.restart()
        self._timer.start(_BEAT_MS)

    def restart(self) -> None:
        """Forget what was."""
        self.longest: Stall = (0.0, 0.0)
        self._last = time.perf_counter(), time.thread_time()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out what the measurement itself does."""
        self._beat()
        yield
        self._last = time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter(), time.thread_time()
        gap = now[0] - self._last[0] - _BEAT_MS / 1000
        self.longest = max(self.longest, (gap, now[1] - self._last[1]))
        self._last = now


class Painted(QObject):
    """Counts the paintings of a widget and notes when the last one was sent."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count, self.last = 0, 0.0
        self._paused = False
        widget.installEventFilter(self)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not count what is drawn for the measurement."""
        self._paused = True
        yield
        self._paused = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._paused:
            self.count += 1
            self.last = time.perf_counter()
        return super().eventFilter(watched, event)


class Memory:
    """Private memory (RssAnon) of this process and its children, above what it was at the start, in MB."""

    def __init__(self) -> None:
        self.notes: dict[str, float] = {}
        self._begin = _private_mb()
        self._peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def note(self, name: str, *, peak: bool = False) -> None:
        """Note what is used now, or the most that was used since the last such note."""
        self.notes[name] = self._peak if peak else _private_mb() - self._begin
        if peak:
            self._peak = 0.0

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        pids = [os.getpid()]
        while True:
            for _ in range(_SAMPLES_PER_SEARCH):
                if self._stop.wait(_SAMPLE_S):
                    return
                self._peak = max(self._peak, sum(map(_of, pids)) - self._begin)
            # Searched for once a second: all processes of the machine are read then, beside the GUI thread.
            pids = _family()


def _private_mb() -> float:
    return sum(map(_of, _family()))


def _family() -> list[int]:
    """Return the numbers of this process and of its children."""
    own = psutil.Process()
    return [own.pid, *(child.pid for child in own.children(recursive=True))]


def _of(pid: int) -> float:
    """Return RssAnon of a process, which leaves out mapped files such as the cube; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))
