"""What every writer needs: the cube in pieces of bounded size, in a type that the format can hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError

BLOCK_BYTES = 64 * 2**20


class Block(NamedTuple):
    """Where a piece lies and its values (rows, cols, bands)."""

    window: Window
    bands: range
    values: NDArray[Any]


def read_blocks(
    cube: Cube,
    dtype: np.dtype[Any],
    chunk: tuple[int, int, int],
    progress: Progress,
    max_bytes: int = BLOCK_BYTES,
) -> Iterator[Block]:
    """Read a cube piece by piece, top to bottom, as `dtype`.

    Pieces are whole multiples of `chunk` (rows, cols, bands), except at the far edges, and hold at most
    `max_bytes` unless one chunk is larger.

    Raises
    ------
    Cancelled
        Before the next piece, once the user has stopped the work.
    """
    places = list(_places(cube.shape, _block_shape(cube.shape, dtype.itemsize, chunk, max_bytes)))
    for done, (window, bands) in enumerate(places):
        progress.update(done / len(places), "writing")
        yield Block(window, bands, cube.block(window, bands).astype(dtype, copy=False))
    progress.update(1.0, "writing")


def _block_shape(
    shape: tuple[int, int, int], itemsize: int, chunk: tuple[int, int, int], max_bytes: int
) -> tuple[int, int, int]:
    size = list(shape)
    for axis in (0, 2, 1):  # whole rows of all bands are read fastest, so rows are cut first
        across = max(1, math.prod(size) * itemsize // size[axis])
        fitting = max_bytes // across // chunk[axis] * chunk[axis]
        size[axis] = min(shape[axis], max(chunk[axis], fitting))
    return size[0], size[1], size[2]


def _places(shape: tuple[int, int, int], size: tuple[int, int, int]) -> Iterator[tuple[Window, range]]:
    rows, cols, bands = shape
    for row in range(0, rows, size[0]):
        for col in range(0, cols, size[1]):
            window = Window(row, col, size[0], size[1]).clipped(rows, cols)
            for band in range(0, bands, size[2]):
                yield window, range(band, min(band + size[2], bands))


def storable(dtype: np.dtype[Any], allowed: Sequence[str], format_name: str) -> np.dtype[Any]:
    """Return the first type of `allowed` (native byte order) that holds every value of `dtype`.

    Raises
    ------
    HsiError
        When none does.
    """
    for name in allowed:
        if np.can_cast(dtype, np.dtype(name), "safe"):
            return np.dtype(name)
    raise HsiError(f"{format_name} cannot hold values of type {dtype}", "choose .zarr, which can")


def widened(cube: Cube, dtype: np.dtype[Any], format_name: str) -> tuple[str, ...]:
    """Return the note to show when values are stored in another type than the cube's."""
    if dtype == cube.dtype:
        return ()
    return (f"{format_name} has no {cube.dtype}: values are stored as {dtype}, unchanged.",)
