"""Labelled pixels of a cube as training material."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import row_strips
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.ml.band_statistics import missing_pixels
from hsi_studio.ml.tiling import tiles

_SIDE = 64

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LabelledPixels:
    """Pixels with a class.

    Parameters
    ----------
    rows, cols : ndarray of int (N,)
    targets : ndarray of int (N,)
        Position of the class in the class table, from 0.
    """

    rows: Index
    cols: Index
    targets: Index

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, chosen: NDArray[np.bool_]) -> LabelledPixels:
        """Return those pixels where `chosen` (N,) is true."""
        return LabelledPixels(self.rows[chosen], self.cols[chosen], self.targets[chosen])

    def counts(self, classes: int) -> NDArray[np.intp]:
        """Return the number of pixels (classes,) of each class."""
        return np.bincount(self.targets, minlength=classes)


def labelled_pixels(cube: Cube, ids: NDArray[np.integer], classes: ClassTable) -> LabelledPixels:
    """Return the labelled pixels of a raster of class ids (rows, cols), 0 = unlabelled.

    Raises
    ------
    UsageError
        When the raster has another size, an id without a class, or fewer than two classes.
    """
    if ids.shape != (cube.rows, cube.cols):
        raise UsageError(
            f"the labels have {' × '.join(map(str, ids.shape))} pixels but {cube.name} has "
            f"{cube.rows} × {cube.cols}",
            "use the labels of this cube",
        )
    rows, cols = np.nonzero(ids)
    found = ids[rows, cols]
    order = {entry.id: position for position, entry in enumerate(classes)}
    present = np.unique(found).tolist()
    unknown = [str(value) for value in present if value not in order]
    if unknown:
        raise UsageError(
            f"the labels hold ids that no class has: {', '.join(unknown[:8])}", "add them to the class table"
        )
    if len(present) < 2:
        raise UsageError(
            f"the labels hold {len(present)} class{'' if len(present) == 1 else 'es'}",
            "label pixels of two classes or more",
        )
    lookup = np.zeros(max(present) + 1, np.intp)
    lookup[present] = [order[value] for value in present]
    return LabelledPixels(rows, cols, lookup[found])


def measured_pixels(cube: Cube, ids: NDArray[np.integer], classes: ClassTable) -> LabelledPixels:
    """Return the labelled pixels (see `labelled_pixels`) at which something was measured.

    Raises
    ------
    UsageError
        Also when such pixels have fewer than two classes.
    """
    pixels = labelled_pixels(cube, ids, classes)
    bands = np.flatnonzero(cube.good_bands()).tolist()
    measured = np.zeros(len(pixels), bool)
    for tile in tiles(cube.window, _SIDE):
        rows, cols = pixels.rows - tile.row, pixels.cols - tile.col
        inside = np.flatnonzero((rows >= 0) & (rows < tile.rows) & (cols >= 0) & (cols < tile.cols))
        if len(inside):
            rows, cols = rows[inside] - rows[inside].min(), cols[inside] - cols[inside].min()
            first = int(pixels.rows[inside].min()), int(pixels.cols[inside].min())
            part = Window(*first, int(rows.max()) + 1, int(cols.max()) + 1)
            measured[inside] = ~_missing(cube, part, bands)[rows, cols]
    pixels = pixels.take(measured)
    if len(np.unique(pixels.targets)) < 2:
        raise UsageError(
            f"fewer than two classes have labels where {cube.name} was measured",
            "label pixels that hold values",
        )
    return pixels


def where_measured(cube: Cube, ids: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return a raster of class ids (rows, cols) with 0 where nothing was measured and nobody can be right."""
    bands = np.flatnonzero(cube.good_bands()).tolist()
    found = ids.copy()
    for strip in row_strips(cube.window, len(bands)):
        found[strip.slices()][_missing(cube, strip, bands)] = 0
    return found


def _missing(cube: Cube, window: Window, bands: list[int]) -> NDArray[np.bool_]:
    return missing_pixels(cube.physical(cube.block(window, bands)))


def hold_out(
    pixels: LabelledPixels, share: float, side: int, seed: int
) -> tuple[LabelledPixels, LabelledPixels]:
    """Split labels into (training, validation) by whole blocks of `side` × `side` pixels.

    Blocks, because patches of neighbouring pixels overlap. A block whose removal would leave a class without
    training pixels stays in training.
    """
    columns = int(pixels.cols.max()) // side + 1
    block = (pixels.rows // side) * columns + pixels.cols // side
    left = pixels.counts(int(pixels.targets.max()) + 1)
    held = np.zeros(len(pixels), bool)
    for number in np.random.default_rng(seed).permutation(np.unique(block)):
        inside = block == number
        taken = np.bincount(pixels.targets[inside], minlength=len(left))
        if held.sum() + inside.sum() <= share * len(pixels) and (left - taken)[taken > 0].min() > 0:
            held |= inside
            left = left - taken
    return pixels.take(~held), pixels.take(held)


def draw_labels(truth: NDArray[np.integer], per_class: int, seed: int) -> NDArray[np.int16]:
    """Return a raster with `per_class` random pixels of each class of the truth; at most half of a class."""
    random = np.random.default_rng(seed)
    labels = np.zeros(truth.shape, np.int16)
    for value in np.unique(truth[truth > 0]):
        own = np.flatnonzero(truth == value)
        chosen = random.permutation(own)[: min(per_class, max(1, len(own) // 2))]
        labels.flat[chosen] = value
    return labels
