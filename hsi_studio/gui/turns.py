"""Work on the GUI thread in small steps, between which the window answers."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer


class Turns(QTimer):
    """Does a piece of work step by step; what a step changes is painted before the next."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, singleShot=True)
        self._work: Iterator[object] = iter(())
        self._rests = False
        self.timeout.connect(self._turn)

    def begin(self, work: Iterator[object], after_ms: int = 0) -> None:
        """Do something in place of what is being done: a step whenever `work` is asked for its next value."""
        self._work = work
        self.start(after_ms)

    def _turn(self) -> None:
        # Painting is done at the beginning of a turn and timers at its end: a step in each turn would come
        # in one piece with the painting of the step before.
        self._rests = not self._rests
        if self._rests or next(self._work, self) is not self:
            self.start(0)
