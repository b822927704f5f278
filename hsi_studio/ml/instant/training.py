"""Trains the instant head on the labelled pixels of a cube."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from hsi_studio import __version__
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.ml.instant.fit import MOST_FITTED, ClickLabels, InstantFit, fit_clicks
from hsi_studio.ml.instant.folds import thinned
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.instant.network import Network
from hsi_studio.ml.instant.scene_tiles import click_features, remembered
from hsi_studio.ml.instant.spectra import SpectralStatistics, fit_statistics
from hsi_studio.ml.instant.text_prior import checked_projection
from hsi_studio.ml.instant.text_projection import text_strength
from hsi_studio.ml.label_embeddings import LabelEmbeddings, require_distinct
from hsi_studio.ml.labelled import measured_pixels
from hsi_studio.ml.one_thread import one_thread
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene, TrainingRun, TrainingStep

_STEPS = 3
_MOST_KEPT = 20_000  # positions of labels in the provenance, row by row


def train_instant(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    """Learn from the labels; the statistics of the features come from the unlabelled scene.

    Nothing is drawn at random. Without embeddings the classes are plain scores.

    Raises
    ------
    UsageError
        When labels and classes do not fit, two classes have the same text, or fewer than two classes have
        labels on measured pixels.
    HsiError
        When no band can be used.
    """
    started = time.perf_counter()
    pixels = measured_pixels(scene.cube, scene.ids, scene.classes)
    if embeddings is not None:
        require_distinct(scene.classes)
    labels = ClickLabels.sorted(pixels.rows, pixels.cols, pixels.targets, scene.cube.cols)
    yield TrainingStep(1, 1, _STEPS)
    network = None if settings.backbone is None else Network(settings.backbone, settings.device)
    known = remembered(scene.cube)
    with one_thread():
        statistics = fit_statistics(scene.cube) if known is None else known.statistics
    yield TrainingStep(1, 2, _STEPS)
    prepared = time.perf_counter()
    fit = _fit(scene, statistics, labels, network)
    projection = None
    if embeddings is not None:
        vectors = embeddings.vectors[fit.present]
        with one_thread():
            projection = checked_projection(vectors, fit, text_strength(scene.classes))
    yield TrainingStep(2, _STEPS, _STEPS)
    model = InstantModel(
        scene.classes,
        statistics,
        fit,
        labels,
        scene.cube.rows,
        scene.cube.bands,
        scene.cube.wavelengths_nm,
        projection,
        embeddings,
        smoothing=settings.smoothing,
        network=network,
        provenance=_provenance(scene, labels, settings, statistics, network),
    )
    model.provenance["prepare_seconds"] = round(prepared - started, 3)
    model.provenance["stages"] = [_stage(fit, time.perf_counter() - prepared)]
    return model


def _fit(
    scene: Scene, statistics: SpectralStatistics, labels: ClickLabels, network: Network | None
) -> InstantFit:
    some = labels.take(thinned(labels.positions, labels.targets, MOST_FITTED))
    measured, arrays = click_features(scene.cube, statistics, some, Progress(), network)
    with one_thread():
        return fit_clicks(
            tuple(arrays),
            lambda expert, at: arrays[expert][np.searchsorted(measured.positions, at)],
            measured,
            learned=None if network is None else network.learned(scene.cube, scene.cube.window),
        )


def _stage(fit: InstantFit, seconds: float) -> dict[str, Any]:
    weights = {
        expert.name: round(float(weight), 3)
        for expert, weight in zip(fit.experts, fit.near.weights, strict=True)
    }
    return {
        "stage": 1,
        "seconds": round(seconds, 3),
        "validation": None,
        "weights": weights,
        "smoothing": round(fit.smoothing, 3),
    }


def _provenance(
    scene: Scene,
    labels: ClickLabels,
    settings: Settings,
    statistics: SpectralStatistics,
    network: Network | None,
) -> dict[str, Any]:
    counts = np.bincount(labels.targets, minlength=len(scene.classes)).tolist()
    return {
        "cube": scene.cube.name,
        "cube_fingerprint": scene.cube.fingerprint,
        "labels": dict(zip((entry.name for entry in scene.classes), counts, strict=True)),
        "pixels": _learned(scene.cube, labels, network)[:_MOST_KEPT],
        "statistics": statistics.source,
        "seed": settings.seed,
        "device": "cpu" if network is None else network.device,
        "versions": {"hsi_studio": __version__, "numpy": np.__version__},
    }


def _learned(cube: Cube, labels: ClickLabels, network: Network | None) -> list[int]:
    """Return the flat indices of all pixels that were learned from, by the network too."""
    own = labels.positions
    if network is not None:
        own = np.union1d(own, network.learned(cube, cube.window))
    return [int(place) for place in own]
