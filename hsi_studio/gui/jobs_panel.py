"""The list of long work: running, waiting and lately ended."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.gui.notifications import as_sentence
from hsi_studio.gui.widgets import muted, progress_bar, quiet_button, show_fraction

_KEPT = 20
_LEAST_TITLE = 120


class JobsPanel(QScrollArea):
    """Shows every job with progress, time and a button that cancels it, while it is awake."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setAccessibleName("Jobs")
        self._jobs = jobs
        self._rows: dict[Job, JobRow] = {}
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(16, 8, 16, 8)
        self._empty = muted("Nothing is running. Opening, exporting and other long work appears here.")
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(content)
        content.hide()
        self._content = content
        self._clock = QTimer(self, interval=500)
        self._clock.timeout.connect(self._tick)
        jobs.added.connect(self._add)
        jobs.changed.connect(self._refresh)
        jobs.ended.connect(self._refresh)

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """The rows, newest first."""
        return tuple(reversed(self._rows.values()))

    def set_awake(self, awake: bool) -> None:
        """Show the rows, or stop painting and laying out what nobody sees."""
        self._content.setVisible(awake)

    def _add(self, job: Job) -> None:
        if job.repeats:
            self._drop(*(old for old in self._rows if old.outcome and old.title == job.title))
        row = JobRow(job, self._jobs)
        self._rows[job] = row
        self._column.insertWidget(0, row)
        self._empty.hide()
        self._drop_old()
        self._clock.start()

    def _drop_old(self) -> None:
        ended = [job for job in self._rows if job.outcome]
        self._drop(*ended[: max(0, len(ended) - _KEPT)])

    def _drop(self, *jobs: Job) -> None:
        for job in jobs:
            self._rows.pop(job).deleteLater()

    def _refresh(self, job: Job) -> None:
        if job in self._rows:
            self._rows[job].refresh()

    def _tick(self) -> None:
        for job in self._jobs.jobs:
            self._refresh(job)
        if not self._jobs.jobs:
            self._clock.stop()


class JobRow(QWidget):
    """One job."""

    def __init__(self, job: Job, jobs: JobQueue) -> None:
        super().__init__()
        self._job = job
        self.title = QLabel(job.title)
        self.title.setMinimumWidth(_LEAST_TITLE)  # a long name must not widen the window's columns
        self.state = muted("")
        self.state.setWordWrap(False)
        self.bar = progress_bar(f"Progress of {job.title}")
        self.cancel = quiet_button("x", f"Cancel {job.title}")
        self.cancel.clicked.connect(lambda: jobs.cancel(job))
        self.why = muted("")
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.state, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.cancel, 0, 2, 2, 1)
        grid.addWidget(self.bar, 1, 0, 1, 2)
        grid.addWidget(self.why, 2, 0, 1, 3)
        self.refresh()

    def refresh(self) -> None:
        """Show the job as it is now."""
        job = self._job
        over = bool(job.outcome)
        self.bar.setHidden(over)
        self.cancel.setHidden(over)
        self.state.setText(job_state(job))
        if job.error is not None:
            self.why.setText(as_sentence(str(job.error)))
            self.why.show()
        if not over:
            show_fraction(self.bar, 0.0 if job.started is None else job.fraction)


def job_state(job: Job) -> str:
    """Return in words how a job stands: what it does, how far, how long it took and still takes."""
    if job.outcome:
        return f"{job.outcome} · {duration(job.elapsed)}"
    if job.started is None:
        return "waiting"
    parts = [job.text]
    if job.fraction is not None:
        parts.append(f"{job.fraction:.0%}".replace("%", " %"))
    parts.append(duration(job.elapsed))
    if job.remaining is not None:
        parts.append(f"{duration(job.remaining)} left")
    return " · ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """Return a time span in words, such as ``2 min 5 s``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
