"""Runs the controls that tell whether words matter on the current scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_inputs import labelled_pixels
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.live.messages import Failed
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.text_service import ControlTextsWanted
from hsi_studio.live.word_controls import ControlProgress, Controls, ControlsWanted

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.texts import Texts

_PURPOSE = _KIND = "controls"
_WHENEVER = 9


class WordControls(QObject):
    """One run at a time, in the process of the live map, which goes before it."""

    progressed = Signal(float)
    """How much is done, from 0 to 1."""
    found = Signal(object)
    """`Controls`"""
    failed = Signal(object)
    """`HsiError`, or another exception for what was not foreseen."""
    busy_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        labelling: Labelling,
        texts: LiveTexts,
        follower: MapFollower,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._labelling = session, labelling
        self._texts, self._follower = texts, follower
        self._classes: ClassTable | None = None
        self.controls: Controls | None = None
        texts.other_read.connect(self._on_read)
        texts.failed.connect(lambda failed: self._stop_with(failed) if self.busy else None)
        engine = follower.engine
        engine.answered.connect(self._on_answer)
        engine.failed.connect(lambda kind, failed: self._stop_with(failed) if kind == _KIND else None)
        for process in (engine, texts.engine):
            process.died.connect(lambda _: self.cancel())
        session.current_changed.connect(lambda _: self._forget())

    @property
    def busy(self) -> bool:
        """Whether it is running."""
        return self._classes is not None

    @property
    def area(self) -> float | None:
        """Mean area under the ROC curve of classes found by their words alone; None where not measured."""
        if self.controls is None:
            return None
        areas = [one for areas in self.controls.unseen.values() for one in areas["real"]]
        return float(np.mean(areas)) if areas else None

    def run(self) -> None:
        """Begin."""
        self._classes = self._labelling.classes
        self._texts.read_other(_PURPOSE, ControlTextsWanted(self._classes, self._texts.encoder))
        self.busy_changed.emit(True)

    def cancel(self) -> None:
        """Stop; nothing is found."""
        if self.busy:
            self._follower.engine.cancel(_KIND)
            self._end()

    def _on_read(self, purpose: str, texts: object) -> None:
        if purpose != _PURPOSE or self._classes is None:
            return
        current, labels, classes = self._session.current, self._labelling.labels, self._classes
        if current is None or labels is None:
            self._end()
            return
        positions, targets = labelled_pixels(labels, classes)
        recipe, ids = CubeRecipe.of(current.cube, current.options), tuple(one.id for one in classes)
        engine = self._follower.options.engine
        wanted = ControlsWanted(recipe, positions, targets, ids, cast("Texts", texts), engine)
        self._follower.engine.request(_KIND, wanted, priority=_WHENEVER)

    def _on_answer(self, _kind: str, value: object) -> None:
        match value:
            case ControlProgress():
                self.progressed.emit(value.share)
            case Controls():
                self.controls = value
                self._end()
                self.found.emit(value)

    def _stop_with(self, failed: Failed) -> None:
        self._end()
        error = RuntimeError(failed.details) if failed.details else HsiError(failed.cause, failed.remedy)
        self.failed.emit(error)

    def _forget(self) -> None:
        self.cancel()
        self.controls = None

    def _end(self) -> None:
        self._classes = None
        self.busy_changed.emit(False)
