"""Images of objects as one scene to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.mosaic import mosaic
from hsi_studio.ml.scene import Scene


@dataclass(frozen=True, eq=False)
class LabelledImage:
    """An image with its object (rows, cols) and the id of its class."""

    cube: Cube
    inside: NDArray[np.bool_]
    id: int


def image_scene(
    images: Sequence[LabelledImage], classes: ClassTable, pixels: int, seed: int, name: str
) -> Scene:
    """Return images side by side, with at most `pixels` random pixels of each object labelled.

    The same number for every image: a large object says no more about its class than a small one.

    Raises
    ------
    UsageError
        When their bands differ.
    """
    cube, windows = mosaic([image.cube for image in images], name)
    ids = np.zeros((cube.rows, cube.cols), np.int16)
    random = np.random.default_rng(seed)
    for image, window in zip(images, windows, strict=True):
        places = random.permutation(np.flatnonzero(image.inside))[:pixels]
        rows, cols = np.unravel_index(places, image.inside.shape)
        ids[window.row + rows, window.col + cols] = image.id
    return Scene(cube, ids, classes)
