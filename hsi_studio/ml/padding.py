"""Tiles of a preprocessed cube with the surroundings that the network looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.components import components
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.tiling import reflected


@dataclass(frozen=True, eq=False)
class StoredTile:
    """What a tile is made of.

    Parameters
    ----------
    window : Window
        The pixels that get an answer.
    values : ndarray (r, c, b)
        Stored values of the bands that count, of all pixels of the cube that the tile needs.
    rows, cols : ndarray of int
        Indices into `values`: the window with its surroundings, reflected at the borders of the cube.
    before : int
        Pixels of the surroundings above and left of the window.
    """

    window: Window
    values: NDArray[Any]
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    before: int


@dataclass(frozen=True, eq=False)
class Tile:
    """Network input over a window.

    Parameters
    ----------
    window : Window
        The pixels that get an answer.
    image : Tensor of float32 (C', rows + before + after, cols + before + after)
        Components with their surroundings.
    valid : Tensor of bool (rows, cols)
        False where nothing was measured.
    """

    window: Window
    image: Tensor
    valid: Tensor


def read_tile(
    cube: Cube, preprocessor: Preprocessor, window: Window, before: int, after: int, *, device: str = "cpu"
) -> Tile:
    """Read and preprocess a window with `before` and `after` more pixels on each side."""
    return as_input(cube, preprocessor, read_stored(cube, preprocessor, window, before, after), device)


def read_stored(
    cube: Cube, preprocessor: Preprocessor, window: Window, before: int, after: int
) -> StoredTile:
    """Read what a tile is made of, and compute nothing: another thread may do that meanwhile."""
    rows = reflected(window.row - before, window.row_stop + after, cube.rows)
    cols = reflected(window.col - before, window.col_stop + after, cube.cols)
    row, col = int(rows.min()), int(cols.min())
    inside = Window(row, col, int(rows.max()) + 1 - row, int(cols.max()) + 1 - col)
    values = cube.block(inside, preprocessor.bands.tolist())
    return StoredTile(window, values, rows - row, cols - col, before)


def as_input(cube: Cube, preprocessor: Preprocessor, stored: StoredTile, device: str = "cpu") -> Tile:
    """Return a tile on a device."""
    found, valid = components(cube, preprocessor, stored.values, device)
    rows, cols = (torch.from_numpy(place).to(device) for place in (stored.rows, stored.cols))
    image = found[rows[:, None], cols].permute(2, 0, 1).contiguous()
    before, window = stored.before, stored.window
    own = rows[before : before + window.rows, None], cols[before : before + window.cols]
    return Tile(window, image, valid[own])
