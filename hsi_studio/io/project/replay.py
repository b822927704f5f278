"""Follows a history step by step and tells whether it holds together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Ids, Labels, Patch, TileKey
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window

CubeTile = tuple[int, TileKey]


class Replay:
    """Class table and labels of a project, changed in place.

    Parameters
    ----------
    cubes : tuple of ProjectCube
    classes : ClassTable
    """

    def __init__(self, cubes: tuple[ProjectCube, ...], classes: ClassTable) -> None:
        self.cubes = {cube.number: Labels(cube.rows, cube.cols) for cube in cubes}
        self.classes = classes
        self.tiles: dict[CubeTile, Ids] = {}
        self._known = cubes

    @classmethod
    def of(cls, state: ProjectState) -> Replay:
        """Start from a state."""
        replay = cls(state.cubes, state.classes)
        for number, labels in state.labels.items():
            for key, tile in labels.tiles.items():
                replay.put(number, Patch(labels.tile_window(key), tile, tile))
        return replay

    def fits(self, edit: Edit) -> bool:
        """Tell whether every cube and pixel of an edit exists, and what it changes is there as it says.

        Where patches of one edit lie over each other, the first says what was there.
        """
        if edit.classes is not None and edit.classes[0] != self.classes:
            return False
        seen: dict[CubeTile, NDArray[np.bool_]] = {}
        return all(
            self._inside(number, patch.window) and self._fits(number, patch, seen)
            for number, change in edit.labels.items()
            for patch in change
        )

    def _fits(self, number: int, patch: Patch, seen: dict[CubeTile, NDArray[np.bool_]]) -> bool:
        window = patch.window
        tile = seen.setdefault((number, _key(window)), np.zeros((TILE, TILE), np.bool_))
        before = tile[_within_tile(window)]
        fits = bool((before | (self.at(number, window) == patch.before)).all())
        before[:] = True
        return fits

    def apply(self, edit: Edit) -> None:
        """Follow an edit."""
        if edit.classes is not None:
            self.classes = edit.classes[1]
        for number, change in edit.labels.items():
            for patch in change:
                self.put(number, patch)

    def apply_inside(self, edit: Edit) -> None:
        """Follow what an edit does to the labels of known cubes, whatever was there before."""
        for number, change in edit.labels.items():
            for patch in change:
                if self._inside(number, patch.window):
                    self.put(number, patch)

    def follow(self, edit: Edit) -> bool:
        """Follow an edit that fits; tell whether it does."""
        if fits := self.fits(edit):
            self.apply(edit)
        return fits

    def at(self, number: int, window: Window) -> Ids:
        """Return the ids in a window of one tile, as a view."""
        tile = self.tiles.setdefault((number, _key(window)), np.zeros((TILE, TILE), np.uint16))
        return tile[_within_tile(window)]

    def put(self, number: int, patch: Patch) -> None:
        """Set the pixels of a patch to what it says they are after it."""
        self.at(number, patch.window)[:] = patch.after

    def state(self) -> ProjectState:
        """Return the state as it is now."""
        tiles: dict[int, dict[TileKey, Ids]] = {number: {} for number in self.cubes}
        for (number, key), tile in self.tiles.items():
            area = self.cubes[number].tile_window(key)
            if tile.any():
                tiles[number][key] = tile[: area.rows, : area.cols].copy()
        labels = {
            number: Labels(empty.rows, empty.cols, tiles[number]) for number, empty in self.cubes.items()
        }
        return ProjectState(self.classes, self._known, labels)

    def _inside(self, number: int, window: Window) -> bool:
        image = self.cubes.get(number)
        return image is not None and Window.full(image.rows, image.cols).contains(window)


def _key(window: Window) -> TileKey:
    return window.row // TILE, window.col // TILE


def _within_tile(window: Window) -> tuple[slice, slice]:
    row, col = window.row % TILE, window.col % TILE
    return slice(row, row + window.rows), slice(col, col + window.cols)
