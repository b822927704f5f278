"""The permutation test of texts, on a scene whose texts are alike as its spectra are."""

from dataclasses import replace

import numpy as np
import pytest

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import ArraySource
from hsi_studio.ml.benchmark.text_shuffles import Shuffles, shuffled_texts
from hsi_studio.ml.benchmark.texts import TextCase, Texts, unseen_trials
from hsi_studio.ml.label_embeddings import LabelEmbeddings, unit

CLASSES, SEEDS = 6, (0, 1)


@pytest.fixture(scope="module")
def case() -> TextCase:
    """Six fields; a class is made of three materials as its text is made of three words."""
    random = np.random.default_rng(0)
    shares = random.dirichlet((0.5, 0.5, 0.5), CLASSES)
    ids = np.repeat(np.arange(1, CLASSES + 1, dtype=np.int16), 8)[None].repeat(24, axis=0)
    values = (shares @ random.normal(1, 0.3, (3, 16)))[ids - 1] + random.normal(0, 0.05, (*ids.shape, 16))
    classes = ClassTable(
        tuple(ClassEntry(i, f"Field {i}", (0, 0, 0), f"Text {i}.") for i in range(1, CLASSES + 1))
    )
    raw = unit((shares @ np.eye(3, 12)).astype(np.float32))
    names = tuple(entry.name for entry in classes)
    real = LabelEmbeddings(names, raw, raw.mean(axis=0), "test", "mean", "f" * 32)
    cube = Cube(ArraySource(values.astype(np.float32)), "fields")
    return TextCase(cube, ClassRaster("truth", ids, classes), Texts(real, real, real))


def _area(case: TextCase, order: np.ndarray[tuple[int], np.dtype[np.intp]]) -> float:
    """Train anew with the texts in another order."""
    real = replace(case.texts.real, raw=case.texts.real.raw[order])
    other = replace(case, texts=replace(case.texts, real=real))
    return float(np.mean([one.auc for one in unseen_trials(other, ("real",), 20, SEEDS, Progress())]))


def test_a_shuffle_gives_what_training_with_its_texts_gives(case: TextCase) -> None:
    found = shuffled_texts(case, 20, SEEDS, 3, Progress())
    assert found.real == pytest.approx(_area(case, np.arange(CLASSES)), abs=1e-3)
    random = np.random.default_rng(0)
    np.testing.assert_allclose(
        found.shuffled, [_area(case, random.permutation(CLASSES)) for _ in range(3)], atol=1e-3
    )


def test_texts_that_are_alike_as_the_spectra_are_beat_their_shuffles(case: TextCase) -> None:
    found = shuffled_texts(case, 20, SEEDS, 60, Progress())
    assert found.real > 0.8
    assert abs(found.shuffled.mean() - 0.5) < 0.1
    assert found.p < 0.05


def test_a_shuffle_as_good_as_the_real_texts_counts_against_them() -> None:
    found = Shuffles(0.7, np.array([0.5, 0.7, 0.4, 0.9]))
    assert (found.reached, found.p) == (2, 3 / 5)
    assert Shuffles(0.7, np.full(99, 0.5)).p == 0.01
