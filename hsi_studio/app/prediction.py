"""Classifies open cubes with model files, in the background, and lays the maps over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.session import Layer, Session
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.scalars import ScalarRaster

_OPACITY = 0.6

FindModel = Callable[[], Path]


class Predictor(QObject):
    """Turns a cube and a model file into two layers: the prediction, and over it its confidence, hidden."""

    predicted = Signal(object, object)
    """(cube, `ClassRaster`) for a map that now lies over its cube."""
    failed = Signal(object, object)
    """(cube, exception)."""

    def __init__(self, session: Session, jobs: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs

    def apply(self, cube: Cube, model: Path) -> Job:
        """Classify a cube in a job."""
        return self._submit(cube, f"Classify {cube.name} with {model.name}", lambda: model)

    def apply_demo(self, cube: Cube) -> Job:
        """Classify the demo scene with the model that comes with the program."""
        return self._submit(cube, f"Classify {cube.name}", _demo_model)

    def _submit(self, cube: Cube, title: str, find: FindModel) -> Job:
        work, done = partial(_classify, cube, find), partial(self._add, cube)
        failed = partial(self.failed.emit, cube)
        return self._jobs.submit(Job(title, work, on_done=done, on_error=failed, lane="models"))

    def _add(self, cube: Cube, prediction: ClassRaster) -> None:
        if self._session.change_layers(cube, partial(with_prediction, prediction)):
            self.predicted.emit(cube, prediction)


def with_prediction(prediction: ClassRaster, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return layers with a prediction and its confidence on top.

    Other layers of classes are hidden: colours of two maps over each other would look like other classes.
    """
    below = tuple(
        replace(layer, visible=False) if isinstance(layer.raster, ClassRaster) else layer for layer in layers
    )
    taken = {layer.raster.name for layer in layers}
    after = next(end for end in _endings() if prediction.name + end not in taken)
    assert prediction.confidence is not None
    confidence = ScalarRaster(f"Confidence{after}", prediction.confidence, nothing=0.0)
    return (
        *below,
        Layer(replace(prediction, name=prediction.name + after), opacity=_OPACITY),
        Layer(confidence, visible=False, opacity=_OPACITY),
    )


def _endings() -> Iterator[str]:
    yield ""
    yield from (f" {number}" for number in count(2))


def _demo_model() -> Path:
    from hsi_studio.ml.mapping import demo_model

    return demo_model()


def _classify(cube: Cube, find: FindModel, progress: Progress) -> ClassRaster:
    progress.update(None, "loading torch")
    from hsi_studio.ml.loading import load_torch

    load_torch()
    progress.update(None, "reading the model")
    from hsi_studio.io.scratch import scratch_array
    from hsi_studio.ml.devices import choose_device
    from hsi_studio.ml.mapping import class_map
    from hsi_studio.ml.model_file import load_classifier

    model = load_classifier(find()).fitted_to(cube)
    progress.update(0.0, "classifying")
    return class_map(model, cube, device=choose_device(), progress=progress, room=scratch_array)
