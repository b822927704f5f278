"""Several cubes side by side as one, for whatever learns from one cube."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

_SAME_NM = 0.5


class MosaicSource:
    """Physical values of cubes laid out in a grid, NaN in the gaps; read when asked for.

    Parameters
    ----------
    cubes : sequence of Cube
        With the same bands.
    gap : int
        Rows and columns between them, so that patches do not mix two.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, cubes: Sequence[Cube], gap: int) -> None:
        self._cubes = tuple(cubes)
        across = math.isqrt(len(cubes) - 1) + 1
        height, width = (max(cube.shape[axis] for cube in cubes) + gap for axis in (0, 1))
        self.windows = tuple(
            Window(i // across * height, i % across * width, cube.rows, cube.cols)
            for i, cube in enumerate(cubes)
        )
        down = -(-len(cubes) // across)
        self.shape = (down * height - gap, across * width - gap, cubes[0].bands)

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        values = np.full((window.rows, window.cols, len(bands)), np.nan, np.float32)
        for cube, place in zip(self._cubes, self.windows, strict=True):
            row, col = max(window.row, place.row), max(window.col, place.col)
            shared = Window(
                row,
                col,
                min(window.row_stop, place.row_stop) - row,
                min(window.col_stop, place.col_stop) - col,
            )
            if shared.rows > 0 and shared.cols > 0:
                own = Window(row - place.row, col - place.col, shared.rows, shared.cols)
                at = Window(row - window.row, col - window.col, shared.rows, shared.cols)
                values[at.slices()] = cube.physical(cube.block(own, bands))
        return values[::step, ::step]


def mosaic(cubes: Sequence[Cube], name: str, gap: int = 16) -> tuple[Cube, tuple[Window, ...]]:
    """Return cubes side by side as one cube, and where each lies in it.

    Raises
    ------
    UsageError
        When their bands differ.
    """
    first = cubes[0]
    for cube in cubes[1:]:
        if not _same_bands(first, cube):
            raise UsageError(
                f"{cube.name} has other bands than {first.name}",
                "use images of one sensor and one processing",
            )
    source = MosaicSource(cubes, gap)
    return Cube(
        source, name, wavelengths_nm=first.wavelengths_nm, fwhm_nm=first.fwhm_nm, bad_bands=first.bad_bands
    ), source.windows


def _same_bands(first: Cube, other: Cube) -> bool:
    if first.bands != other.bands:
        return False
    own, theirs = first.wavelengths_nm, other.wavelengths_nm
    return own is None or theirs is None or bool(np.abs(own - theirs).max() <= _SAME_NM)
