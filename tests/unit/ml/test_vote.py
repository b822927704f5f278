"""Votes of pixels, by models of every kind that keeps probabilities."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.model import Model
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene
from hsi_studio.ml.vote import By, vote


@pytest.mark.parametrize("name", ["instant", "lda"])
def test_the_object_decides_by_majority_and_by_mean(
    name: str, scene: Scene, embeddings: LabelEmbeddings
) -> None:
    way = method(name)
    model = finish(way.train(scene, embeddings if way.uses_text else None, Settings(name)), Progress())
    inside = np.zeros((30, 36), bool)
    inside[5:20, 10:20] = True
    for by in By:
        found = vote(model, scene.cube, inside, by)
        assert found.position == 1
        assert found.pixels == 150
        np.testing.assert_allclose(found.shares.sum(), 1)
        assert 0.7 < found.shares[1] < 0.9
    inside[:] = False
    with pytest.raises(UsageError, match="choose another foreground"):
        vote(model, scene.cube, inside)


def test_probabilities_of_a_network_sum_to_one_where_something_was_measured(
    random_model: Callable[..., Model], scene: Scene, make_cube: Callable[..., Cube]
) -> None:
    values = np.array(scene.cube.block())
    values[3:6, 4:9] = 0
    model = random_model(14, 14)
    for part in model.predict(make_cube(values), side=17):
        assert part.probabilities is not None
        sums = part.probabilities.sum(axis=2)
        np.testing.assert_allclose(sums, part.positions >= 0, atol=1e-5)
        measured = part.positions >= 0
        assert (part.probabilities.argmax(axis=2)[measured] == part.positions[measured]).all()
        np.testing.assert_array_equal(part.probabilities.max(axis=2), part.confidence)


@pytest.mark.parametrize("name", ["instant", "knn"])
def test_probabilities_of_other_models_do_too(
    name: str, scene: Scene, embeddings: LabelEmbeddings, make_cube: Callable[..., Cube]
) -> None:
    values = np.array(scene.cube.block())
    values[3:6, 4:9] = 0
    cube = make_cube(values, wavelengths_nm=scene.cube.wavelengths_nm)
    way = method(name)
    material = Scene(cube, scene.ids, scene.classes)
    model = finish(way.train(material, embeddings if way.uses_text else None, Settings(name)), Progress())
    for part in model.predict(cube):
        assert part.probabilities is not None
        np.testing.assert_allclose(part.probabilities.sum(axis=2), part.positions >= 0, atol=1e-4)
