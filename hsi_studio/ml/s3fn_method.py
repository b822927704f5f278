"""Trains S3FN, and its first stage alone, on the labelled pixels of a cube."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from hsi_studio import __version__
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.batches import Batches, Material, make_batches, read_patches
from hsi_studio.ml.heads import Head, SoftmaxHead, TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings, require_distinct
from hsi_studio.ml.labelled import LabelledPixels, hold_out, measured_pixels
from hsi_studio.ml.model import Model
from hsi_studio.ml.preprocess import Preprocessor, fit_preprocessor
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.s3fn import Architecture, Backbone
from hsi_studio.ml.scene import Scene, TrainingRun
from hsi_studio.ml.train import Run, cached_features, train_backbone, train_text_head

_VALIDATION_SHARE = 0.2
_ENOUGH_LABELS = 50
_MOST_VALIDATION = 1000
_MOST_KEPT = 20_000  # positions of labels in a model file, row by row


def train_s3fn(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    """Learn both stages.

    Raises
    ------
    UsageError
        When labels and classes do not fit, or two classes have the same text.
    """
    if embeddings is None or embeddings.names != tuple(entry.name for entry in scene.classes):
        raise UsageError("s3fn needs one text embedding per class, in order", "embed the class table first")
    require_distinct(scene.classes)
    prepared = _prepare(scene, settings)
    preset, run = settings.sizes, prepared.run
    with _seeded(settings.seed):
        softmax = SoftmaxHead(prepared.backbone.architecture.features, len(scene.classes), preset.hidden)
        head = TextHead(
            prepared.backbone.architecture.features,
            embeddings.vectors,
            rectified=preset.text_rectified,
            score=preset.score,
            residual=settings.options.residual,
        )
    heads: list[Head] = [softmax.to(run.device)]
    head.to(run.device)
    if settings.options.joint:
        heads.append(head)
    yield from train_backbone(run, prepared.backbone, heads, prepared.batches, prepared.validation)
    features = cached_features(run, prepared.backbone, prepared.batches)
    held = None
    if prepared.validation is not None:
        held = cached_features(run, prepared.backbone, prepared.validation, views=1)
    yield from train_text_head(run, head, features, held, labels=prepared.batches.labels)
    return _model(scene, settings, prepared, head, embeddings)


def train_cnn3d(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    """Learn stage 1 only, with its softmax; `embeddings` are not used."""
    del embeddings
    prepared = _prepare(scene, settings)
    architecture = prepared.backbone.architecture
    with _seeded(settings.seed):
        head = SoftmaxHead(architecture.features, len(scene.classes), settings.sizes.hidden)
    head.to(settings.device)
    yield from train_backbone(prepared.run, prepared.backbone, [head], prepared.batches, prepared.validation)
    return _model(scene, settings, prepared, head, None)


@dataclass(frozen=True, eq=False)
class _Prepared:
    run: Run
    pixels: LabelledPixels
    preprocessor: Preprocessor
    backbone: Backbone
    batches: Batches
    validation: Batches | None
    seconds: float


def _prepare(scene: Scene, settings: Settings) -> _Prepared:
    started = time.perf_counter()
    preset = settings.sizes
    pixels = measured_pixels(scene.cube, scene.ids, scene.classes)
    preprocessor = fit_preprocessor(
        scene.cube,
        reduction=preset.reduction,
        components=preset.components,
        variance=preset.variance,
        pixels=(pixels.rows, pixels.cols) if preset.from_labels else None,
    )
    architecture = Architecture(
        preprocessor.components, preset.patch, preset.widths, rectified=preset.rectified
    )
    learned, held = _split(pixels, architecture, settings, len(scene.classes))
    progress = Progress()
    material = Material(scene.cube, learned, preprocessor, architecture, settings.device)
    batches = make_batches(material, progress).kept_on(settings.device)
    validation = read_patches(replace(material, pixels=held), progress) if held else None
    with _seeded(settings.seed):
        backbone = Backbone(architecture).to(settings.device)
    run = Run(preset, settings.options, settings.device, torch.Generator().manual_seed(settings.seed))
    return _Prepared(run, pixels, preprocessor, backbone, batches, validation, time.perf_counter() - started)


def _split(
    pixels: LabelledPixels, architecture: Architecture, settings: Settings, classes: int
) -> tuple[LabelledPixels, LabelledPixels | None]:
    """Return pixels to learn from, and to stop early by, all of them labels given for training."""
    share = settings.validation
    if share is None:
        counts = pixels.counts(classes)
        share = _VALIDATION_SHARE if np.median(counts[counts > 0]) >= _ENOUGH_LABELS else 0.0
    if not share:
        return pixels, None
    learned, held = hold_out(pixels, share, architecture.field, settings.seed)
    if not len(held):
        return pixels, None
    chosen = np.zeros(len(held), bool)
    chosen[np.random.default_rng(settings.seed).permutation(len(held))[:_MOST_VALIDATION]] = True
    return learned, held.take(chosen)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Initialise networks from a seed without touching the caller's random numbers."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def _model(
    scene: Scene, settings: Settings, prepared: _Prepared, head: Head, embeddings: LabelEmbeddings | None
) -> Model:
    counts = prepared.pixels.counts(len(scene.classes)).tolist()
    pixels = prepared.pixels
    provenance = {
        "cube": scene.cube.name,
        "cube_fingerprint": scene.cube.fingerprint,
        "labels": dict(zip((entry.name for entry in scene.classes), counts, strict=True)),
        "pixels": (pixels.rows * scene.cube.cols + pixels.cols)[:_MOST_KEPT].tolist(),
        "preset": settings.sizes.name,
        "options": asdict(settings.options),
        "seed": settings.seed,
        "device": settings.device,
        "prepare_seconds": round(prepared.seconds, 3),
        "stages": [asdict(result) for result in prepared.run.results],
        "dense_training": prepared.batches.dense,
        "versions": {"hsi_studio": __version__, "torch": torch.__version__, "numpy": np.__version__},
    }
    return Model(
        method=settings.method,
        classes=scene.classes,
        preprocessor=prepared.preprocessor,
        backbone=prepared.backbone.eval(),
        head=head.eval(),
        bands=scene.cube.bands,
        wavelengths_nm=scene.cube.wavelengths_nm,
        embeddings=embeddings,
        provenance=provenance,
    )
