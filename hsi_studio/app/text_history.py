"""What was written about a class before, and how many pixels each change of a text has turned."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_map import MapFollower, Shown
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.core.classes import ClassTable
from hsi_studio.io.project import DescriptionVersion, ProjectFile


class TextHistory(QObject):
    """Counts the effect of every text that has settled, notes it in the project, and reads it from there."""

    measured = Signal(int, int, str)
    """(class id, pixels turned, text before): the map of a text that has just been kept is shown."""
    read = Signal(int, object)
    """(class id, list of `DescriptionVersion`, oldest first), as `ask` asked for."""
    failed = Signal(object)
    """The exception that reading raised."""

    def __init__(
        self,
        project: ProjectSession,
        labelling: Labelling,
        follower: MapFollower,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project, self._labelling = project, labelling
        self._before: Shown | None = None
        # The map is painted first.
        follower.shown_changed.connect(
            lambda shown: QTimer.singleShot(0, self, partial(self._on_shown, shown))
        )

    def ask(self, id: int) -> None:
        """Ask for all texts that a class has had; a project that nothing was done in has none."""
        writer = self._project.writer
        if writer is None:
            self.read.emit(id, [])
            return

        def look() -> list[DescriptionVersion]:
            writer.write_waiting()
            return writer.opened().description_versions(id)

        def deliver(answer: Future[list[DescriptionVersion]]) -> None:
            error = answer.exception()
            if error is None:
                self.read.emit(id, answer.result())
            else:
                self.failed.emit(error)

        writer.run(look).add_done_callback(deliver)

    def _on_shown(self, shown: Shown | None) -> None:
        if shown is None or not self._is_kept(shown):
            self._before = None if shown is None else self._before
            return
        before, self._before = self._before, shown
        if before is None or not _comparable(before, shown):
            return
        pairs = zip(_texts(_read(shown)), _texts(_read(before)), strict=True)
        changed = [new[0] for new, old in pairs if new != old]
        if len(changed) == 1:
            flipped = int(np.count_nonzero(before.map.ids != shown.map.ids))
            self._note(changed[0], _read(shown)[changed[0]].description, flipped)
            self.measured.emit(changed[0], flipped, _read(before)[changed[0]].description)

    def _is_kept(self, shown: Shown) -> bool:
        """Tell whether a map was made with the texts as they are kept, not while one is being typed."""
        return _texts(_read(shown)) == _texts(self._labelling.classes)

    def _note(self, id: int, text: str, flipped: int) -> None:
        writer = self._project.writer
        if writer is None or self._labelling.refusal:
            return

        def note(file: ProjectFile) -> None:
            # A text that undo has brought back is no new version.
            if [one.text for one in file.description_versions(id)[-1:]] == [text]:
                file.set_flipped(id, flipped)

        writer.write(note)


def _read(shown: Shown) -> ClassTable:
    return ClassTable(()) if shown.texts is None else shown.texts.wanted.classes


def _texts(table: ClassTable) -> list[tuple[int, str]]:
    return [(entry.id, entry.description) for entry in table]


def _comparable(before: Shown, after: Shown) -> bool:
    """Tell whether only texts differ between two maps."""
    same = before.cube is after.cube and before.labels is after.labels
    experts = before.map.weights.keys() == after.map.weights.keys()
    return same and experts and [one.id for one in _read(before)] == [one.id for one in _read(after)]
