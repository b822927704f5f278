"""The ways of training that can be chosen by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from hsi_studio.ml.preprocess import Reduction

Score = Literal["cosine", "raw"]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a stage learns.

    Parameters
    ----------
    epochs : float
        Passes over the labels.
    batch : int
        Patches per step.
    least, most : int
        Bounds on the number of steps, whatever the number of labels.
    rate : float
        Adam's learning rate: the peak of one cycle, or constant.
    decay : float
        Weight decay: decoupled with `one_cycle`, else L2 as published.
    one_cycle : bool
        Rate rises over the first fifth and falls to zero by the end (Smith and Topin, arXiv:1708.07120).
    smoothing : float
        Of the labels.
    dropout : float
        On the features before the classifier.
    """

    epochs: float
    batch: int
    rate: float
    decay: float
    least: int = 1
    most: int = 1_000_000
    one_cycle: bool = True
    smoothing: float = 0.1
    dropout: float = 0.5

    def steps(self, labels: int) -> int:
        """Return the number of steps for so many labels."""
        return min(max(self.least, math.ceil(self.epochs * labels / self.batch)), self.most)


@dataclass(frozen=True)
class Preset:
    """Everything about S3FN that is fixed before the data are seen.

    Parameters
    ----------
    reduction, components, variance
        See `fit_preprocessor`.
    from_labels : bool
        Estimate band statistics from the labelled pixels, as published, not from the scene.
    patch, widths, rectified
        See `Architecture`.
    hidden : int, optional
        Width of the layer between features and stage 1's softmax.
    text_rectified, score
        See `TextHead`.
    jitter, noise : float
        Augmentation: each patch times U(1 − jitter, 1 + jitter); noise of this deviation on each component
        and on each value.
    """

    name: str
    reduction: Reduction
    components: int
    patch: int
    widths: tuple[int, int, int]
    first: Schedule
    second: Schedule
    variance: float | None = None
    from_labels: bool = False
    rectified: bool = False
    hidden: int | None = None
    text_rectified: bool = False
    score: Score = "cosine"
    jitter: float = 0.1
    noise: float = 0.0


@dataclass(frozen=True)
class Options:
    """What can be added to the published method (its own list of future work).

    Parameters
    ----------
    joint : bool
        Stage 1 learns the projection into text space too, beside its softmax.
    softmax_beside : bool
        Stage 2 keeps a softmax classifier on z' beside the text scores while it learns.
    symmetric : bool
        Stage 2 also asks each text to rank its own pixels first.
    residual : bool
        Learn a residual per class on top of its embedding, drawn to zero by weight decay.
    """

    joint: bool = False
    softmax_beside: bool = False
    symmetric: bool = False
    residual: bool = False


FAST = Preset(
    "fast",
    reduction="mnf",
    components=24,
    patch=14,
    widths=(16, 32, 64),
    noise=0.1,
    first=Schedule(epochs=50, batch=40, rate=6e-3, decay=1e-2, least=150, most=1000),
    second=Schedule(epochs=200, batch=512, rate=3e-3, decay=1e-2, least=150, most=600),
)
"""Ours: small, every pixel of the field used, noise-whitened input; learns in seconds on a CPU."""

PAPER = Preset(
    "paper",
    reduction="pca",
    components=512,
    variance=0.999,
    from_labels=True,
    patch=32,
    widths=(32, 64, 128),
    rectified=True,
    hidden=64,
    text_rectified=True,
    first=Schedule(epochs=100, batch=8, rate=1e-3, decay=1e-3, one_cycle=False, smoothing=0.0),
    second=Schedule(epochs=50, batch=4, rate=1e-3, decay=0.0, one_cycle=False, smoothing=0.0, dropout=0.0),
)
"""As published (arXiv:2510.07556), save for the learnable scale, without which it cannot converge."""


@dataclass(frozen=True)
class Settings:
    """One training run.

    Parameters
    ----------
    method : str
        The name in `METHODS` that the model will carry.
    preset : Preset, optional
        Of a network; None: the method's own.
    options : Options
        Of a network; other methods do not look at them.
    seed : int
        Decides initial weights, batches, augmentation and validation blocks.
    device : str
        torch's name of it.
    validation : float, optional
        Share of the labels, in whole blocks, that is held out of learning to stop early; None: a fifth where
        classes have 50 labels or more, else nothing.
    backbone : bytes, optional
        Content of a trained network's model file, which joins the instant head as one more expert.
    smoothing : bool
        Whether the instant head's map is smoothed by the random walker.
    """

    method: str
    preset: Preset | None = None
    options: Options = field(default_factory=Options)
    seed: int = 0
    device: str = "cpu"
    validation: float | None = None
    backbone: bytes | None = None
    smoothing: bool = True

    @property
    def sizes(self) -> Preset:
        """The preset that counts."""
        return self.preset or (PAPER if self.method == "s3fn-paper" else FAST)
