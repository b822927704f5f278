"""The map that follows labels and texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.engine import Engine
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_anchor import AnchorReader
from hsi_studio.app.live_inputs import Anchor, Vectors, map_wanted
from hsi_studio.app.live_layers import with_live_map, without_live_map
from hsi_studio.app.live_options import LiveOptions
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.live.map_requests import (
    MOST_PIXELS,
    HeatWanted,
    LiveMap,
    MapWanted,
    NetworkGiven,
    NextWanted,
    SceneWanted,
    Stage,
)
from hsi_studio.live.network_service import Trained
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.text_service import Texts

_SCENE, _MAP, _HEAT, _NEXT, _NETWORK, _OTHER = "scene", "map", "heat", "next", "network", "other"
_URGENT, _SOON, _WHENEVER = 1, 3, 9


@dataclass(frozen=True, eq=False)
class Shown:
    """The map over a cube, what it was made from, and how many pixels it changed."""

    cube: Cube
    map: LiveMap
    classes: ClassTable
    labels: Labels
    texts: Texts | None
    flipped: int | None


class MapFollower(QObject):
    """Asks for a map whenever labels or texts have changed, and lays it over the current cube."""

    shown_changed = Signal(object)
    """`Shown`, or None when the current cube has no live map."""
    stage_changed = Signal(object)
    """`Stage` of the current cube's features, or None when nothing is known of them."""
    options_changed = Signal(object)
    """`LiveOptions`"""
    outdated_changed = Signal(bool)
    """Whether the map shown is older than labels or texts."""
    suggested = Signal(object)
    """`Suggestion`, or None when no pixel is left."""
    heat_ready = Signal(object)
    """float32 (rows, cols)"""
    other_ready = Signal(object)
    """`LiveMap` that `ask_other` asked for; it is not shown."""
    failed = Signal(object)
    """`Failed`"""

    def __init__(
        self, session: Session, labelling: Labelling, texts: LiveTexts, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._labelling, self._texts = session, labelling, texts
        self.options = LiveOptions()
        self.shown: Shown | None = None
        self.stage: Stage | None = None
        self.outdated = False
        self._then = AnchorReader(labelling, texts, self)
        self._then.changed.connect(self.update)
        self._made_with: ClassTable | None = None
        self._labels: Labels | None = None
        self._cube: Cube | None = None
        self._asked: tuple[Cube, ClassTable, Labels, Texts | None] | None = None
        self._passed: list[int] = []
        self._network: Trained | None = None
        self._network_given = False
        self._engine = Engine("hsi_studio.live.instant_service:InstantService", self)
        self._engine.answered.connect(self._on_answer)
        self._engine.failed.connect(lambda _, failed: self.failed.emit(failed))
        self._engine.died.connect(lambda _: self._on_death())
        session.current_changed.connect(self._on_cube)
        labelling.labels_changed.connect(lambda _: self._on_labels())
        labelling.classes_changed.connect(self._on_classes)
        labelling.history_changed.connect(self._on_history)
        texts.changed.connect(lambda _: self._on_texts())

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def anchor(self) -> Anchor | None:
        """The texts as they were when the labels last changed; None before they are read."""
        return self._then.anchor

    @property
    def follows(self) -> bool:
        """Whether the current cube can be followed live."""
        cube = self._session.cube
        return cube is not None and cube.window.size <= MOST_PIXELS

    def set_options(self, **changes: Any) -> None:
        """Change some of the options."""
        before, self.options = self.options, replace(self.options, **changes)
        if before == self.options:
            return
        self.options_changed.emit(self.options)
        if self.options.live and not before.live:
            self._on_cube()
        if self.options.computed != before.computed:
            self.update()
        elif self.shown is not None:
            self._lay(self.shown)

    def update(self) -> None:
        """Ask for the map as things are, if live prediction is on."""
        self._set_outdated(self.shown is not None)
        if self.options.live:
            self.predict()

    def predict(self) -> None:
        """Ask for the map as things are, once; texts that it needs are read before."""
        self._made_with = self._labelling.labelled_with
        ready, wanted = self._then.ask(), self._wanted()
        if wanted is not None and not ready:
            return
        if wanted is not None:
            assert self._session.cube is not None
            assert self._labelling.labels is not None
            made_from = self._labelling.classes, self._labelling.labels, self._texts.texts
            self._asked = self._session.cube, *made_from
            self._give_network(wanted.recipe)
            self._engine.request(_MAP, wanted, priority=_URGENT)
        else:
            self._engine.cancel(_MAP)
            self._forget()

    @property
    def has_network(self) -> bool:
        """Whether a network that was trained on the current cube can take part."""
        return self._network is not None

    def set_network(self, cube: Cube, network: Trained) -> None:
        """Let a network that was trained on the current cube take part."""
        if self._session.cube is cube:
            self._network, self._network_given = network, False
            self.update()
            self.options_changed.emit(self.options)

    def _give_network(self, recipe: CubeRecipe) -> None:
        """Hand the network over, which the process forgets with another cube or when it ends."""
        own = self._network
        if own is not None and not self._network_given:
            self._network_given = True
            self._engine.request(
                _NETWORK, NetworkGiven(recipe, own.model, own.features, own.learned), priority=0
            )

    def suggest(self, *, pass_over: tuple[int, int] | None = None) -> None:
        """Ask for the pixel that would teach most; one passed over is not suggested again."""
        labels = self._labelling.labels
        if pass_over is not None and labels is not None:
            self._passed.append(pass_over[0] * labels.cols + pass_over[1])
        wanted = self._wanted()
        if wanted is not None:
            self._engine.request(_NEXT, NextWanted(wanted, tuple(self._passed)), priority=_SOON)

    def query(self, vector: Vectors) -> bool:
        """Ask how well a text (d,) fits every pixel; False where there is no map to ask."""
        wanted, anchor = self._wanted(), self.anchor
        if wanted is None or anchor is None:
            return False
        moved = vector - anchor.centre
        unit = np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-12), np.float32)
        self._engine.request(_HEAT, HeatWanted(wanted, unit), priority=_SOON)
        return True

    def ask_other(self, texts: Texts) -> None:
        """Ask for the map that the same classes would have with other texts."""
        wanted = self._wanted(texts)
        if wanted is not None:
            self._engine.request(_OTHER, wanted, priority=_SOON)

    def stop(self) -> None:
        """End the process."""
        self._engine.stop()

    def _wanted(self, others: Texts | None = None) -> MapWanted | None:
        """Return what to ask for, of other texts than those of now if given; None where there is no map."""
        current, labels, texts = self._session.current, self._labelling.labels, self._texts.texts
        if current is None or labels is None or not self.follows:
            return None
        classes, anchor = self._labelling.classes, self.anchor
        # Texts of another class table are about to be read anew.
        fitting = texts is not None and [e.id for e in texts.wanted.classes] == [e.id for e in classes]
        words = (anchor, others or texts) if anchor is not None and texts is not None and fitting else None
        recipe = CubeRecipe.of(current.cube, current.options)
        return map_wanted(recipe, labels, classes, self.options, words)

    def _on_death(self) -> None:
        self._network_given = False

    def _on_cube(self) -> None:
        self._passed.clear()
        if self._session.cube is not self._cube:
            self._network = None
            self._set_stage(None)
        self._network_given = False
        self._cube = self._session.cube
        self._labels = self._labelling.labels
        self._show(None)
        self._set_outdated(False)
        current = self._session.current
        if current is not None and self.follows and self.options.live:
            wanted = SceneWanted(CubeRecipe.of(current.cube, current.options))
            self._engine.request(_SCENE, wanted, priority=_WHENEVER)
            self.update()

    def _on_labels(self) -> None:
        labels = self._labelling.labels
        if labels is self._labels or self._session.cube is not self._cube:
            return  # nothing was labelled: another cube is about to be shown
        self._labels = labels
        self.update()

    def _on_history(self) -> None:
        if self._labelling.labelled_with is not self._made_with:  # fetched only now
            self.update()

    def _on_classes(self) -> None:
        shown = self.shown
        if shown is not None and _ids(shown.classes) == _ids(self._labelling.classes):
            self._lay(replace(shown, classes=self._labelling.classes, flipped=None))
        else:
            self.update()

    def _on_texts(self) -> None:
        self.update()

    def _on_answer(self, kind: str, value: object) -> None:
        match value:
            case LiveMap() if kind == _OTHER:
                self.other_ready.emit(value)
            case LiveMap() if self._asked is not None:
                self._on_map(value, *self._asked)
            case Stage():
                self._set_stage(value)
            case np.ndarray():
                self.heat_ready.emit(value)
            case _ if kind == _NEXT:
                self.suggested.emit(value)

    def _on_map(
        self, found: LiveMap, cube: Cube, classes: ClassTable, labels: Labels, texts: Texts | None
    ) -> None:
        old = self.shown
        flipped = None
        if old is not None and old.cube is cube:
            flipped = int(np.count_nonzero(old.map.ids != found.ids))
        self._lay(Shown(cube, found, classes, labels, texts, flipped))
        self._set_outdated(labels is not self._labelling.labels)

    def _lay(self, shown: Shown) -> None:
        self._session.change_layers(
            shown.cube, lambda layers: with_live_map(layers, shown.map, shown.classes, self.options)
        )
        self._show(shown)

    def _forget(self) -> None:
        """Take the map away: nothing stands behind it any more."""
        current = self._session.current
        left = () if current is None else without_live_map(current.layers)
        if current is not None and left != current.layers:
            self._session.set_layers(left)
        self._show(None)
        self._set_outdated(False)

    def _show(self, shown: Shown | None) -> None:
        if shown is not self.shown:
            self.shown = shown
            self.shown_changed.emit(shown)

    def _set_stage(self, stage: Stage | None) -> None:
        self.stage = stage
        self.stage_changed.emit(stage)

    def _set_outdated(self, outdated: bool) -> None:
        if outdated != self.outdated:
            self.outdated = outdated
            self.outdated_changed.emit(outdated)


def _ids(classes: ClassTable) -> list[tuple[int, str]]:
    return [(entry.id, entry.description) for entry in classes]
