"""The controls on a scene whose classes lie in the order of their vectors: there words must matter."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.errors import UsageError
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.word_controls import KINDS, ControlProgress, Controls, ControlsWanted, controls
from hsi_studio.ml.benchmark.texts import Texts
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.label_embeddings import LabelEmbeddings, unit

SIDE, BANDS, CLASSES = 32, 24, 5


def _embeddings(raw: np.ndarray) -> LabelEmbeddings:  # type: ignore[type-arg]
    names = tuple(f"class {i}" for i in range(len(raw)))
    return LabelEmbeddings(names, raw.astype(np.float32), raw.mean(axis=0), "none", "mean", "0")


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:  # type: ignore[type-arg]
    """Points on an arc, and something of each class's own: what is near in words is near in spectra."""
    angles = np.linspace(0, np.pi / 2, CLASSES)
    arc = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return unit(np.hstack([arc, 0.4 * np.eye(CLASSES)]).astype(np.float32))


@pytest.fixture
def case(make_cube: Callable[..., Cube], vectors: np.ndarray) -> tuple[InstantFeatures, ControlsWanted]:  # type: ignore[type-arg]
    random = np.random.default_rng(3)
    truth = np.add.outer(np.arange(SIDE) // 4, np.arange(SIDE) // 4) % CLASSES
    spectra = vectors @ random.normal(size=(vectors.shape[1], BANDS)) * 100 + 500
    cube = make_cube((spectra[truth] + random.normal(0, 8, (SIDE, SIDE, BANDS))).astype(np.float32))
    positions = random.permutation(SIDE * SIDE)[:150]
    other = unit(random.normal(size=vectors.shape).astype(np.float32))
    texts = Texts(_embeddings(vectors), _embeddings(vectors), _embeddings(other))
    targets = truth.ravel()[positions]
    ids = tuple(range(11, 11 + CLASSES))
    wanted = ControlsWanted(CubeRecipe.of(cube, None), positions, targets, ids, texts, seeds=2)  # type: ignore[arg-type]
    return list(InstantFeatures.open(cube))[-1], wanted


def test_words_that_matter_are_seen_to(case: tuple[InstantFeatures, ControlsWanted]) -> None:
    *steps, found = controls(*case)
    assert isinstance(found, Controls)
    shares = [step.share for step in steps if isinstance(step, ControlProgress)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert set(found.accuracy) == set(KINDS)
    assert all(len(values) == 2 for values in found.accuracy.values())
    assert min(found.accuracy["real"]) > 0.8
    assert set(found.unseen) == {11, 12, 13, 14, 15}
    real, nonsense = (
        np.mean([np.mean(areas[kind]) for areas in found.unseen.values()]) for kind in ("real", "nonsense")
    )
    assert real > 0.7
    assert real > nonsense + 0.1


def test_too_few_labels_are_refused(case: tuple[InstantFeatures, ControlsWanted]) -> None:
    features, wanted = case
    few = wanted.targets < 2
    two = ControlsWanted(wanted.recipe, wanted.positions[few], wanted.targets[few], wanted.ids, wanted.texts)
    with pytest.raises(UsageError, match="fewer than three classes"):
        next(controls(features, two))
    one_each = np.unique(wanted.targets, return_index=True)[1]
    alone = ControlsWanted(
        wanted.recipe, wanted.positions[one_each], wanted.targets[one_each], wanted.ids, wanted.texts
    )
    with pytest.raises(UsageError, match="lie in one spot"):
        next(controls(features, alone))
