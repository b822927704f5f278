"""Stage 2 in closed form: exact without strength, a prior of the texts with it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.ml.instant.text_projection import STRENGTH, text_projection, text_strength


@pytest.fixture
def scores(rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.normal(size=(50, 3))


def centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values - values.mean(axis=1, keepdims=True)


def test_without_strength_scores_are_repeated(
    scores: NDArray[np.float64], texts: NDArray[np.float32]
) -> None:
    for embeddings in (texts, texts + 2, np.eye(3, 8)):
        again = scores @ text_projection(embeddings, 0.0).mixing(embeddings)
        np.testing.assert_allclose(centred(again), centred(scores), atol=1e-5)


def test_strength_draws_similar_texts_together(scores: NDArray[np.float64]) -> None:
    embeddings = np.array([[1, 0.1, 0], [1, -0.1, 0], [0, 0, 1.0]])
    distances = [
        np.abs(
            np.diff(scores @ text_projection(embeddings, strength).mixing(embeddings), axis=1)[:, 0]
        ).mean()
        for strength in (0.0, 0.1, 1.0)
    ]
    assert distances[0] > 2 * distances[1] > 4 * distances[2]


def test_a_text_between_two_classes_scores_between_them(texts: NDArray[np.float32]) -> None:
    middle = (texts[:1] + texts[1:2]) / 2
    mixing = text_projection(texts, 0.0).mixing(np.concatenate([texts, middle]))
    found = np.eye(3) @ mixing
    np.testing.assert_allclose(found[:, 3], found[:, :2].mean(axis=1), atol=1e-5)


def test_bare_names_are_no_prior() -> None:
    named = ClassTable.from_names(["Corn", "Wheat"])
    described = ClassTable((named.entries[0], replace(named.entries[1], description="Pale straw in July")))
    assert (text_strength(named), text_strength(described)) == (0.0, STRENGTH)
