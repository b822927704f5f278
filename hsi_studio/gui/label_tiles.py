"""Square pieces of the picture of labels, reduced when zoomed out so that no labelled pixel is lost."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import MOST_ID, TILE, Ids, Labels, TileKey, tile_keys
from hsi_studio.core.window import Window

Place = tuple[int, int, int]
"""(step, row, col) of a piece: it shows the pixels from (row, col) × step × `TILE` on."""

_COARSEST = TILE
_BORDER = 0.6
"""Share of what is missing to full opacity that the border of a region gets."""


def step_for(scale: float) -> int:
    """Return the power of two at which a reduced pixel takes one to two pixels of the screen.

    `scale` is in device pixels per image pixel.
    """
    return min(_COARSEST, 1 << max(0, math.ceil(-math.log2(scale) - 1e-9)))


def places(window: Window, step: int) -> list[Place]:
    """Return the pieces that show a window."""
    side = TILE * step
    return [
        (step, row, col)
        for row in range(window.row // side, -(-window.row_stop // side))
        for col in range(window.col // side, -(-window.col_stop // side))
    ]


def reduced(ids: Ids, step: int) -> Ids:
    """Return `ids` with `step` × `step` pixels made one.

    That is the middle one where it is labelled, else the largest id; so areas look as they do when every
    n-th pixel is taken, and a lone pixel stays.
    """
    if step == 1:
        return ids
    rows, cols = (-size % step for size in ids.shape)
    padded = np.pad(ids, ((0, rows), (0, cols))) if rows or cols else ids
    largest, left = padded, step
    while left > 1:
        largest = np.maximum(largest[::2], largest[1::2])
        largest = np.maximum(largest[:, ::2], largest[:, 1::2])
        left //= 2
    middle = padded[step // 2 :: step, step // 2 :: step]
    return np.where(middle, middle, largest)


def lone_pixels(labels: Labels, area: Window, colors: ColorTable) -> NDArray[np.int64]:
    """Return (n, 3) row, col and id of the labelled pixels of an area that are alone or in pairs."""
    inner = Window(area.row - 2, area.col - 2, area.rows + 4, area.cols + 4).clipped(labels.rows, labels.cols)
    ids = np.zeros((area.rows + 4, area.cols + 4), np.uint16)
    top, left = inner.row - area.row + 2, inner.col - area.col + 2
    ids[top : top + inner.rows, left : left + inner.cols] = colors.shown(labels.read(inner))
    near = _counted(ids > 0)
    lines = np.maximum(np.maximum(near[:-2], near[1:-1]), near[2:])
    most = np.maximum(np.maximum(lines[:, :-2], lines[:, 1:-1]), lines[:, 2:])[1:-1, 1:-1]
    own = ids[2:-2, 2:-2]
    rows, cols = np.nonzero((own > 0) & (most <= 2))
    return np.stack([rows + area.row, cols + area.col, own[rows, cols].astype(np.int64)], axis=1)


def _counted(labelled: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return for each labelled pixel how many are labelled in the 3 × 3 around it, 0 for the others."""
    padded = np.pad(labelled, 1).astype(np.int8)
    lines = padded[:-2] + padded[1:-1] + padded[2:]
    counts: NDArray[np.int8] = (lines[:, :-2] + lines[:, 1:-1] + lines[:, 2:]) * labelled
    return counts


def _borders(ids: Ids) -> NDArray[np.bool_]:
    """Tell which pixels have a neighbour of another class above, below or beside them."""
    padded = np.pad(ids, 1, mode="edge")
    border: NDArray[np.bool_] = (
        (padded[:-2, 1:-1] != ids)
        | (padded[2:, 1:-1] != ids)
        | (padded[1:-1, :-2] != ids)
        | (padded[1:-1, 2:] != ids)
    )
    return border


@dataclass(frozen=True, eq=False)
class ColorTable:
    """Colours of classes as Qt's premultiplied pixels, and which classes are not drawn.

    `border` are the colours of the pixels along the border of a region, which are less translucent, so that
    regions stand out from any picture.
    """

    argb: NDArray[np.uint32]
    border: NDArray[np.uint32]
    hidden: NDArray[np.bool_] | None

    @classmethod
    def of(cls, classes: ClassTable, opacity: float) -> ColorTable:
        """Return the table of all possible ids; those without a class are not drawn."""
        hidden = np.zeros(MOST_ID + 1, bool)
        hidden[[entry.id for entry in classes if not entry.visible]] = True
        at_border = opacity + (1 - opacity) * _BORDER
        return cls(_table(classes, opacity), _table(classes, at_border), hidden if hidden.any() else None)

    def colored(self, ids: Ids) -> NDArray[np.uint32]:
        """Return the pixels of reduced ids."""
        return np.where(_borders(ids), self.border[ids], self.argb[ids])

    def hides_as(self, other: ColorTable) -> bool:
        """Tell whether the same classes are not drawn."""
        if self.hidden is None or other.hidden is None:
            return self.hidden is other.hidden
        return bool(np.array_equal(self.hidden, other.hidden))

    def shown(self, ids: Ids) -> Ids:
        """Return `ids` with 0 in place of classes that are not drawn."""
        return ids if self.hidden is None else np.where(self.hidden[ids], np.uint16(0), ids)


