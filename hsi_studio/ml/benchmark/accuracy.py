"""How often methods are right where they have not learned, over splits, numbers of labels and seeds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.ml.classifier import fill
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.metrics import agreement
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene
from hsi_studio.ml.splits import DISTANCES, Split, block_split, distance_bins, random_split

SPLITS = {"random": random_split, "block": block_split}
BINS = ("< 4", "4–8", "8–16", "≥ 16")
"""Distances to the nearest label, in pixels."""


@dataclass(frozen=True)
class Plan:
    """What is run: every method on every split, number of labels per class and seed.

    Parameters
    ----------
    methods, splits : tuple of str
        Names in `METHODS` and `SPLITS`.
    shots, seeds : tuple of int
    guard : int
        Rows and columns around the training blocks that the second figure of the block split leaves out.
    device : str
        For methods that run on one.
    """

    methods: tuple[str, ...]
    splits: tuple[str, ...] = ("random", "block")
    shots: tuple[int, ...] = (5, 10, 20)
    seeds: tuple[int, ...] = (0, 1, 2)
    guard: int = 7
    device: str = "cpu"

    @property
    def draws(self) -> tuple[tuple[int, str, int], ...]:
        """(seed, split, labels per class) of each drawing of labels, one seed after another."""
        return tuple(product(self.seeds, self.splits, self.shots))


@dataclass(frozen=True)
class Figures:
    """How a map agrees with the test pixels of a split; shares are from 0 to 1.

    Parameters
    ----------
    overall_accuracy, average_accuracy, kappa : float
    guarded : float, optional
        Overall accuracy without the guard band; None for a random split, or where no test pixel is left.
    right, tested : tuple of int
        Pixels by distance to the nearest label; see `BINS`.
    """

    overall_accuracy: float
    average_accuracy: float
    kappa: float
    guarded: float | None
    right: tuple[int, ...]
    tested: tuple[int, ...]


@dataclass(frozen=True)
class Trial:
    """One method on one drawing of labels, with the seconds to learn and to map the whole scene."""

    method: str
    split: str
    shots: int
    seed: int
    figures: Figures
    train_s: float
    predict_s: float


def trials(
    cube: Cube,
    truth: ClassRaster,
    plan: Plan,
    embeddings: LabelEmbeddings | None = None,
    progress: Progress | None = None,
) -> Iterator[Trial]:
    """Yield the trials of a plan as they are done.

    Parameters
    ----------
    cube : Cube
    truth : ClassRaster
        0 = unknown; such pixels are neither learned from nor tested.
    embeddings : LabelEmbeddings, optional
        Of the truth's classes, for methods that read texts.

    Raises
    ------
    UsageError
        When a split cannot be drawn.
    Cancelled
        When `progress` says so.
    """
    progress = Progress() if progress is None else progress
    ids = truth.ids.astype(np.int16)
    runs, done = len(plan.draws) * len(plan.methods), 0
    for seed, how, shots in plan.draws:
        split = SPLITS[how](ids, shots, seed)
        scene = Scene(cube, split.labels, truth.classes)
        for name in plan.methods:
            inner = _passed_on(progress, done / runs, f"{name}, {how}, {shots} per class, seed {seed}")
            settings = Settings(name, seed=seed, device=plan.device)
            found, train_s, predict_s = _map(scene, embeddings, settings, inner)
            figures = compare(found, ids, split, plan.guard if how == "block" else None)
            yield Trial(name, how, shots, seed, figures, train_s, predict_s)
            done += 1


def compare(ids: NDArray[np.int16], truth: NDArray[np.int16], split: Split, guard: int | None) -> Figures:
    """Compare a map (rows, cols) with the truth where a split tests it."""
    whole = agreement(ids, np.where(split.test, truth, 0))
    right, bins = ids == truth, distance_bins(split.labels)
    by_bin = [split.test & (bins == number) for number in range(len(DISTANCES) + 1)]
    kept = np.zeros_like(split.test) if guard is None else split.guarded(guard).test
    return Figures(
        overall_accuracy=whole.overall_accuracy,
        average_accuracy=whole.average_accuracy,
        kappa=whole.kappa,
        guarded=float(right[kept].mean()) if kept.any() else None,
        right=tuple(int((right & part).sum()) for part in by_bin),
        tested=tuple(int(part.sum()) for part in by_bin),
    )


def _map(
    scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings, progress: Progress
) -> tuple[NDArray[np.int16], float, float]:
    """Return class ids (rows, cols) and the seconds to learn and to map."""
    way = method(settings.method)
    started = time.perf_counter()
    model = finish(way.train(scene, embeddings if way.uses_text else None, settings), progress)
    learned = time.perf_counter()
    ids = np.zeros(scene.ids.shape, np.int16)
    confidence = np.zeros(ids.shape, np.float32)
    fill(model, scene.cube, ids, confidence, device=settings.device, progress=progress)
    return ids, learned - started, time.perf_counter() - learned


def _passed_on(progress: Progress, fraction: float, text: str) -> Progress:
    """Return a progress for inner work: a cancel reaches it, its own reports become this one."""
    return Progress(lambda *_: progress.update(fraction, text))
