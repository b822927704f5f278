"""The methods of classification by name; all of them give features → z' → z'·E."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.model import Model
from hsi_studio.ml.presets import FAST, PAPER, Preset, Settings
from hsi_studio.ml.s3fn_method import Scene, TrainingRun, train_cnn3d, train_s3fn


@dataclass(frozen=True)
class Method:
    """A way from labels to a model.

    Parameters
    ----------
    summary : str
        One line for lists.
    preset : Preset
        Where its settings start.
    uses_text : bool
        Whether `train` needs label embeddings.
    train : callable
        (scene, embeddings or None, settings) → steps that can be shown and cancelled, then the model.
    """

    summary: str
    preset: Preset
    uses_text: bool
    train: Callable[[Scene, LabelEmbeddings | None, Settings], TrainingRun]


METHODS: dict[str, Method] = {
    "s3fn": Method("3D-CNN and projection into text space, small and fast", FAST, True, train_s3fn),
    "s3fn-paper": Method("S3FN with the sizes and schedule published for it", PAPER, True, train_s3fn),
    "cnn3d": Method("the same 3D-CNN with a plain softmax, without texts", FAST, False, train_cnn3d),
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


def finish(run: TrainingRun, progress: Progress) -> Model:
    """Train to the end and return the model; `progress` may cancel between two steps."""
    while True:
        try:
            step = next(run)
        except StopIteration as done:
            model: Model = done.value
            return model
        try:
            progress.update(step.step / step.steps, f"stage {step.stage}, loss {step.loss:.3f}")
        except BaseException:
            run.close()
            raise
