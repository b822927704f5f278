"""Labels: which class a person gave to which pixel, as sparse tiles of ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.window import Window

TILE = 256
"""Side of a tile in pixels."""

MOST_ID = 32_767
"""Largest id of a class; it fits every format that labels are written to."""

Ids = NDArray[np.uint16]
TileKey = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Patch:
    """A changed rectangle that lies in one tile.

    Parameters
    ----------
    window : Window
        In image coordinates.
    before, after : ndarray of uint16 (rows, cols)
        Class ids, 0 = unlabelled.
    """

    window: Window
    before: Ids
    after: Ids

    def reversed(self) -> Patch:
        """Return the patch that takes this one back."""
        return Patch(self.window, self.after, self.before)


LabelEdit = tuple[Patch, ...]
"""One change of labels; patches are in order, so a later one may lie over an earlier one."""


def reversed_edit(edit: LabelEdit) -> LabelEdit:
    """Return the change that takes another one back."""
    return tuple(patch.reversed() for patch in reversed(edit))


@dataclass(frozen=True, eq=False)
class Labels:
    """Class ids of an image of any size. A value: `applied` returns another one and shares its tiles.

    Parameters
    ----------
    rows, cols : int
        Size of the image.
    tiles : mapping of (tile row, tile col) to ndarray of uint16
        Those with a labelled pixel; tiles at the right and lower edge are smaller. Never written to.
    """

    rows: int
    cols: int
    tiles: Mapping[TileKey, Ids] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_array(cls, ids: NDArray[np.integer]) -> Labels:
        """Cut a raster (rows, cols) of ids from 0 to `MOST_ID` into tiles."""
        rows, cols = ids.shape
        empty = cls(rows, cols)
        tiles = {
            key: ids[empty.tile_window(key).slices()].astype(np.uint16)
            for key in tile_keys(Window.full(rows, cols))
        }
        return cls(rows, cols, {key: tile for key, tile in tiles.items() if tile.any()})

    def tile_window(self, key: TileKey) -> Window:
        """Return the pixels of a tile."""
        return Window(key[0] * TILE, key[1] * TILE, TILE, TILE).clipped(self.rows, self.cols)

    def at(self, row: int, col: int) -> int:
        """Return the id of a pixel, 0 outside the image."""
        tile = self.tiles.get((row // TILE, col // TILE))
        inside = 0 <= row < self.rows and 0 <= col < self.cols
        return int(tile[row % TILE, col % TILE]) if inside and tile is not None else 0

    def read(self, window: Window, step: int = 1) -> Ids:
        """Return the ids of every `step`-th pixel of a window inside the image, as `window.shape(step)`."""
        ids = np.zeros(window.shape(step), np.uint16)
        for key in tile_keys(window):
            if (tile := self.tiles.get(key)) is not None:
                _copy(tile, self.tile_window(key), ids, window, step)
        return ids

    def to_array(self) -> Ids:
        """Return all ids (rows, cols)."""
        return self.read(Window.full(self.rows, self.cols))

    def change(self, window: Window, after: NDArray[np.integer]) -> LabelEdit:
        """Return the edit that sets a window inside the image to ids (rows, cols).

        Every patch is the smallest rectangle of a tile that holds its changed pixels; without any, the edit
        is empty.
        """
        edit = []
        for key in tile_keys(window):
            part = _shared(window, self.tile_window(key))
            new = np.asarray(after)[_within(part, window)].astype(np.uint16)
            old = self.read(part)
            if (box := _bounds(old != new)) is not None:
                place = Window(part.row + box.row, part.col + box.col, box.rows, box.cols)
                edit.append(Patch(place, old[box.slices()], new[box.slices()].copy()))
        return tuple(edit)

    def applied(self, edit: LabelEdit) -> Labels:
        """Return the labels after an edit, whatever they were before it."""
        tiles = dict(self.tiles)
        for patch in edit:
            key = (patch.window.row // TILE, patch.window.col // TILE)
            area = self.tile_window(key)
            old = tiles.get(key)
            tile = np.zeros((area.rows, area.cols), np.uint16) if old is None else old.copy()
            tile[_within(patch.window, area)] = patch.after
            if tile.any():
                tiles[key] = tile
            else:
                tiles.pop(key, None)
        return Labels(self.rows, self.cols, tiles)

    def __eq__(self, other: object) -> bool:
        """Tell whether all pixels are equal."""
        if not isinstance(other, Labels):
            return NotImplemented
        return (
            (self.rows, self.cols) == (other.rows, other.cols)
            and self.tiles.keys() == other.tiles.keys()
            and all(np.array_equal(tile, other.tiles[key]) for key, tile in self.tiles.items())
        )

    __hash__ = None  # type: ignore[assignment]  # as Python has it beside __eq__; mypy knows no such value


def tile_keys(window: Window) -> Iterator[TileKey]:
    """Yield the places of the tiles that a window touches."""
    if window.size:
        for row in range(window.row // TILE, -(-window.row_stop // TILE)):
            for col in range(window.col // TILE, -(-window.col_stop // TILE)):
                yield row, col


def _shared(a: Window, b: Window) -> Window:
    row, col = max(a.row, b.row), max(a.col, b.col)
    return Window(row, col, min(a.row_stop, b.row_stop) - row, min(a.col_stop, b.col_stop) - col)


def _within(part: Window, whole: Window) -> tuple[slice, slice]:
    """Return the slices of an array over `whole` that cover `part`."""
    row, col = part.row - whole.row, part.col - whole.col
    return slice(row, row + part.rows), slice(col, col + part.cols)


def _copy(tile: Ids, area: Window, out: Ids, window: Window, step: int) -> None:
    """Copy what a tile holds of every `step`-th pixel of the window, counted from the window's first."""
    part = _shared(window, area)
    first_row, first_col = -(-(part.row - window.row) // step), -(-(part.col - window.col) // step)
    row, col = window.row + first_row * step, window.col + first_col * step
    found = tile[
        row - area.row : part.row_stop - area.row : step, col - area.col : part.col_stop - area.col : step
    ]
    out[first_row : first_row + found.shape[0], first_col : first_col + found.shape[1]] = found


def _bounds(changed: NDArray[np.bool_]) -> Window | None:
    rows, cols = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return None
    return Window(int(rows[0]), int(cols[0]), int(rows[-1] - rows[0]) + 1, int(cols[-1] - cols[0]) + 1)
