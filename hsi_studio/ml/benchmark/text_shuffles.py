"""Whether it is the right text of each class that finds unseen classes: a permutation test over shuffles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.progress import Progress
from hsi_studio.ml.benchmark.texts import TextCase, area_under_curve, unseen_model
from hsi_studio.ml.heat import heat
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.instant.text_projection import TextProjection, text_projection, text_strength

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shuffles:
    """The area under the ROC curve, mean over classes and seeds, of the real texts and of shuffled ones.

    Parameters
    ----------
    real : float
    shuffled : ndarray of float64 (N,)
        Of each shuffle of all texts over all classes.
    """

    real: float
    shuffled: Floats

    @property
    def reached(self) -> int:
        """How many shuffles are as good as the real texts, or better."""
        return int((self.shuffled >= self.real).sum())

    @property
    def p(self) -> float:
        """The probability of the real area if any text did as well for any class, one-sided."""
        return (1 + self.reached) / (len(self.shuffled) + 1)


def shuffled_texts(
    case: TextCase, shots: int, seeds: Sequence[int], count: int, progress: Progress
) -> Shuffles:
    """Leave each class once without labels and find its pixels by shuffled texts.

    Only for the instant head: what it learns from the labels does not depend on the texts, so it is fitted
    once per class and seed, and a shuffle is one more combination of its class scores.

    Parameters
    ----------
    shots : int
        Labels of each of the other classes.
    count : int
        N; the same shuffles for all classes and seeds.

    Raises
    ------
    Cancelled
        When `progress` says so.
    """
    classes, random = len(case.truth.classes), np.random.default_rng(0)
    orders = [np.arange(classes), *(random.permutation(classes) for _ in range(count))]
    areas = []
    for position, entry in enumerate(case.truth.classes):
        of_class = []
        for number, seed in enumerate(seeds):
            done = (position + number / len(seeds)) / classes
            progress.update(done, f"{entry.name} unseen, shuffled, seed {seed}")
            test = case.split(shots, seed).test
            own = case.truth.ids[test] == entry.id
            if own.any():
                scores = _scores(case, shots, seed, position, orders)[test]
                of_class.append([area_under_curve(column, own) for column in scores.T])
        if of_class:
            areas.append(np.mean(of_class, axis=0))
    means = np.mean(areas, axis=0)
    return Shuffles(float(means[0]), means[1:])


def _scores(
    case: TextCase, shots: int, seed: int, position: int, orders: Sequence[NDArray[np.intp]]
) -> NDArray[np.float32]:
    """Return z'·e (rows, cols, orders) of a class without labels, each class having the text of an order."""
    model = unseen_model(case, case.split(shots, seed), position, case.texts.real, seed)
    assert isinstance(model, InstantModel)
    # With the class scores themselves for z', every shuffle is a direction, and all are one product.
    plain = replace(model, projection=TextProjection(np.eye(len(model.fit.present))))
    directions = np.stack([_direction(case, model.classes, position, order) for order in orders])
    scores = np.full((*case.truth.ids.shape, len(orders)), np.nan, np.float32)
    for window, part in heat(plain, case.cube, directions):
        scores[window.slices()] = part
    return scores


def _direction(
    case: TextCase, seen: ClassTable, position: int, order: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the combination (U,) of class scores that the text of the class without labels stands for."""
    vectors = case.texts.real.vectors[order]
    projection = text_projection(np.delete(vectors, position, axis=0), text_strength(seen))
    return projection.mixing(vectors[[position]])[:, 0]
