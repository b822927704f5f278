"""How well free texts fit every pixel: z'·e of a trained model, tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.ml.classifier import Classifier
from hsi_studio.ml.instant.model import InstantModel

if TYPE_CHECKING:
    from hsi_studio.ml.model import Model

_SIDE = 128

Heat = Iterator[tuple[Window, NDArray[np.float32]]]


def heat(model: Classifier, cube: Cube, texts: NDArray[np.float32], progress: Progress | None = None) -> Heat:
    """Yield (window, scores (rows, cols, k)) of texts (k, d), NaN where nothing was measured.

    Parameters
    ----------
    model : Classifier
        Already fitted to the cube.
    texts : ndarray of float32 (k, d)
        Of unit length, read by the model's encoder and centred as its classes are.

    Raises
    ------
    HsiError
        When the model knows no texts.
    """
    if model.embeddings is None:
        raise HsiError(
            f"a model of the method {model.method} knows no words", "train one with instant or s3fn"
        )
    if isinstance(model, InstantModel):
        yield from model.heat(cube, texts, progress)
        return
    from hsi_studio.ml.model import Model

    assert isinstance(model, Model)
    yield from _network_heat(model, cube, texts, Progress() if progress is None else progress)


def _network_heat(model: Model, cube: Cube, texts: NDArray[np.float32], progress: Progress) -> Heat:
    import torch

    from hsi_studio.ml.padding import read_tile
    from hsi_studio.ml.tiling import tiles

    before, after = model.architecture.before, model.architecture.after
    done = 0
    for window in tiles(cube.window, _SIDE):
        tile = read_tile(cube, model.preprocessor, window, before, after)
        projected = model.project(tile.image)
        scores = (projected @ torch.from_numpy(texts).T).numpy()
        scores[~tile.valid.numpy()] = np.nan
        yield window, scores
        done += window.size
        progress.update(done / cube.window.size, f"{done:,} pixels")
