"""What is learned from, and what learning reports."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier


@dataclass(frozen=True, eq=False)
class Scene:
    """What is learned from: a cube, class ids (rows, cols) with 0 = unlabelled, and the classes."""

    cube: Cube
    ids: NDArray[np.integer[Any]]
    classes: ClassTable


@dataclass(frozen=True)
class TrainingStep:
    """What one step of training reports.

    Parameters
    ----------
    stage : int
        1 (features) or 2 (projection into text space).
    step, steps : int
        Steps done and planned.
    loss, accuracy : float, optional
        On the step's own labels; accuracy from 0 to 1. None where a method has none.
    validation : float, optional
        Loss on the validation pixels, where it was just measured.
    """

    stage: int
    step: int
    steps: int
    loss: float | None = None
    accuracy: float | None = None
    validation: float | None = None


TrainingRun = Generator[TrainingStep, bool | None, "Classifier"]
"""Yields every step, so that it can be shown or closed (cancelled) there; returns the model.

Whoever sends True has seen enough: the stage ends with what it has learned so far.
"""
