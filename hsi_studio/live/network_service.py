"""Trains S3FN on the labels. In a process of its own, which owns the device and can be stopped at once."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.live.memory import give_back
from hsi_studio.live.recipes import CubeRecipe

if TYPE_CHECKING:
    from hsi_studio.core.cube import Cube
    from hsi_studio.ml.label_embeddings import LabelEmbeddings
    from hsi_studio.ml.model import Model
    from hsi_studio.ml.scene import Scene

CPU = "cpu"
KEEP = "keep"
"""Request: the stage that is running has learned enough."""


@dataclass(frozen=True, eq=False)
class TrainWanted:
    """Request ``train``: S3FN on labels; the answers are `Started`, `TrainingStep` and at last `Trained`.

    Parameters
    ----------
    recipe : CubeRecipe
    positions, ids : ndarray of int (n,)
        Flat index and class id of each labelled pixel.
    classes : ClassTable
    embeddings : LabelEmbeddings
        Of these classes, in order.
    method : str
        ``s3fn`` or ``s3fn-paper``.
    seed : int
    device : str, optional
        torch's name of it; a GPU if there is one.
    """

    recipe: CubeRecipe
    positions: NDArray[np.intp]
    ids: NDArray[np.int16]
    classes: ClassTable
    embeddings: LabelEmbeddings
    method: str = "s3fn"
    seed: int = 0
    device: str | None = None


@dataclass(frozen=True, eq=False)
class RestoreWanted:
    """Request ``restore``: what a network that was trained before sees of a cube; the answer is `Trained`.

    `model` is the content of its file.
    """

    recipe: CubeRecipe
    model: bytes
    device: str | None = None


@dataclass(frozen=True)
class Started:
    """Training begins on a device; `because` says why not on the one that was wanted."""

    device: str
    because: str = ""


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network.

    Parameters
    ----------
    model : bytes
        Content of its file.
    features : ndarray of float32 (rows · cols, F)
        What it sees of every pixel.
    learned : ndarray of int (n,)
        Flat indices of the pixels that it was trained on.
    device : str
    seconds : float
    """

    model: bytes
    features: NDArray[np.float32]
    learned: NDArray[np.intp]
    device: str
    seconds: float


class NetworkService:
    """Answers ``train``, ``keep`` and ``restore``."""

    def __init__(self) -> None:
        self._enough = False

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        if isinstance(body, TrainWanted):
            self._enough = False
            yield from self._train(body)
        elif isinstance(body, RestoreWanted):
            yield from _restore(body)
        elif kind == KEEP:
            self._enough = True
        else:
            raise HsiError(f"nothing answers {kind}")

    def _train(self, wanted: TrainWanted) -> Iterator[Any]:
        from hsi_studio.ml.devices import choose_device
        from hsi_studio.ml.scene import Scene

        cube = wanted.recipe.open()
        ids = np.zeros((cube.rows, cube.cols), np.int16)
        ids.flat[wanted.positions] = wanted.ids
        scene, device = Scene(cube, ids, wanted.classes), choose_device(wanted.device)
        yield Started(device)
        started = time.perf_counter()
        try:
            model = yield from self._learned(scene, wanted, device)
        except RuntimeError as error:  # torch's: the memory of the device is full, or the device is gone
            if device == CPU:
                raise
            device = CPU
            yield Started(CPU, str(error).partition("\n")[0])
            model = yield from self._learned(scene, wanted, CPU)
        give_back()
        yield _answer(model, model.to_bytes(), cube, device, started)

    def _learned(self, scene: Scene, wanted: TrainWanted, device: str) -> Generator[Any, None, Model]:
        from hsi_studio.ml.methods import method
        from hsi_studio.ml.model import Model
        from hsi_studio.ml.presets import Settings

        settings = Settings(wanted.method, seed=wanted.seed, device=device)
        model = yield from self._steps(method(wanted.method).train(scene, wanted.embeddings, settings))
        assert isinstance(model, Model)
        return model

    def _steps(self, run: Any) -> Any:
        try:
            step = next(run)
            give_back()  # what was read and reduced to train on
            while True:
                yield step
                enough, self._enough = self._enough, False
                step = run.send(enough)
        except StopIteration as done:
            return done.value
        finally:
            run.close()


def _restore(wanted: RestoreWanted) -> Iterator[Trained | None]:
    from hsi_studio.ml.devices import choose_device
    from hsi_studio.ml.model import Model
    from hsi_studio.ml.model_file import classifier_of

    started = time.perf_counter()
    model = classifier_of(wanted.model)
    cube = wanted.recipe.open()
    yield None
    if not isinstance(model, Model):
        raise HsiError("the model that the project keeps is no network", "train anew")
    yield _answer(model.fitted_to(cube), wanted.model, cube, choose_device(wanted.device), started)


def _answer(model: Model, content: bytes, cube: Cube, device: str, started: float) -> Trained:
    from hsi_studio.ml.classifier import learned_pixels

    device, features = _seen(model, content, cube, device)
    learned = learned_pixels(model, cube)
    return Trained(content, features, learned, device, time.perf_counter() - started)


def _seen(model: Model, content: bytes, cube: Cube, device: str) -> tuple[str, NDArray[np.float32]]:
    """Return what a network sees of a cube, and the device that told: the CPU where a GPU gave up."""
    from hsi_studio.ml.model_file import classifier_of
    from hsi_studio.ml.network_features import network_features

    try:
        return device, network_features(model, cube, device=device)
    except RuntimeError:  # out of memory, or the device is gone
        if device == CPU:
            raise
        # What lies on a lost GPU cannot be moved.
        again = classifier_of(content).fitted_to(cube)
        assert isinstance(again, type(model))
        return CPU, network_features(again, cube, device=CPU)
