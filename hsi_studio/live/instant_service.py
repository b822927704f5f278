"""Turns clicks and texts into maps with the instant head, from what is ready, better as more is."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.uncertainty import Suggestion, suggestion, uncertainty

if TYPE_CHECKING:
    from hsi_studio.ml.instant.features import InstantFeatures
    from hsi_studio.ml.instant.head import InstantHead

MOST_PIXELS = 400_000
"""Largest scene that is followed live: its features take some kilobytes per pixel."""


@dataclass(frozen=True, eq=False)
class SceneWanted:
    """Request ``scene``: get the features of a cube ready; the answers are `Stage`."""

    recipe: CubeRecipe


@dataclass(frozen=True)
class Stage:
    """How far the features of a scene are: experts that are ready, and whether all are."""

    experts: tuple[str, ...]
    complete: bool
    seconds: float


@dataclass(frozen=True, eq=False)
class MapWanted:
    """Request ``map``: the classes of all pixels; the answers are `LiveMap`, each from more experts.

    Parameters
    ----------
    recipe : CubeRecipe
    positions, targets : ndarray of int (n,)
        Flat index of each labelled pixel, and place of its class in `ids`.
    ids : ndarray of int16 (V,)
        Of the classes that take part.
    anchor : ndarray of float32 (V, d), optional
        E as it was when the labels last changed: what the scores are projected through.
    vectors : ndarray of float32 (V, d), optional
        E as it is now. Without both, texts play no part and only classes with labels can win.
    smooth : bool
        Whether the random walker spreads probabilities.
    """

    recipe: CubeRecipe
    positions: NDArray[np.intp]
    targets: NDArray[np.intp]
    ids: NDArray[np.int16]
    anchor: NDArray[np.float32] | None = None
    vectors: NDArray[np.float32] | None = None
    smooth: bool = True


@dataclass(frozen=True, eq=False)
class LiveMap:
    """One map.

    Parameters
    ----------
    ids : ndarray of int16 (rows, cols)
        0 where nothing was measured.
    confidence, margin, certainty : ndarray of float32 (rows, cols)
        Largest probability; its lead over the second; 1 − entropy / log V. Zeros where nothing was measured.
    complete : bool
        Whether all experts took part.
    weights : dict of str to float
        Trust in each expert.
    seconds : float
    """

    ids: NDArray[np.int16]
    confidence: NDArray[np.float32]
    margin: NDArray[np.float32]
    certainty: NDArray[np.float32]
    complete: bool
    weights: dict[str, float]
    seconds: float


@dataclass(frozen=True, eq=False)
class HeatWanted:
    """Request ``heat``: how well any text (d,) fits each pixel.

    The answer is an array of float32 (rows, cols), NaN where nothing was measured.
    """

    map: MapWanted
    vector: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NextWanted:
    """Request ``next``: the unlabelled pixel that would teach most; the answer is a `Suggestion`.

    `passed` are flat indices that the user did not want.
    """

    map: MapWanted
    passed: tuple[int, ...] = ()


class InstantService:
    """Keeps the features of one scene and the head of the last labels."""

    def __init__(self) -> None:
        self._scene: _Scene | None = None
        self._trained: tuple[object, InstantHead] | None = None

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        match body:
            case SceneWanted():
                yield from self._prepare(body.recipe)
            case MapWanted():
                yield from self._maps(body)
            case HeatWanted():
                head = yield from self._ready(body.map)
                yield head.heat(body.vector[None])[:, 0].reshape(head.features.valid.shape)
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
                yield self._map(scene.features, wanted)
            if scene.complete:
                return
            yield None
            scene.advance()

    def _ready(self, wanted: MapWanted) -> Generator[None, None, InstantHead]:
        scene = self._opened(wanted.recipe)
        while scene.features is None:
            scene.advance()
            yield None
        return self._head(scene.features, wanted)

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
            features.complete,
            {expert.name: weight for expert, weight in weights},
            time.perf_counter() - started,
        )

    def _head(self, features: InstantFeatures, wanted: MapWanted) -> InstantHead:
        """Return the head of the labels; only other labels, features or anchors make another one."""
        from hsi_studio.ml.instant.fit import ClickLabels
        from hsi_studio.ml.instant.head import InstantHead

        anchor = None if wanted.anchor is None else wanted.anchor.tobytes()
        key = (id(features), wanted.positions.tobytes(), wanted.targets.tobytes(), len(wanted.ids), anchor)
        if self._trained is None or self._trained[0] != key:
            cols = features.valid.shape[1]
            rows, columns = np.divmod(wanted.positions, cols)
            labels = ClickLabels.sorted(rows, columns, wanted.targets, cols)
            head = InstantHead.train(features, labels, len(wanted.ids), embeddings=wanted.anchor)
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

        self.recipe = recipe
        self.features: InstantFeatures | None = None
        self._seconds = 0.0
        cube = recipe.open()
        _require_small(cube)
        self._stages = InstantFeatures.open(cube)

    @property
    def complete(self) -> bool:
        return self.features is not None and self.features.complete

    def advance(self) -> None:
        """Compute the next stage."""
        started = time.perf_counter()
        self.features = next(self._stages)
        self._seconds += time.perf_counter() - started

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
