"""Whole maps of a classifier, and how well they agree with a truth where the classifier was not trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.ml.classifier import Classifier, fill
from hsi_studio.ml.metrics import Agreement, agreement
from hsi_studio.paths import shipped_model

Room = Callable[[tuple[int, int], type[np.generic]], NDArray[Any]]


def demo_model() -> Path:
    """Return the file of the model that comes with the program, trained on the demo scene."""
    return shipped_model("indian-pines.safetensors")


def class_map(
    model: Classifier,
    cube: Cube,
    *,
    device: str = "cpu",
    progress: Progress | None = None,
    room: Room = np.zeros,
) -> ClassRaster:
    """Classify every pixel of a cube that the model fits to (`Classifier.fitted_to`).

    Parameters
    ----------
    room : callable
        Makes the arrays of ids and confidence from their shape and type; for maps larger than memory.

    Returns
    -------
    ClassRaster
        Ids of int16 and confidence of float32, both 0 where nothing was measured.
    """
    shape = (cube.rows, cube.cols)
    ids, confidence = room(shape, np.int16), room(shape, np.float32)
    fill(model, cube, ids, confidence, device=device, progress=progress)
    same = model.provenance.get("cube_fingerprint") == cube.fingerprint
    learned = np.array(model.provenance.get("pixels", ()), np.intp) if same else None
    return ClassRaster("Prediction", ids, model.classes, confidence, learned)


def unseen_agreement(model: Classifier, ids: NDArray[np.integer], truth: NDArray[np.integer]) -> Agreement:
    """Compare where the truth (rows, cols) is labelled and the model was not trained."""
    left = np.array(truth)
    left.flat[model.provenance["pixels"]] = 0
    return agreement(ids, left)
