"""The methods of classification by name; all of them give features → z' → z'·E.

Each imports what it needs when it trains: torch takes seconds and half a gigabyte, and few methods use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsi_studio.core.progress import Progress
from hsi_studio.core.steps import drive
from hsi_studio.errors import UsageError
from hsi_studio.ml.classifier import Classifier
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.presets import FAST, PAPER, Preset, Settings
from hsi_studio.ml.rivals import SUMMARIES
from hsi_studio.ml.scene import Scene, TrainingRun, TrainingStep

Train = Callable[[Scene, LabelEmbeddings | None, Settings], TrainingRun]


@dataclass(frozen=True)
class Method:
    """A way from labels to a model.

    Parameters
    ----------
    summary : str
        One line for lists.
    train : callable
        (scene, embeddings or None, settings) → steps that can be shown and cancelled, then the model.
    uses_text : bool
        Whether `train` needs label embeddings.
    preset : Preset, optional
        Where the sizes of a network start; None for methods without one.
    """

    summary: str
    train: Train
    uses_text: bool = False
    preset: Preset | None = None


def _instant(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    from hsi_studio.ml.instant.training import train_instant

    return train_instant(scene, embeddings, settings)


def _s3fn(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    from hsi_studio.ml.s3fn_method import train_s3fn

    return train_s3fn(scene, embeddings, settings)


def _cnn3d(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    from hsi_studio.ml.s3fn_method import train_cnn3d

    return train_cnn3d(scene, embeddings, settings)


def _rival(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> TrainingRun:
    from hsi_studio.ml.rivals.training import train_rival

    return train_rival(scene, embeddings, settings)


METHODS: dict[str, Method] = {
    "instant": Method("linear experts on classical features, in closed form: half a second", _instant, True),
    "s3fn": Method("3D-CNN and projection into text space, small and fast", _s3fn, True, FAST),
    "s3fn-paper": Method("S3FN with the sizes and schedule published for it", _s3fn, True, PAPER),
    "cnn3d": Method("the same 3D-CNN with a plain softmax, without texts", _cnn3d, False, FAST),
    **{name: Method(summary, _rival) for name, summary in SUMMARIES.items()},
}


def method(name: str) -> Method:
    """Return a method.

    Raises
    ------
    UsageError
        When there is none of that name.
    """
    if name not in METHODS:
        raise UsageError(f"there is no method {name}", f"choose one of {', '.join(METHODS)}")
    return METHODS[name]


def on_device(name: str) -> bool:
    """Tell whether models of a method may compute on a GPU; unknown ones may."""
    return name not in METHODS or METHODS[name].preset is not None


def finish(run: TrainingRun, progress: Progress) -> Classifier:
    """Train to the end and return the model; `progress` may cancel between two steps."""

    def tell(step: TrainingStep) -> None:
        loss = "" if step.loss is None else f", loss {step.loss:.3f}"
        progress.update(step.step / step.steps, f"stage {step.stage}{loss}")

    return drive(run, tell)
