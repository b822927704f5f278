"""What every method gives after training: features → z' → z'·E, tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.ml.label_embeddings import LabelEmbeddings


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer over a window.

    Parameters
    ----------
    window : Window
    positions : ndarray of int16 (rows, cols)
        Position of the class in the model's table, −1 where nothing was measured.
    confidence : ndarray of float32 (rows, cols)
        Probability of that class, 0 where nothing was measured.
    device : str
        What computed it.
    probabilities : ndarray of float32 (rows, cols, classes), optional
        Of all classes, zeros where nothing was measured; None from a method that does not keep them.
    """

    window: Window
    positions: NDArray[np.int16]
    confidence: NDArray[np.float32]
    device: str
    probabilities: NDArray[np.float32] | None = None


class Classifier(Protocol):
    """A trained model of any method. A value: what changes it returns another one."""

    @property
    def method(self) -> str:
        """Its name in `METHODS`."""
        ...

    @property
    def classes(self) -> ClassTable:
        """In the order of `Prediction.positions`."""
        ...

    @property
    def bands(self) -> int:
        """Number of bands of the training cube."""
        ...

    @property
    def wavelengths_nm(self) -> NDArray[np.float64] | None:
        """Of all bands (bands,) of the training cube."""
        ...

    @property
    def embeddings(self) -> LabelEmbeddings | None:
        """What the texts gave; None for a classifier without texts."""
        ...

    @property
    def provenance(self) -> dict[str, Any]:
        """Plain values on how it was trained; ``pixels`` are the flat indices of training labels."""
        ...

    def predict(
        self,
        cube: Cube,
        *,
        device: str = "cpu",
        side: int | None = None,
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction]:
        """Yield the prediction of a window (all of the cube when absent) in tiles, in bounded memory.

        `progress` is told within tiles that take long, and may cancel there.
        """
        ...

    def with_words(self, classes: ClassTable, embeddings: LabelEmbeddings) -> Self:
        """Return the same model scoring other texts, without training.

        Raises
        ------
        HsiError
            When it knows no texts, was trained with another encoder, or has another order of classes.
        """
        ...

    def fitted_to(self, cube: Cube) -> Self:
        """Return the model reading another cube.

        Raises
        ------
        HsiError
            When the bands cannot be matched.
        """
        ...

    def to_bytes(self) -> bytes:
        """Return the content of its file, a safetensors container."""
        ...


def fill(
    model: Classifier,
    cube: Cube,
    ids: NDArray[np.int16],
    confidence: NDArray[np.float32],
    *,
    device: str = "cpu",
    progress: Progress | None = None,
) -> str:
    """Write class ids and confidence (rows, cols) into arrays, such as memory maps; return the device used.

    Raises
    ------
    Cancelled
        When `progress` says so, between two steps.
    """
    progress = Progress() if progress is None else progress
    lookup = np.array([*(entry.id for entry in model.classes), 0], np.int16)  # position −1: nothing there
    done = 0
    for part in model.predict(cube, device=device, progress=progress):
        place = part.window.slices()
        ids[place], confidence[place] = lookup[part.positions], part.confidence
        done += part.window.size
        device = part.device
        progress.update(done / cube.window.size, f"{done:,} pixels")
    return device


def learned_pixels(model: Classifier, cube: Cube) -> NDArray[np.intp]:
    """Return the flat indices of the pixels of a cube that a model was trained on."""
    same = model.provenance.get("cube_fingerprint") == cube.fingerprint
    return np.array(model.provenance.get("pixels", ()) if same else (), np.intp)


def require_order(own: ClassTable, other: ClassTable) -> None:
    """Refuse a table with the same classes under other numbers or in another order.

    Raises
    ------
    HsiError
        Naming the first class that differs.
    """
    mine, theirs = [(e.id, e.name) for e in own], [(e.id, e.name) for e in other]
    if mine == theirs or {name for _, name in mine} != {name for _, name in theirs}:
        return
    place, (id, name) = next((i, pair) for i, pair in enumerate(theirs) if i >= len(mine) or pair != mine[i])
    if name == mine[place][1]:
        raise HsiError(
            f"the class “{name}” has the id {id}, but {mine[place][0]} in the model",
            "give the classes the ids that they have in the model",
        )
    raise HsiError(
        f"the model's classes come in another order: class {place + 1} is {mine[place][1]}, not {name}",
        "keep the model's order and ids",
    )


def require_same_encoder(own: LabelEmbeddings, other: LabelEmbeddings) -> None:
    """Refuse texts that were read in another way than a model's own.

    Raises
    ------
    HsiError
        Naming both encoders.
    """
    if (own.fingerprint, own.pooling) != (other.fingerprint, other.pooling):
        raise HsiError(
            f"the model was trained with texts read by {own.encoder} ({own.pooling}), "
            f"not by {other.encoder} ({other.pooling})",
            "use that encoder",
        )
