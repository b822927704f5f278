"""The pixels that a scatter plot shows, and the pictures made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable, Color
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import MOST_ID, Labels
from hsi_studio.core.reading import row_strips, sample_step
from hsi_studio.core.scatter import Feature, Frame, bins, read_points
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window

MOST_PIXELS = 400_000
"""Of larger images, every n-th row and column is plotted."""

_MASK_SIDE = 2048
_FAINTEST = 0.7

Features = tuple[Feature, Feature]


class Area(Protocol):
    """Some pixels of an image, such as a `Region`."""

    def window(self, rows: int, cols: int) -> Window:
        """Return the window that holds them, inside an image of `rows` × `cols`."""
        ...

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Return (rows, cols) True for the pixels of a window that belong to it."""
        ...


@dataclass(frozen=True, eq=False)
class Picked:
    """A selection as an `Area`."""

    selection: Selection

    def window(self, rows: int, cols: int) -> Window:
        """Return the window that holds the pixels."""
        return self.selection.window.clipped(rows, cols)

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Return (rows, cols) True for the pixels that belong to it."""
        return self.selection.read(window)


@dataclass(frozen=True, eq=False)
class Sample:
    """Pixels with their places in the plane; those with an invalid value are left out.

    Parameters
    ----------
    points : ndarray of float32 (n, 2)
    pixels : ndarray of int32 (n, 2)
        (row, col).
    ids : ndarray of uint16 (n,)
        Class ids where only labelled pixels are shown, else 0.
    step : int
        Each pixel stands for about `step` × `step`.
    """

    points: NDArray[np.float32]
    pixels: NDArray[np.int32]
    ids: NDArray[np.uint16]
    step: int

    @cached_property
    def home(self) -> Frame:
        """The part of the plane that shows nearly all of it; takes a tenth of a second the first time."""
        return Frame.around(self.points)

    @classmethod
    def of_all(cls, cube: Cube, features: Features, most: int = MOST_PIXELS) -> Sample:
        """Read at most about `most` pixels spread evenly over a cube."""
        step = sample_step(cube, most)
        return cls.joined([_part(cube, features, cube.window, step)], step)

    @classmethod
    def of_labelled(cls, cube: Cube, features: Features, labels: Labels, most: int = MOST_PIXELS) -> Sample:
        """Read the labelled pixels, or about `most` of them spread evenly."""
        labelled = sum(int(np.count_nonzero(tile)) for tile in labels.tiles.values())
        step = max(1, math.ceil(math.sqrt(labelled / most)))
        return cls.joined([_labelled(cube, features, labels, key, step) for key in labels.tiles], step)

    @classmethod
    def of_region(cls, cube: Cube, features: Features, region: Area, most: int = MOST_PIXELS) -> Sample:
        """Read the pixels of a region, or about `most` of those around it."""
        window = region.window(cube.rows, cube.cols)
        step = max(1, math.ceil(math.sqrt(window.size / most)))
        parts = [
            _part(cube, features, strip, step).only(region.inside(strip)[::step, ::step].ravel())
            for strip in row_strips(window, step**2, step)
        ]
        return cls.joined(parts, step)

    @classmethod
    def joined(cls, parts: Sequence[Sample], step: int) -> Sample:
        """Return the valid pixels of several samples with the same step."""
        points = np.concatenate([np.empty((0, 2), np.float32), *(part.points for part in parts)])
        pixels = np.concatenate([np.empty((0, 2), np.int32), *(part.pixels for part in parts)])
        ids = np.concatenate([np.empty(0, np.uint16), *(part.ids for part in parts)])
        return cls(points, pixels, ids, step).only(np.isfinite(points).all(axis=1))

    def only(self, chosen: NDArray[np.bool_]) -> Sample:
        """Return some of the pixels."""
        return Sample(self.points[chosen], self.pixels[chosen], self.ids[chosen], self.step)

    def mask(self, rows: int, cols: int) -> tuple[NDArray[np.bool_], int]:
        """Return an image of the pixels, True where any lies in a cell of n × n pixels, and n.

        n is the sample's step, more for images larger than a screen.
        """
        step = max(self.step, math.ceil(max(rows, cols) / _MASK_SIDE))
        mask = np.zeros(Window.full(rows, cols).shape(step), bool)
        mask[tuple(self.pixels.T // step)] = True
        return mask, step


def class_picture(
    sample: Sample, classes: ClassTable, frame: Frame, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return (rows, cols, 4) RGBA of a frame, bottom row first, in the colour of each bin's largest class.

    Bins with few pixels are fainter; classes that are hidden are left out.
    """
    table = np.zeros((MOST_ID + 1, 3), np.uint8)
    hidden = np.ones(MOST_ID + 1, bool)
    for entry in classes:
        table[entry.id], hidden[entry.id] = entry.color, not entry.visible
    seen = sample.only(~hidden[sample.ids])
    places, inside = bins(seen.points, frame, shape)
    pairs, counts = np.unique(places * (MOST_ID + 1) + seen.ids[inside], return_counts=True)
    order = np.argsort(counts, kind="stable")
    strength = _FAINTEST + (1 - _FAINTEST) * np.log1p(counts[order]) / np.log1p(counts.max(initial=1))
    rgba = np.zeros((shape[0] * shape[1], 4), np.uint8)
    # The largest of a bin's classes is written last.
    place, id = np.divmod(pairs[order], MOST_ID + 1)
    rgba[place, :3], rgba[place, 3] = table[id], np.round(255 * strength)
    return rgba.reshape(*shape, 4)


def marked(
    groups: Sequence[tuple[NDArray[np.float32], Color]], frame: Frame, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return (rows, cols, 4) RGBA of a frame, bottom row first, with the bins of points in their colours."""
    rgba = np.zeros((shape[0] * shape[1], 4), np.uint8)
    for points, color in groups:
        rgba[bins(points, frame, shape)[0]] = (*color, 255)
    return rgba.reshape(*shape, 4)


def _part(cube: Cube, features: Features, window: Window, step: int) -> Sample:
    points = read_points(cube, features, window, step).reshape(-1, 2)
    rows, cols = window.slices(step)
    grid = np.mgrid[rows, cols].reshape(2, -1).T.astype(np.int32)
    return Sample(points, grid, np.zeros(len(points), np.uint16), step)


def _labelled(cube: Cube, features: Features, labels: Labels, key: tuple[int, int], step: int) -> Sample:
    area = labels.tile_window(key)
    window = Selection(area, labels.tiles[key] > 0).trimmed().window
    part = _part(cube, features, window, step)
    ids = labels.read(window, step).ravel()
    return Sample(part.points, part.pixels, ids, step).only(ids > 0)
