"""Keeps in the project how its cubes are looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.project_reading import ACTIVE, CURRENT, VIEW
from hsi_studio.app.session import Session
from hsi_studio.app.view_values import view_values

_AFTER_MS = 500


class ViewKeeper(QObject):
    """Tells what changed in view, layers, current cube and active class, once it has settled."""

    changed = Signal(str, object)
    """(key, value of JSON's types) to be stored."""

    def __init__(self, session: Session, labelling: Labelling, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._labelling = labelling
        self._stored: dict[str, Any] = {}
        self._settled = QTimer(self, interval=_AFTER_MS, singleShot=True)
        self._settled.timeout.connect(self.flush)
        for signal in (
            session.view_changed,
            session.layers_changed,
            session.current_changed,
            labelling.active_changed,
            labelling.committed,
        ):
            signal.connect(self._later)

    def start_from(self, stored: dict[str, Any]) -> None:
        """Take what the project at hand has stored for granted."""
        self._stored = dict(stored)

    def flush(self) -> None:
        """Tell the changes now."""
        self._settled.stop()
        for key, value in self._values().items():
            if self._stored.get(key) != value:
                self._stored[key] = value
                self.changed.emit(key, value)

    def _values(self) -> dict[str, Any]:
        number, current = self._labelling.number, self._session.current
        values: dict[str, Any] = {ACTIVE: self._labelling.active}
        if number is not None and current is not None:
            values |= {CURRENT: number, VIEW.format(number): view_values(current)}
        return values

    def _later(self) -> None:
        self._settled.start()
