"""Trains a rival on the labelled pixels of a cube."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio import __version__
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.band_statistics import MOST_MISSING
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.labelled import LabelledPixels, measured_pixels
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.rivals.recipes import RECIPES
from hsi_studio.ml.rivals.rival import Rival, filled
from hsi_studio.ml.rivals.spectra import SpectraReader
from hsi_studio.ml.scene import Scene, TrainingRun, TrainingStep

_MOST_KEPT = 20_000  # positions of labels in a model file, row by row


def train_rival(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    """Learn from the labelled pixels' spectra; `embeddings` are not used.

    Raises
    ------
    UsageError
        When labels and classes do not fit, or fewer than two classes have measured pixels.
    HsiError
        When no band can be used.
    """
    del embeddings
    started = time.perf_counter()
    pixels, spectra, bands = _material(scene, RECIPES[settings.method].window)
    yield TrainingStep(1, 1, 2)
    read = time.perf_counter()
    rival = Rival(
        method=settings.method,
        classes=scene.classes,
        spectra=spectra,
        targets=pixels.targets.astype(np.int64),
        used=bands,
        bands=scene.cube.bands,
        wavelengths_nm=scene.cube.wavelengths_nm,
        seed=settings.seed,
        provenance=_provenance(scene, pixels, settings, read - started),
    )
    _ = rival.estimator
    rival.provenance["stages"] = [
        {"stage": 1, "seconds": round(time.perf_counter() - read, 3), "validation": None}
    ]
    yield TrainingStep(1, 2, 2)
    return rival


def _material(scene: Scene, window: int) -> tuple[LabelledPixels, NDArray[np.float32], NDArray[np.int64]]:
    """Return measured labelled pixels, their spectra (N, b) without gaps, and the bands (b,) used."""
    cube = scene.cube
    pixels = measured_pixels(cube, scene.ids, scene.classes)
    good = np.flatnonzero(cube.good_bands())
    spectra = SpectraReader(good, window).read_pixels(cube, pixels, Progress())
    used = _varying(spectra)
    if not used.any():
        raise UsageError(
            f"the labelled pixels of {cube.name} have the same values in every band", "label other pixels"
        )
    spectra = spectra[:, used]
    return pixels, filled(spectra, np.nanmean(spectra, axis=0)), good[used]


def _varying(spectra: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which bands (b,) are mostly there and differ between pixels."""
    present = ~np.isnan(spectra)
    low, high = (np.where(present, spectra, sign * np.inf) for sign in (1, -1))
    there: NDArray[np.bool_] = (present.mean(axis=0) > MOST_MISSING) & (low.min(axis=0) < high.max(axis=0))
    return there


def _provenance(scene: Scene, pixels: LabelledPixels, settings: Settings, seconds: float) -> dict[str, Any]:
    import sklearn

    counts = pixels.counts(len(scene.classes)).tolist()
    return {
        "cube": scene.cube.name,
        "cube_fingerprint": scene.cube.fingerprint,
        "labels": dict(zip((entry.name for entry in scene.classes), counts, strict=True)),
        "pixels": (pixels.rows * scene.cube.cols + pixels.cols)[:_MOST_KEPT].tolist(),
        "statistics": f"the {len(pixels)} labelled pixels",
        "seed": settings.seed,
        "device": "cpu",
        "prepare_seconds": round(seconds, 3),
        "versions": {"hsi_studio": __version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