def _table(classes: ClassTable, opacity: float) -> NDArray[np.uint32]:
    argb = np.zeros(MOST_ID + 1, np.uint32)
    for entry in classes:
        red, green, blue = (round(value * opacity) for value in entry.color)
        argb[entry.id] = round(255 * opacity) << 24 | red << 16 | green << 8 | blue
    return argb


@dataclass(eq=False)
class Piece:
    """One piece of the picture, brought up to date tile by tile.

    Parameters
    ----------
    place : Place
    window : Window
        Its part of the image.
    ids : ndarray of uint16
        Reduced ids, at most `TILE` × `TILE`.
    argb : ndarray of uint32
        Their colours.
    """

    place: Place
    window: Window
    ids: Ids
    argb: NDArray[np.uint32]
    sources: dict[TileKey, Ids] = field(default_factory=dict)
    lone: dict[TileKey, NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def blank(cls, place: Place, labels: Labels) -> Piece:
        """Return the piece of an image without labels."""
        step, row, col = place
        side = TILE * step
        window = Window(row * side, col * side, side, side).clipped(labels.rows, labels.cols)
        shape = window.shape(step)
        return cls(place, window, np.zeros(shape, np.uint16), np.zeros(shape, np.uint32))

    @property
    def image(self) -> QImage:
        """The picture; shares the memory of `argb`."""
        rows, cols = self.argb.shape
        return QImage(self.argb.data, cols, rows, 4 * cols, QImage.Format.Format_ARGB32_Premultiplied)

    def behind(self, labels: Labels) -> list[TileKey]:
        """Return the tiles that have changed since they were drawn."""
        old, new = self.sources, labels.tiles
        return [key for key in tile_keys(self.window) if old.get(key) is not new.get(key)]

    def redraw(self, labels: Labels, keys: list[TileKey], colors: ColorTable) -> None:
        """Draw tiles as they are now."""
        for key in keys:
            area, tile = labels.tile_window(key), labels.tiles.get(key)
            part = self._cells(area)
            step = self.place[0]
            self.ids[part.slices()] = 0 if tile is None else reduced(colors.shown(tile), step)
            self._color(part, colors)
            self._note(key, tile)

    def follow(self, before: Labels, after: Labels, window: Window, colors: ColorTable) -> None:
        """Draw what has changed in a window, in tiles that are not further behind; the edit may have more."""
        for key in tile_keys(window.common(self.window)):
            tile, drawn = after.tiles.get(key), self.sources.get(key)
            if drawn is before.tiles.get(key) or drawn is tile:
                area = self._whole_cells(after.tile_window(key).common(window), after)
                part = self._cells(area)
                self.ids[part.slices()] = reduced(colors.shown(after.read(area)), self.place[0])
                self._color(part, colors)
                self._note(key, tile)

    def adopt(self, before: Labels, after: Labels, key: TileKey) -> None:
        """Take over a tile that holds the same labels as the one before."""
        if key in self.sources and self.sources[key] is before.tiles.get(key):
            self._note(key, after.tiles.get(key))

    def _whole_cells(self, area: Window, labels: Labels) -> Window:
        """Return an area enlarged to all pixels of the reduced ones that it touches."""
        step = self.place[0]
        top, left = area.row // step * step, area.col // step * step
        bottom, right = -(-area.row_stop // step) * step, -(-area.col_stop // step) * step
        return Window(top, left, bottom - top, right - left).clipped(labels.rows, labels.cols)

    def _cells(self, area: Window) -> Window:
        """Return the place of an area in `ids`."""
        step = self.place[0]
        rows, cols = area.shape(step)
        return Window((area.row - self.window.row) // step, (area.col - self.window.col) // step, rows, cols)

    def _color(self, part: Window, colors: ColorTable) -> None:
        """Color a part of `ids`, and the cells beside it, whose borders depend on it."""
        shape = self.ids.shape
        near, context = (
            Window(part.row - n, part.col - n, part.rows + 2 * n, part.cols + 2 * n).clipped(*shape)
            for n in (1, 2)
        )
        inner = Window(near.row - context.row, near.col - context.col, near.rows, near.cols)
        self.argb[near.slices()] = colors.colored(self.ids[context.slices()])[inner.slices()]

    def _note(self, key: TileKey, tile: Ids | None) -> None:
        if tile is None:
            self.sources.pop(key, None)
        else:
            self.sources[key] = tile

    def mark_lone(self, labels: Labels, areas: Iterable[Window], colors: ColorTable) -> None:
        """Find the lone pixels of areas, each in one tile; they depend on their neighbours too."""
        for area in areas:
            key = area.row // TILE, area.col // TILE
            found = lone_pixels(labels, area, colors)
            known = self.lone.get(key)
            if known is not None:
                row, col = known[:, 0], known[:, 1]
                inside = (row >= area.row) & (row < area.row_stop) & (col >= area.col) & (col < area.col_stop)
                found = np.concatenate([known[~inside], found])
            if len(found):
                self.lone[key] = found
            else:
                self.lone.pop(key, None)

    def recolor(self, colors: ColorTable) -> None:
        """Draw all in other colours."""
        self.argb[:] = colors.colored(self.ids)
