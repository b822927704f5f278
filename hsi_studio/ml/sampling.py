"""Samples of a cube from which statistics are estimated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window

MOST_PIXELS = 65_536
_SIDE = 64


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


def read_sample(cube: Cube, bands: list[int], pixels: int = MOST_PIXELS) -> list[NDArray[np.float32]]:
    """Return physical values (rows, cols, bands) of the sample's windows, NaN where invalid."""
    return [cube.physical(cube.block(window, bands)) for window in sample_windows(cube, pixels)]


def describe_sample(cube: Cube, pixels: int = MOST_PIXELS) -> str:
    """Return in words which pixels `read_sample` takes."""
    windows = sample_windows(cube, pixels)
    if len(windows) == 1:
        return f"all {cube.window.size} pixels of the scene"
    return f"{sum(window.size for window in windows)} pixels of the scene in {len(windows)} windows"
