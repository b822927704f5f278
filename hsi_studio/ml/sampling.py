"""Samples of a cube from which statistics are estimated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.band_statistics import missing_pixels, without_dead_pixels, without_wild_pixels

MOST_PIXELS = 65_536
_SIDE = 64
_FEWEST = 1024
_LOOK_SIDE, _LOOK_BANDS = 256, 8

Blocks = list[NDArray[np.float32]]


def sample_windows(cube: Cube, pixels: int = MOST_PIXELS) -> list[Window]:
    """Return the whole cube as one window, or 64 × 64 windows on a regular grid when it has more pixels.

    Windows, not single pixels: noise is estimated from neighbours.
    """
    if cube.window.size <= pixels:
        return [cube.window]
    per_side = math.isqrt(pixels // _SIDE**2)
    rows = np.linspace(0, max(0, cube.rows - _SIDE), per_side).astype(int)
    cols = np.linspace(0, max(0, cube.cols - _SIDE), per_side).astype(int)
    corners = sorted({(int(row), int(col)) for row in rows for col in cols})
    return [Window(row, col, _SIDE, _SIDE).clipped(cube.rows, cube.cols) for row, col in corners]


def read_sample(cube: Cube, bands: list[int], pixels: int = MOST_PIXELS) -> tuple[Blocks, str]:
    """Return physical values (rows, cols, bands) of the sample's windows, and in words which these are.

    NaN where a value is invalid, and in all bands of dead and of wild pixels. Where the regular grid misses
    what was measured, as beside a narrow flight line, the windows lie there.
    """
    windows = sample_windows(cube, pixels)
    blocks, source = _read(cube, bands, windows), _described(cube, windows)
    if len(windows) > 1 and _measured(blocks) < _FEWEST:
        windows = _windows_where_measured(cube, bands, pixels) or windows
        blocks, source = _read(cube, bands, windows), f"{_described(cube, windows)} where it was measured"
    without_wild_pixels(blocks)
    return blocks, source


def _read(cube: Cube, bands: list[int], windows: list[Window]) -> Blocks:
    return [without_dead_pixels(cube.physical(cube.block(window, bands))) for window in windows]


def _measured(blocks: Blocks) -> int:
    return sum(int(np.isfinite(block).any(axis=2).sum()) for block in blocks)


def _windows_where_measured(cube: Cube, bands: list[int], pixels: int) -> list[Window]:
    """Return windows around pixels that hold values, found by a look at every n-th pixel in a few bands."""
    step = max(1, math.ceil(max(cube.rows, cube.cols) / _LOOK_SIDE))
    some = bands[:: max(1, len(bands) // _LOOK_BANDS)]
    seen = cube.physical(cube.block(cube.window, some, step=step))
    places = np.argwhere(~missing_pixels(seen)) * step
    count = min(len(places), pixels // _SIDE**2)
    chosen = places[np.linspace(0, len(places) - 1, count).astype(int)] if count else places
    sizes = min(_SIDE, cube.rows), min(_SIDE, cube.cols)
    last = np.array([cube.rows, cube.cols]) - sizes
    corners = {tuple(np.clip(place - np.array(sizes) // 2, 0, last).tolist()) for place in chosen}
    return [Window(row, col, *sizes) for row, col in sorted(corners)]


def _described(cube: Cube, windows: list[Window]) -> str:
    if windows == [cube.window]:
        return f"all {cube.window.size} pixels of the scene"
    return f"{sum(window.size for window in windows)} pixels of the scene in {len(windows)} windows"
