"""A model over a whole cube, tile by tile, in bounded memory."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import torch

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.classifier import Prediction
from hsi_studio.ml.model import Model
from hsi_studio.ml.padding import StoredTile, Tile, as_input, read_stored
from hsi_studio.ml.tiling import tiles

log = logging.getLogger(__name__)

# Float32 values alive at once per value of the first convolution's output, measured.
_COPIES = 4
_CPU_BYTES = 400_000_000
_GPU_BYTES = 8_000_000_000
_LEAST_SIDE, _MOST_SIDE = 32, 512
_GPU_READERS = 4  # one copies some 3 GB/s out of memory, less from a file


def predict(
    model: Model, cube: Cube, *, device: str = "cpu", side: int | None = None, window: Window | None = None
) -> Iterator[Prediction]:
    """Yield the prediction of each tile; the next ones are read while one is computed.

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
    side = tile_side(model, device) if side is None else side
    windows = tiles(cube.window if window is None else window, side)
    for stored in _read_ahead(model, cube, windows, _GPU_READERS if device.startswith("cuda") else 1):
        yield from _compute(model, cube, stored, device)


def _read_ahead(model: Model, cube: Cube, windows: Iterator[Window], readers: int) -> Iterator[StoredTile]:
    """Yield what tiles are made of, in order; one per reader is under way."""
    pool = ThreadPoolExecutor(readers, "tiles")
    try:
        waiting = deque(pool.submit(_read, model, cube, place) for place in islice(windows, readers))
        while waiting:
            stored = waiting.popleft().result()
            waiting.extend(pool.submit(_read, model, cube, place) for place in islice(windows, 1))
            yield stored
    finally:
        pool.shutdown(cancel_futures=True)


def _read(model: Model, cube: Cube, window: Window) -> StoredTile:
    sizes = model.architecture
    return read_stored(cube, model.preprocessor, window, sizes.before, sizes.after)


def tile_side(model: Model, device: str) -> int:
    """Return the side of tiles whose largest layer takes a fixed share of memory."""
    sizes = model.architecture
    per_pixel = 4 * _COPIES * sizes.widths[0] * (sizes.components - 2)
    budget = _gpu_bytes(device) if device.startswith("cuda") else _CPU_BYTES
    return min(max(math.isqrt(budget // per_pixel) - sizes.field, _LEAST_SIDE), _MOST_SIDE)


def _gpu_bytes(device: str) -> int:
    held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return min(_GPU_BYTES, (torch.cuda.mem_get_info(device)[0] + held) // 2)


def _compute(model: Model, cube: Cube, stored: StoredTile, device: str) -> Iterator[Prediction]:
    found = _classified(model, cube, stored, device)
    if found is not None:
        yield found
        return
    parts, other = _smaller(model, stored.window, device)
    log.warning("Out of memory: going on with smaller tiles on %s", other)
    for part in parts:
        yield from _compute(model, cube, _read(model, cube, part), other)
    model.to(device)


def _classified(model: Model, cube: Cube, stored: StoredTile, device: str) -> Prediction | None:
    """Return the prediction, or None when the device has too little memory."""
    try:
        return _classify(model, as_input(cube, model.preprocessor, stored, device), device)
    except (torch.OutOfMemoryError, RuntimeError) as error:
        # Only after this block is the memory free that its traceback holds on to.
        if _is_out_of_memory(error):
            return None
        raise


def _classify(model: Model, tile: Tile, device: str) -> Prediction:
    if not tile.valid.any():
        shape = tuple(tile.valid.shape)
        return Prediction(tile.window, np.full(shape, -1, np.int16), np.zeros(shape, np.float32), device)
    probable = model.scores(model.project(tile.image)).float().softmax(2)
    confidence, positions = probable.max(2)
    invalid = ~tile.valid
    return Prediction(
        tile.window,
        positions.short().masked_fill_(invalid, -1).cpu().numpy(),
        confidence.masked_fill_(invalid, 0).cpu().numpy(),
        device,
        probable.masked_fill_(invalid[..., None], 0).cpu().numpy(),
    )


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _smaller(model: Model, window: Window, device: str) -> tuple[Iterator[Window], str]:
    """Return quarters of a window; or, where it is small already, the window itself for the CPU."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    side = max(window.rows, window.cols)
    if side > _LEAST_SIDE:
        return tiles(window, -(-side // 2)), device
    if device == "cpu":
        raise MemoryError
    model.to("cpu")
    return iter((window,)), "cpu"
