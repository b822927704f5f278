"""A model over a whole cube, tile by tile, in bounded memory."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.classifier import Prediction
from hsi_studio.ml.model import Model
from hsi_studio.ml.padding import Tile, read_tile, tiles

log = logging.getLogger(__name__)

# Float32 values alive at once per value of the first convolution's output, measured.
_COPIES = 4
_CPU_BYTES = 400_000_000
_GPU_BYTES = 8_000_000_000
_LEAST_SIDE, _MOST_SIDE = 32, 512


def predict(
    model: Model, cube: Cube, *, device: str = "cpu", side: int | None = None, window: Window | None = None
) -> Iterator[Prediction]:
    """Yield the prediction of each tile; the next one is read while this one is computed.

    A tile that does not fit into the device's memory is split in four, and at last computed on the CPU.

    Parameters
    ----------
    model : Model
        See `fitted_to` for cubes other than the training one.
    side : int, optional
        Pixels along a tile; chosen from the size of the network when absent. It does not change the result.
    window : Window, optional
        Part of the cube; all of it when absent.
    """
    model.to(device)
    before, after = model.architecture.before, model.architecture.after
    side = tile_side(model, device) if side is None else side
    windows = tiles(cube.window if window is None else window, side)
    with ThreadPoolExecutor(1, "tiles") as reader:

        def read_next() -> Future[Tile] | None:
            place = next(windows, None)
            if place is None:
                return None
            return reader.submit(read_tile, cube, model.preprocessor, place, before, after)

        waiting = read_next()
        while waiting is not None:
            tile = waiting.result()
            waiting = read_next()
            yield from _compute(model, tile, device)


def tile_side(model: Model, device: str) -> int:
    """Return the side of tiles whose largest layer takes a fixed share of memory."""
    sizes = model.architecture
    per_pixel = 4 * _COPIES * sizes.widths[0] * (sizes.components - 2)
    budget = _GPU_BYTES if device.startswith("cuda") else _CPU_BYTES
    return min(max(math.isqrt(budget // per_pixel) - sizes.field, _LEAST_SIDE), _MOST_SIDE)


def _compute(model: Model, tile: Tile, device: str) -> Iterator[Prediction]:
    if not tile.valid.any():
        nothing = np.full(tile.valid.shape, -1, np.int16)
        yield Prediction(tile.window, nothing, np.zeros(tile.valid.shape, np.float32), device)
        return
    try:
        yield _classify(model, tile, device)
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        smaller, device = _smaller(model, tile, device)
        log.warning("Out of memory: going on with smaller tiles on %s", device)
        for part in smaller:
            yield from _compute(model, part, device)
        model.to(device)


def _classify(model: Model, tile: Tile, device: str) -> Prediction:
    scores = model.scores(model.project(torch.from_numpy(tile.image).to(device)))
    probable = scores.float().softmax(2)
    confidence, positions = probable.max(2)
    invalid = ~tile.valid
    best = positions.cpu().numpy().astype(np.int16)
    sure, all_of_them = confidence.cpu().numpy(), probable.cpu().numpy()
    best[invalid], sure[invalid], all_of_them[invalid] = -1, 0, 0
    return Prediction(tile.window, best, sure, device, all_of_them)


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _smaller(model: Model, tile: Tile, device: str) -> tuple[list[Tile], str]:
    """Return quarters of a tile; or, where it is small already, the tile itself for the CPU."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    side = max(tile.window.rows, tile.window.cols)
    if side <= _LEAST_SIDE:
        if device == "cpu":
            raise MemoryError
        model.to("cpu")
        return [tile], "cpu"
    around = model.architecture.field - 1
    return [_cut(tile, part, around) for part in tiles(tile.window, -(-side // 2))], device


def _cut(tile: Tile, part: Window, around: int) -> Tile:
    row, col = part.row - tile.window.row, part.col - tile.window.col
    rows, cols = slice(row, row + part.rows), slice(col, col + part.cols)
    image = tile.image[:, row : row + part.rows + around, col : col + part.cols + around]
    return Tile(part, image, tile.valid[rows, cols])
