"""Methods on generated sets of images: how often the objects' votes, and single pixels, are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.foreground import Foreground
from hsi_studio.core.progress import Progress
from hsi_studio.core.synthetic_objects import SyntheticObject, synthetic_object
from hsi_studio.ml.classifier import Classifier
from hsi_studio.ml.image_scene import LabelledImage, image_scene
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.splits import object_split
from hsi_studio.ml.vote import By, vote

_HELD_OUT = 0.5
_PIXELS = 50


@dataclass(frozen=True, eq=False)
class VoteCase:
    """What sets are generated from.

    Parameters
    ----------
    spectra : ndarray (classes + 1, bands)
        Reflectance of each class, and of the background.
    wavelengths_nm : ndarray of float64 (bands,), optional
    classes : ClassTable
        With the ids 1, 2, … in the order of the spectra.
    images : int
        Per class and set.
    """

    spectra: NDArray[np.floating]
    wavelengths_nm: NDArray[np.float64] | None
    classes: ClassTable
    images: int

    def objects(self, seed: int) -> list[SyntheticObject]:
        """Return a generated set."""
        random = np.random.default_rng(seed)
        positions = np.tile(np.arange(len(self.classes)), self.images).tolist()
        return [synthetic_object(self.spectra, self.wavelengths_nm, one, random) for one in positions]


@dataclass(frozen=True)
class VoteTrial:
    """Shares right over the images held out: by either vote, and of the pixels of their objects."""

    method: str
    seed: int
    majority: float
    mean: float
    pixels: float


def vote_trials(
    case: VoteCase,
    methods: Sequence[str],
    seeds: Sequence[int],
    embeddings: LabelEmbeddings | None = None,
    progress: Progress | None = None,
) -> Iterator[VoteTrial]:
    """Yield the trials; each seed is another set, of which half the images are held out.

    Raises
    ------
    Cancelled
        When `progress` says so.
    """
    progress = Progress() if progress is None else progress
    for done, seed in enumerate(seeds):
        objects = case.objects(seed)
        named = [str(one.position) for one in objects]
        held = object_split([str(i) for i in range(len(objects))], named, _HELD_OUT, seed)
        seen = [Foreground().pixels(one.cube) for one in objects]
        images = [
            LabelledImage(one.cube, inside, one.position + 1)
            for one, inside, out in zip(objects, seen, held, strict=True)
            if not out
        ]
        scene = image_scene(images, case.classes, _PIXELS, seed, "generated images")
        tested = [(one, inside) for one, inside, out in zip(objects, seen, held, strict=True) if out]
        for at, name in enumerate(methods):
            progress.update((done + at / len(methods)) / len(seeds), f"{name}, seed {seed}")
            way = method(name)
            settings = Settings(name, seed=seed)
            run = way.train(scene, embeddings if way.uses_text else None, settings)
            yield _voted(finish(run, Progress()), tested, name, seed)


def _voted(
    model: Classifier, tested: Sequence[tuple[SyntheticObject, NDArray[np.bool_]]], name: str, seed: int
) -> VoteTrial:
    right = np.zeros(3)
    for one, inside in tested:
        most, mean = (vote(model, one.cube, inside, by) for by in (By.MAJORITY, By.MEAN))
        right += (most.position == one.position, mean.position == one.position, most.shares[one.position])
    majority, by_mean, pixels = (right / len(tested)).tolist()
    return VoteTrial(name, seed, majority, by_mean, pixels)
