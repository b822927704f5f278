"""One class per image: the pixels of its object vote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.classifier import Classifier, Prediction


class By(StrEnum):
    """How the pixels of an object decide: one vote each, or the mean of their probabilities."""

    MAJORITY = "majority"
    MEAN = "mean"


@dataclass(frozen=True, eq=False)
class Vote:
    """What the pixels of an object decided.

    Parameters
    ----------
    position : int
        Of the winning class in the model's table; the first of several with the same share.
    shares : ndarray of float64 (classes,)
        Of the votes; together 1.
    pixels : int
        That voted.
    """

    position: int
    shares: NDArray[np.float64]
    pixels: int


def vote(
    model: Classifier,
    cube: Cube,
    inside: NDArray[np.bool_],
    by: By = By.MAJORITY,
    *,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Vote:
    """Let the pixels of an object vote on its class.

    Parameters
    ----------
    model : Classifier
        Fitted to the cube.
    inside : ndarray of bool (rows, cols)
        The object.
    by : By

    Raises
    ------
    UsageError
        When the object has no measured pixel.
    Cancelled
        When `progress` says so.
    """
    progress = Progress() if progress is None else progress
    votes, pixels = np.zeros(len(model.classes)), 0
    for part in model.predict(cube, device=device):
        progress.update(None, cube.name)
        voting = inside[part.window.slices()] & (part.positions >= 0)
        votes += _votes(part, voting, by, len(votes))
        pixels += int(voting.sum())
    if not votes.sum():
        raise UsageError(f"no pixel of the object in {cube.name} was measured", "choose another foreground")
    return Vote(int(votes.argmax()), votes / votes.sum(), pixels)


def learned_from(model: Classifier, cube: Cube) -> bool:
    """Tell whether a model was trained on pixels of a cube, wherever its file lies now."""
    images = model.provenance.get("images", {}).get("learned", {})
    # Models made before fingerprints were kept list names only, by which images cannot be told.
    known = images.values() if isinstance(images, dict) else ()
    return bool(cube.fingerprint) and cube.fingerprint in {model.provenance.get("cube_fingerprint"), *known}


def _votes(part: Prediction, voting: NDArray[np.bool_], by: By, classes: int) -> NDArray[np.floating]:
    if by == By.MAJORITY:
        return np.bincount(part.positions[voting], minlength=classes).astype(np.float64)
    if part.probabilities is None:
        raise UsageError("this model keeps no probabilities of all classes", "vote by majority")
    sums: NDArray[np.float64] = part.probabilities[voting].sum(axis=0, dtype=np.float64)
    return sums
