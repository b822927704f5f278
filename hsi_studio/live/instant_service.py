"""Turns clicks and texts into maps with the instant head, from what is ready, better as more is."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError
from hsi_studio.live.instant_model import instant_model
from hsi_studio.live.map_requests import (
    LEAN_FROM,
    MOST_PIXELS,
    EngineName,
    HeatWanted,
    LiveMap,
    MapWanted,
    ModelWanted,
    NetworkGiven,
    NextWanted,
    SceneWanted,
    Stage,
)
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.uncertainty import Suggestion, suggestion, uncertainty
from hsi_studio.live.word_controls import ControlProgress, Controls, ControlsWanted, controls

if TYPE_CHECKING:
    from hsi_studio.ml.instant.features import InstantFeatures
    from hsi_studio.ml.instant.head import InstantHead


class InstantService:
    """Keeps the features of one scene and the head of the last labels."""

    def __init__(self) -> None:
        self._scene: _Scene | None = None
        self._trained: tuple[object, InstantHead] | None = None

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        match body:
            case SceneWanted():
                yield from self._prepare(body.recipe)
            case NetworkGiven():
                self._opened(body.recipe).network = body
                yield True
            case MapWanted():
                yield from self._maps(body)
            case HeatWanted():
                head = yield from self._ready(body.map)
                yield head.heat(body.vector[None])[:, 0].reshape(head.features.valid.shape)
            case ControlsWanted():
                yield from self._control(body)
            case ModelWanted():
                yield from self._model(body)
            case NextWanted():
                yield self._next((yield from self._ready(body.map)), body)
            case _:
                raise HsiError(f"nothing answers {kind}")

    def _prepare(self, recipe: CubeRecipe) -> Iterator[Stage | None]:
        scene = self._opened(recipe)
        while True:
            yield scene.stage()
            if scene.complete:
                return
            scene.advance()

    def _maps(self, wanted: MapWanted) -> Iterator[LiveMap | None]:
        scene = self._opened(wanted.recipe)
        while True:
            yield None
            if scene.features is not None:
                seen = scene.seen_by(wanted.engine)
                if scene.is_large and wanted.smooth:
                    # The random walker takes seconds here; what it would smooth is worth seeing at once.
                    yield self._map(seen, replace(wanted, smooth=False))
                    yield None
                yield self._map(seen, wanted)
            if scene.complete:
                return
            yield None
            scene.advance()

    def _control(self, wanted: ControlsWanted) -> Iterator[ControlProgress | Controls | None]:
        scene = self._opened(wanted.recipe)
        while not scene.complete:
            yield None
            scene.advance()
        yield from controls(scene.seen_by(wanted.engine), wanted)

    def _model(self, wanted: ModelWanted) -> Iterator[bytes | None]:
        scene = self._scene
        if scene is None or scene.recipe.fingerprint != wanted.recipe.fingerprint:
            yield from instant_model(wanted, wanted.recipe.open(), None)
            return
        given = None if scene.network is None else scene.network.content
        ready = scene.complete and not scene.is_large and wanted.network in (None, given)
        engine: EngineName = "instant" if wanted.network is None else "both"
        yield from instant_model(wanted, scene.cube, scene.seen_by(engine) if ready else None)

    def _ready(self, wanted: MapWanted) -> Generator[None, None, InstantHead]:
        scene = self._opened(wanted.recipe)
        while scene.features is None:
            scene.advance()
            yield None
        return self._head(scene.seen_by(wanted.engine), wanted)

    def _opened(self, recipe: CubeRecipe) -> _Scene:
        if self._scene is None or self._scene.recipe.fingerprint != recipe.fingerprint:
            self._scene = self._trained = None  # before the next one takes memory
            self._scene = _Scene(recipe)
        return self._scene

    def _map(self, features: InstantFeatures, wanted: MapWanted) -> LiveMap:
        started = time.perf_counter()
        head = self._head(features, wanted)
        probabilities = head.probabilities(smooth=wanted.smooth)
        shape = features.valid.shape
        best = probabilities.argmax(axis=1)
        ids = np.where(features.valid, wanted.ids[best].reshape(shape), 0).astype(np.int16)
        confidence, margin, certainty = (plane.reshape(shape) for plane in uncertainty(probabilities))
        weights = zip(head.fit.experts, head.fit.near.weights.tolist(), strict=True)
        return LiveMap(
            ids,
            confidence,
            margin,
            certainty,
            self._scene is not None and self._scene.complete,
            {expert.name: weight for expert, weight in weights},
            time.perf_counter() - started,
        )

    def _head(self, features: InstantFeatures, wanted: MapWanted) -> InstantHead:
        """Return the head of the labels; only other labels, features or anchors make another one."""
        from hsi_studio.ml.instant.fit import ClickLabels
        from hsi_studio.ml.instant.head import InstantHead
        from hsi_studio.ml.instant.text_projection import STRENGTH

        anchor = None if wanted.anchor is None else wanted.anchor.tobytes()
        key = (
            id(features),
            wanted.positions.tobytes(),
            wanted.targets.tobytes(),
            len(wanted.ids),
            anchor,
            wanted.described,
        )
        if self._trained is None or self._trained[0] != key:
            cols = features.valid.shape[1]
            rows, columns = np.divmod(wanted.positions, cols)
            labels = ClickLabels.sorted(rows, columns, wanted.targets, cols)
            strength = STRENGTH if wanted.described else 0.0
            head = InstantHead.train(
                features, labels, len(wanted.ids), embeddings=wanted.anchor, strength=strength
            )
            self._trained = key, head
        if wanted.vectors is not None:
            # Kept, since it shares what the head before it computed, and the next one shares it again.
            self._trained = key, self._trained[1].with_texts(wanted.vectors)
        return self._trained[1]

    def _next(self, head: InstantHead, wanted: NextWanted) -> Suggestion | None:
        probabilities = head.probabilities(smooth=wanted.map.smooth)
        return suggestion(head.features, probabilities, wanted.map.ids, wanted.map.positions, wanted.passed)


class _Scene:
    """A cube and its features, as far as they are."""

    def __init__(self, recipe: CubeRecipe) -> None:
        from hsi_studio.ml.instant.features import InstantFeatures
        from hsi_studio.ml.instant.lean import lean_features

        self.recipe = recipe
        self.features: InstantFeatures | None = None
        self.network: NetworkGiven | None = None
        self._seconds = 0.0
        self._seen: tuple[object, InstantFeatures] | None = None
        self.cube = cube = recipe.open()
        _require_small(cube)
        self.is_large = cube.window.size > LEAN_FROM
        self._stages = lean_features(cube) if self.is_large else InstantFeatures.open(cube)

    @property
    def complete(self) -> bool:
        return self.features is not None and self.features.complete

    def advance(self) -> None:
        """Compute the next stage."""
        started = time.perf_counter()
        self.features = next(self._stages)
        self._seconds += time.perf_counter() - started

    def seen_by(self, engine: EngineName) -> InstantFeatures:
        """Return the features of the experts that an engine has."""
        from hsi_studio.ml.instant.experts import NETWORK

        assert self.features is not None
        if self.network is None or engine == "instant":
            return self.features
        key = id(self.features), id(self.network), engine
        if self._seen is None or self._seen[0] != key:
            together = self.features.with_network(self.network.features, self.network.learned)
            self._seen = key, together.only(NETWORK) if engine == "s3fn" else together
        return self._seen[1]

    def stage(self) -> Stage:
        """Return how far it is."""
        names = () if self.features is None else tuple(expert.name for expert in self.features.experts)
        return Stage(names, self.complete, self._seconds)


def _require_small(cube: Cube) -> None:
    if cube.window.size > MOST_PIXELS:
        raise HsiError(
            f"{cube.name} has {cube.window.size:,} pixels; up to {MOST_PIXELS:,} are followed live",
            "predict once (U) instead",
        )
