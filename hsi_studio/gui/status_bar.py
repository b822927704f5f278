"""The line at the bottom: what lies under the cursor, zoom, work in progress, memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import psutil
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStatusBar, QWidget
from superqt import QElidingLabel

from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.probe import PixelFacts
from hsi_studio.gui.kept_label import KeptLabel
from hsi_studio.gui.widgets import muted, named, progress_bar, quiet_button, shortened, show_fraction

_MEMORY_EVERY_MS = 2000
_STALE_AFTER_MS = 150
_WIDEST = 320
"""Of what is told about a pixel, such as a class with a long name: the rest of the line stays in sight."""


class StatusBar(QStatusBar):
    """Labels on the left follow the cursor, those on the right the program."""

    jobs_wanted = Signal()
    """The running job was clicked."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent, sizeGripEnabled=False)
        self.place, self.ground, self.values, self.classes = (
            self._label(name) for name in ("Pixel", "Map position", "Values", "Class")
        )
        self.classes.setProperty("title", True)
        self.zoom, self.memory = named(QLabel(), "Zoom"), named(QLabel(), "Memory in use")
        self.memory.setToolTip(
            "Memory of this program and its processes, without files that are merely mapped"
        )
        self.processes: Callable[[], Iterable[int]] = tuple
        self.work = WorkLabel(jobs)
        self.work.clicked.connect(self.jobs_wanted)
        self.kept = KeptLabel()
        for widget in (self.kept, self.work, self.zoom, self.memory):
            self.addPermanentWidget(widget)
        # Values of the pixel before are not left standing beside a new position.
        self._stale = QTimer(self, interval=_STALE_AFTER_MS, singleShot=True)
        self._stale.timeout.connect(self._hide_facts)
        self._clock = QTimer(self, interval=_MEMORY_EVERY_MS)
        self._clock.timeout.connect(self._show_memory)
        self._clock.start()
        self._show_memory()

    def _label(self, name: str) -> QLabel:
        label = named(QElidingLabel(), name)
        label.setMaximumWidth(_WIDEST)
        label.hide()
        self.addWidget(label)
        return label

    def show_place(self, row: int, col: int) -> None:
        """Show where the cursor is, at once; the rest follows when it is read."""
        self.place.setText(f"row {row}  col {col}")
        self.place.show()
        if not self._stale.isActive():
            self._stale.start()

    def show_facts(self, facts: PixelFacts) -> None:
        """Show what was read at the cursor."""
        self.show_place(facts.row, facts.col)
        self._stale.stop()
        for label, text in (
            (self.ground, facts.ground),
            (self.values, facts.values),
            (self.classes, facts.classes),
        ):
            label.setText(text)
            label.setToolTip(text)
            label.setVisible(bool(text))

    def clear_pixel(self) -> None:
        """The cursor has left the image."""
        self.place.hide()
        self._hide_facts()

    def _hide_facts(self) -> None:
        self._stale.stop()
        for label in (self.ground, self.values, self.classes):
            label.hide()

    def show_zoom(self, percent: float | None) -> None:
        """Show the zoom; nothing for None."""
        self.zoom.setText(
            "" if percent is None else f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
        )

    def _show_memory(self) -> None:
        used = private_bytes() + sum(map(private_bytes, self.processes()))
        self.memory.setText(f"{used / 1e6:.0f} MB")


class WorkLabel(QWidget):
    """Name and progress of the running job; "idle" when there is none."""

    clicked = Signal()

    def __init__(self, jobs: JobQueue) -> None:
        super().__init__()
        self.setAccessibleName("Running job")
        self.setToolTip("Show the jobs")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._jobs = jobs
        self._device = "CPU"
        self.label = muted("idle")
        self.label.setWordWrap(False)
        self.bar = progress_bar("Progress of the running job")
        self.bar.setFixedWidth(96)
        self.cancel = quiet_button("x", "Cancel the running job")
        self.cancel.clicked.connect(self._cancel)
        # A button taller than the line would push at the canvas with every job, and at each panel.
        self.cancel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(self.label)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        for signal in (jobs.added, jobs.changed, jobs.ended):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        waiting = [job for job in self._jobs.jobs if not job.outcome]
        self.bar.setVisible(bool(waiting))
        self.cancel.setVisible(bool(waiting))
        if not waiting:
            self.label.setText(f"{self._device} · idle")
            return
        job = waiting[0]
        more = f" · {len(waiting) - 1} waiting" if len(waiting) > 1 else ""
        title = shortened(job.title, self.label, _WIDEST)
        self.label.setText(f"{self._device} · {title}{more}")
        show_fraction(self.bar, job.fraction)

    def show_device(self, device: str) -> None:
        """Name what computes."""
        self._device = device
        self._refresh()

    def _cancel(self) -> None:
        for job in self._jobs.jobs[:1]:
            self._jobs.cancel(job)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
        super().mouseReleaseEvent(event)


def private_bytes(process: int | None = None) -> int:
    """Return the memory that is a process's own: not shared, not a mapped file's; 0 when it is gone."""
    try:
        info = psutil.Process(process).memory_info()
    except psutil.NoSuchProcess:
        return 0
    return int(info.rss - getattr(info, "shared", 0))
