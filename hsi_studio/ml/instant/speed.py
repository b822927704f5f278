"""How long the instant head takes on generated scenes, and how much memory."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
import psutil
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.instant.fit import ClickLabels
from hsi_studio.ml.instant.head import InstantHead

_FIELD = 24  # pixels along a field of one class
_DIM = 384


@dataclass(frozen=True)
class Case:
    """A scene of fields: its size, its classes and labels of each."""

    rows: int
    cols: int
    bands: int
    classes: int
    per_class: int = 20


@dataclass(frozen=True)
class InstantSpeed:
    """Seconds on one scene, the middle of several runs after the two of opening, and memory.

    Parameters
    ----------
    possible_s : float
        From the cube to the cheap experts: a map is possible.
    first_map_s : float
        From the cube to that map, when labels are there.
    open_s : float
        From the cube to all experts.
    click_s : float
        From labels to the map of all experts.
    text_s : float
        From the vector of an edited text to the probabilities before smoothing.
    memory_bytes : int
        The most that the process held, without the cube.
    torch : bool
        Whether torch was loaded.
    """

    possible_s: float
    first_map_s: float
    open_s: float
    click_s: float
    text_s: float
    memory_bytes: int
    torch: bool


def instant_speed(case: Case, runs: int = 5) -> InstantSpeed:
    """Measure one scene; meant for a process of its own, whose memory it tells."""
    _warm_up()
    cube, truth = generated(case)
    labels = [_labels(truth, case.per_class, seed) for seed in range(runs)]
    random = np.random.default_rng(0)
    texts = random.normal(size=(case.classes, _DIM)).astype(np.float32)
    started = time.perf_counter()
    stages = InstantFeatures.open(cube)
    features = next(stages)
    possible = time.perf_counter() - started
    InstantHead.train(features, labels[0], case.classes, embeddings=texts).probabilities()
    first_map = time.perf_counter() - started
    del features, stages
    started = time.perf_counter()
    *_, features = InstantFeatures.open(cube)
    opened = time.perf_counter() - started
    clicks, edits = [], []
    for own in labels:
        started = time.perf_counter()
        head = InstantHead.train(features, own, case.classes, embeddings=texts)
        head.probabilities()
        clicks.append(time.perf_counter() - started)
        texts = texts.copy()
        texts[0] = random.normal(size=_DIM)
        started = time.perf_counter()
        head.with_texts(texts).probabilities(smooth=False)
        edits.append(time.perf_counter() - started)
    memory = _most_memory() - case.rows * case.cols * case.bands * cube.dtype.itemsize
    middle = (float(np.median(clicks)), float(np.median(edits)))
    return InstantSpeed(possible, first_map, opened, *middle, memory, "torch" in sys.modules)


def generated(case: Case) -> tuple[Cube, NDArray[np.intp]]:
    """Return a cube of uint16 whose fields have spectra of their own, and the classes (rows, cols)."""
    random = np.random.default_rng(0)
    spectra = 3000 + 300 * np.cumsum(random.normal(size=(case.classes, case.bands)), axis=1)
    height, width = -(-case.rows // _FIELD), -(-case.cols // _FIELD)
    fields = random.permutation(np.arange(height * width) % case.classes).reshape(height, width)
    truth = np.kron(fields, np.ones((_FIELD, _FIELD), np.intp))[: case.rows, : case.cols]
    values = np.empty((case.rows, case.cols, case.bands), np.uint16)
    for row, classes in zip(values, truth, strict=True):
        light = random.uniform(0.8, 1.2, (case.cols, 1))
        noise = random.normal(0, 120, (case.cols, case.bands))
        row[:] = np.clip(spectra[classes] * light + noise, 1, 65535)
    return Cube(ArraySource(values), "generated"), truth


def _labels(truth: NDArray[np.intp], per_class: int, seed: int) -> ClickLabels:
    random = np.random.default_rng(seed)
    own = [random.permutation(np.flatnonzero(truth == kind))[:per_class] for kind in np.unique(truth)]
    rows, cols = np.divmod(np.concatenate(own), truth.shape[1])
    return ClickLabels.sorted(rows, cols, truth[rows, cols], truth.shape[1])


def _warm_up() -> None:
    """Import what is imported on first use: the program does so while it opens the window."""
    cube, truth = generated(Case(48, 48, 12, 2))
    *_, features = InstantFeatures.open(cube)
    InstantHead.train(features, _labels(truth, 5, 0), 2).probabilities()


def _most_memory() -> int:
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
