"""Active learning in one key: pixel after pixel whose class would teach most, each answered with a key."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.session import Session
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.suggestion_mark import SuggestionMark
from hsi_studio.live.uncertainty import Suggestion

_KEYS = 9


class Suggestions(QObject):
    """The pixel that is asked about now.

    N asks, and again passes over; Enter takes the likelier class and 1–9 any; whatever labels the pixel, a
    click too, leads to the next one. Undo comes back to the pixel that it unlabels. Esc ends.
    """

    notice = Signal(str, str)
    """(sentence, level) for a toast."""

    def __init__(self, canvas: Canvas, session: Session, labelling: Labelling, follower: MapFollower) -> None:
        super().__init__(canvas)
        self._canvas, self._labelling, self._follower = canvas, labelling, follower
        self.current: Suggestion | None = None
        self._asked = False
        self._answered: list[Suggestion] = []
        self._keys = [
            self._key(Qt.Key.Key_Return, self._take_likelier),
            self._key(Qt.Key.Key_Enter, self._take_likelier),
            self._key(Qt.Key.Key_Escape, self.end),
        ]
        follower.suggested.connect(self._on_suggested)
        follower.failed.connect(lambda _: self._give_up_asking())
        labelling.classes_changed.connect(self._on_classes)
        labelling.labels_changed.connect(lambda _: self._on_labels())
        for signal in (session.current_changed, labelling.project_changed):
            signal.connect(self.end)

    def go_on(self) -> None:
        """Ask for the pixel that would teach most; the one asked about now is passed over."""
        passed, self.current = self.current, None
        self._asked = True
        self._follower.suggest(pass_over=None if passed is None else (passed.row, passed.col))

    def accept(self, id: int) -> None:
        """Give the pixel a class; the next one follows."""
        found, labels = self.current, self._labelling.labels
        if found is None or labels is None:
            return
        if self._labelling.refusal:
            self.notice.emit(self._labelling.refusal, "warning")
            return
        name = self._labelling.classes[id].name
        edit = labels.change(Window(found.row, found.col, 1, 1), np.array([[id]]))
        self._labelling.paint(edit, f"Suggested pixel: {name}")

    def accept_number(self, number: int) -> bool:
        """Give the pixel the class at a place of the table, from 1; False when no pixel is asked about."""
        if self.current is None:
            return False
        self.accept(tuple(self._labelling.classes)[number - 1].id)
        return True

    def end(self, _: object = None) -> None:
        """Ask no more."""
        self._asked = False
        self._answered.clear()
        self._show(None)

    def _key(self, key: Qt.Key, run: object) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self._canvas)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.setEnabled(False)
        shortcut.activated.connect(run)
        return shortcut

    def _take_likelier(self) -> None:
        if self.current is not None:
            self.accept(self.current.first)

    def _give_up_asking(self) -> None:
        self._asked = False

    def _on_suggested(self, found: Suggestion | None) -> None:
        if not self._asked:
            return
        self._asked = False
        if found is None:
            self.end()
            self.notice.emit("Every pixel is labelled.", "accent")
        else:
            self._show(found)

    def _on_labels(self) -> None:
        labels = self._labelling.labels
        if labels is None:
            return
        last = self._answered[-1] if self._answered else None
        if last is not None and not labels.at(last.row, last.col):
            self._answered.pop()
            self._asked = False
            self._show(last)
        elif self.current is not None and labels.at(self.current.row, self.current.col):
            self._answered.append(self.current)
            self._show(None)
            self._asked = True
            self._follower.suggest()

    def _on_classes(self) -> None:
        if self.current is not None and not self._is_answerable(self.current):
            self.end()

    def _is_answerable(self, found: Suggestion) -> bool:
        return {found.first, found.second} <= {entry.id for entry in self._labelling.classes}

    def _show(self, found: Suggestion | None) -> None:
        if found is not None and not self._is_answerable(found):
            found = None  # one of its classes has been removed since
        self.current = found
        for key in self._keys:
            key.setEnabled(found is not None)
        self._canvas.set_suggestion(None if found is None else self._mark(found))
        if found is not None:
            if not self._canvas.visible.contains(Window(found.row, found.col, 1, 1)):
                self._canvas.center_on(found.row + 0.5, found.col + 0.5)
            self._canvas.pick(found.row, found.col, collect=False)
            self._canvas.setFocus()
            self._labelling.set_active(found.first)

    def _mark(self, found: Suggestion) -> SuggestionMark:
        classes = tuple(self._labelling.classes)
        places = {entry.id: place for place, entry in enumerate(classes, 1)}
        first, second = self._labelling.classes[found.first], self._labelling.classes[found.second]
        other = places[second.id]
        key = f" ({other})" if other <= _KEYS else ""
        return SuggestionMark(
            found.row,
            found.col,
            (first.color, second.color),
            f"{first.name} (Enter) or {second.name}{key}?",
            "1–9 any class · N passes over · Esc ends",
        )
