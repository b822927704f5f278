"""What takes the place of texts, and the two measurements with them on a small scene."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.progress import Progress
from hsi_studio.ml.benchmark.texts import (
    KINDS,
    UNSEEN,
    TextCase,
    Texts,
    accuracy_trials,
    area_under_curve,
    bare_names,
    nonsense,
    unseen_trials,
)
from hsi_studio.ml.label_embeddings import LabelEmbeddings, unit
from hsi_studio.ml.scene import Scene


@pytest.fixture
def texts(embeddings: LabelEmbeddings) -> Texts:
    names = replace(embeddings, raw=unit(embeddings.raw + 0.01))
    return Texts(embeddings, names, replace(embeddings, raw=embeddings.raw[:, ::-1].copy()))


@pytest.fixture
def case(scene: Scene, texts: Texts) -> TextCase:
    truth = ClassRaster("truth", np.repeat([1, 2, 3], 12)[None].repeat(30, axis=0), scene.classes)
    return TextCase(scene.cube, truth, texts)


def test_every_kind_is_what_it_says(texts: Texts) -> None:
    assert texts.of("real", 1) is texts.real
    assert texts.of("names", 1) is texts.names
    assert texts.of("softmax", 1) is None
    for seed in range(9):
        shuffled = texts.of("shuffled", seed)
        assert shuffled is not None
        assert not (shuffled.raw == texts.real.raw).all(axis=1).any()
        assert {tuple(row) for row in shuffled.raw} == {tuple(row) for row in texts.real.raw}
        np.testing.assert_allclose(shuffled.centre, shuffled.raw.mean(axis=0))
    one_hot, random = texts.of("one-hot", 0), texts.of("random", 0)
    assert one_hot is not None
    assert random is not None
    assert (one_hot.raw @ one_hot.raw.T == np.eye(3)).all()
    np.testing.assert_allclose(np.linalg.norm(random.raw, axis=1), 1, rtol=1e-6)
    again, other = texts.of("random", 0), texts.of("random", 1)
    assert again is not None
    assert other is not None
    assert (again.raw == random.raw).all()
    assert (other.raw != random.raw).any()


def test_made_up_words_are_words_and_always_the_same(table: ClassTable) -> None:
    made_up = nonsense(table)
    assert made_up == nonsense(table)
    assert [entry.name for entry in made_up] == [entry.name for entry in table]
    assert len({entry.description for entry in made_up}) == len(table)
    assert all(len(entry.description.split()) == 27 for entry in made_up)
    assert not any(entry.description for entry in bare_names(table))


def test_accuracy_with_every_kind_on_the_same_labels(case: TextCase) -> None:
    found = list(accuracy_trials(case, tuple(KINDS), (4,), (0, 1), Progress()))
    assert [one.kind for one in found] == [*KINDS, *KINDS]
    by_kind = {(one.kind, one.seed): one.overall_accuracy for one in found}
    assert all(by_kind[kind, seed] > 0.95 for kind in ("real", "softmax") for seed in (0, 1))


def test_a_class_unseen_is_scored_by_its_text_alone(case: TextCase) -> None:
    """Three classes whose second text lies between the others, as its pixels do."""
    values = np.array(case.cube.block())
    values[:, 12:24] = (values[:, :12] + values[:, 24:]) / 2
    first, third = np.eye(3, 12, dtype=np.float32)[[0, 2]]
    raw = unit(np.stack((first + 0.02, first + third, third - 0.02)))
    real = replace(case.texts.real, raw=raw, centre=np.zeros(12, np.float32))
    assert case.cube.wavelengths_nm is not None
    case = replace(case, texts=replace(case.texts, real=real))
    found = list(unseen_trials(case, UNSEEN, 6, (0,), Progress()))
    assert [(one.class_name, one.kind) for one in found] == [
        (name, kind) for name in ("soil", "corn", "water") for kind in UNSEEN
    ]
    assert all(0 <= one.auc <= 1 for one in found)


def test_the_area_is_the_one_of_scikit_learn(rng: np.random.Generator) -> None:
    scores, positive = rng.integers(0, 9, 200).astype(float), rng.random(200) < 0.3
    assert area_under_curve(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
    scores[positive] = np.nan
    assert area_under_curve(scores, positive) == 0
