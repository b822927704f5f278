"""The live map as a model file: the same map again, without computing what is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.live.instant_service import InstantService
from hsi_studio.live.map_requests import LiveMap, MapWanted, ModelWanted, NetworkGiven, SceneWanted
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.ml.classifier import Classifier, fill
from hsi_studio.ml.instant import features, scene_tiles
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.model import Model
from hsi_studio.ml.model_file import classifier_of
from hsi_studio.ml.network_features import network_features
from hsi_studio.ml.presets import FAST, Settings
from hsi_studio.ml.scene import Scene

TRUTH = np.kron(np.array([[1, 2], [2, 3]]), np.ones((14, 14), int))
CLASSES = ClassTable.from_names(("a", "b", "c"))
POSITIONS = np.flatnonzero(np.random.default_rng(0).random(TRUTH.shape) < 0.08)
IDS = TRUTH.flat[POSITIONS].astype(np.int16)


@pytest.fixture
def cube(make_cube: Callable[..., Cube]) -> Cube:
    random = np.random.default_rng(0)
    values = random.random((4, 18))[TRUTH] * 900 + random.normal(0, 60, (28, 28, 18)) + 300
    return make_cube(values.astype(np.float32))


def last(service: InstantService, body: Any) -> Any:
    return [answer for answer in service.answer("", body) if answer is not None][-1]


def mapped(model: Classifier, cube: Cube) -> np.ndarray[Any, Any]:
    ids, sure = np.zeros(TRUTH.shape, np.int16), np.zeros(TRUTH.shape, np.float32)
    fill(model, cube, ids, sure)
    return ids


def shown(service: InstantService, recipe: CubeRecipe) -> LiveMap:
    found = last(service, MapWanted(recipe, POSITIONS, np.intp(IDS - 1), np.array([1, 2, 3], np.int16)))
    assert isinstance(found, LiveMap)
    return found


def test_the_file_gives_the_live_map(cube: Cube, monkeypatch: pytest.MonkeyPatch) -> None:
    service, recipe = InstantService(), CubeRecipe.of(cube, None)  # type: ignore[arg-type]
    last(service, SceneWanted(recipe))
    live = shown(service, recipe)
    monkeypatch.setattr(scene_tiles, "window_features", None)  # nothing is computed again
    monkeypatch.setattr(features, "fit_statistics", None)
    model = classifier_of(last(service, ModelWanted(recipe, POSITIONS, IDS, CLASSES, None)))
    assert isinstance(model, InstantModel)
    monkeypatch.undo()
    np.testing.assert_array_equal(mapped(model, cube), live.ids)


def test_a_scene_that_is_not_followed_is_opened(cube: Cube) -> None:
    wanted = ModelWanted(CubeRecipe.of(cube, None), POSITIONS, IDS, CLASSES, None)  # type: ignore[arg-type]
    model = classifier_of(last(InstantService(), wanted))
    assert (mapped(model, cube) == TRUTH).mean() > 0.95


def network_of(cube: Cube, seed: int = 0) -> Model:
    ids = np.zeros(TRUTH.shape, np.int16)
    ids.flat[POSITIONS] = IDS
    few = replace(FAST.first, least=20, most=20)
    settings = Settings("cnn3d", replace(FAST, components=12, widths=(4, 4, 6), first=few), seed=seed)
    network = finish(method("cnn3d").train(Scene(cube, ids, CLASSES), None, settings), Progress())
    assert isinstance(network, Model)
    return network


def test_the_network_travels_with_it(cube: Cube) -> None:
    service, recipe = InstantService(), CubeRecipe.of(cube, None)  # type: ignore[arg-type]
    network = network_of(cube)
    content = network.to_bytes()
    last(service, SceneWanted(recipe))
    last(service, NetworkGiven(recipe, content, network_features(network, cube), POSITIONS))
    live = shown(service, recipe)
    assert "S3FN" in live.weights
    model = classifier_of(last(service, ModelWanted(recipe, POSITIONS, IDS, CLASSES, None, content)))
    assert isinstance(model, InstantModel)
    assert model.network is not None
    assert model.network.content == content
    np.testing.assert_array_equal(mapped(model, cube), live.ids)


def test_a_network_that_the_map_does_not_know_yet_is_looked_through_anew(cube: Cube) -> None:
    service, recipe = InstantService(), CubeRecipe.of(cube, None)  # type: ignore[arg-type]
    old, new = network_of(cube), network_of(cube, seed=1)
    last(service, SceneWanted(recipe))
    last(service, NetworkGiven(recipe, old.to_bytes(), network_features(old, cube), POSITIONS))
    wanted = ModelWanted(recipe, POSITIONS, IDS, CLASSES, None, new.to_bytes())
    model = classifier_of(last(service, wanted))
    scene_tiles._recent.clear()  # it knows the cube
    expected = classifier_of(last(InstantService(), wanted))
    assert isinstance(model, InstantModel)
    assert isinstance(expected, InstantModel)
    np.testing.assert_allclose(model.fit.linear[-1].weights, expected.fit.linear[-1].weights, rtol=1e-4)
