"""Two wordings of a class side by side: one is held, the other is as written, and both maps are at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_layers import with_live_map
from hsi_studio.app.live_map import MapFollower, Shown
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.live.map_requests import LiveMap
from hsi_studio.live.text_service import Texts, TextsWanted

_PURPOSE = "held text"


@dataclass(frozen=True)
class Held:
    """The wording A of a class; B is what is written."""

    id: int
    text: str


class WordingPair(QObject):
    """Keeps the map of a held wording beside the live map, and lays either over the cube at once."""

    changed = Signal()
    """Something was held, flipped or let go, or one of the maps is another."""

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
        self._made_from: object = None
        self.held: Held | None = None
        self.map: LiveMap | None = None
        self.side: Literal["A", "B"] = "B"
        texts.other_read.connect(self._on_read)
        follower.other_ready.connect(self._on_map)
        follower.shown_changed.connect(self._on_shown)
        labelling.project_changed.connect(self.let_go)

    @property
    def flipped(self) -> NDArray[np.bool_] | None:
        """Where the two maps differ, (rows, cols); None while one of them is missing."""
        shown = self._follower.shown
        return None if self.map is None or shown is None else self.map.ids != shown.map.ids

    def hold(self, id: int, text: str) -> None:
        """Hold a wording of a class as A, and show it as soon as its map is there."""
        self.held, self.map, self._made_from = Held(id, text), None, None
        self._on_shown(self._follower.shown)

    def let_go(self) -> None:
        """Go on with the map of what is written."""
        if self.held is not None:
            self._show("B")
            self.held = self.map = None
            self.changed.emit()

    def flip(self) -> None:
        """Show the other map."""
        if self.map is not None:
            self._show("A" if self.side == "B" else "B")
            self.changed.emit()

    def _show(self, side: Literal["A", "B"]) -> None:
        shown = self._follower.shown
        if shown is not None and self.map is not None and side != self.side:
            found, options = self.map if side == "A" else shown.map, self._follower.options
            self._session.change_layers(
                shown.cube, lambda layers: with_live_map(layers, found, shown.classes, options)
            )
        self.side = side

    def _on_shown(self, shown: Shown | None) -> None:
        held = self.held
        if held is None:
            return
        self.side = "B"
        if shown is None or shown.texts is None or held.id not in {one.id for one in shown.classes}:
            self.held = self.map = None
        elif self._basis(shown, held) != self._made_from:
            self._made_from, self.map = self._basis(shown, held), None
            table = _with(shown.texts.wanted.classes, held)
            self._texts.read_other(_PURPOSE, TextsWanted(table, shown.texts.wanted.encoder))
        self.changed.emit()

    def _basis(self, shown: Shown, held: Held) -> object:
        """Return what the held map depends on."""
        assert shown.texts is not None
        options = self._follower.options
        table = _with(shown.texts.wanted.classes, held)
        texts = tuple((one.id, one.name, one.description) for one in table)
        experts = tuple(shown.map.weights.items())
        how = options.smooth, options.words_alone, options.engine
        return shown.cube, shown.labels, shown.texts.wanted.encoder, texts, experts, how

    def _on_read(self, purpose: str, texts: object) -> None:
        if purpose == _PURPOSE and isinstance(texts, Texts) and self.held is not None:
            self._follower.ask_other(texts)

    def _on_map(self, found: LiveMap) -> None:
        if self.held is not None:
            self.map = found
            self.changed.emit()


def _with(table: ClassTable, held: Held) -> ClassTable:
    return ClassTable(
        tuple(replace(one, description=held.text) if one.id == held.id else one for one in table)
    )
