"""Tiles for a model, in order: while one is computed, the next ones are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

import torch

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.model import Model
from hsi_studio.ml.padding import StoredTile, Tile, as_input, read_stored

_GPU_READERS = 4  # one copies some 3 GB/s out of memory, less from a file


def read_ahead(
    model: Model, cube: Cube, windows: Iterator[Window], device: str
) -> Iterator[tuple[Window, Callable[[], Tile]]]:
    """Yield windows and what gives, or fails to give, their tiles on the device.

    For a GPU the readers prepare the tiles, too: its copies and sums go on beside the network. On a CPU that
    would only take cores from it.
    """
    on_gpu = device.startswith("cuda")
    readers = _GPU_READERS if on_gpu else 1
    pool = ThreadPoolExecutor(readers, "tiles", initializer=partial(_take_stream, device))

    def begun(window: Window) -> tuple[Window, Callable[[], Tile]]:
        if on_gpu:
            return window, pool.submit(read_now, model, cube, window, device).result
        stored = pool.submit(_stored, model, cube, window)
        return window, lambda: as_input(cube, model.preprocessor, stored.result(), device)

    try:
        waiting = deque(map(begun, islice(windows, readers + 1)))
        while waiting:
            yield waiting.popleft()
            waiting.extend(map(begun, islice(windows, 1)))
    finally:
        pool.shutdown(cancel_futures=True)


def read_now(model: Model, cube: Cube, window: Window, device: str) -> Tile:
    """Return the finished tile of a window."""
    tile = as_input(cube, model.preprocessor, _stored(model, cube, window), device)
    if device.startswith("cuda"):
        torch.cuda.current_stream(device).synchronize()
    return tile


def _take_stream(device: str) -> None:
    """Have what this thread computes on a GPU go on beside what others do."""
    if device.startswith("cuda"):
        torch.cuda.set_stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]  # so declared


def _stored(model: Model, cube: Cube, window: Window) -> StoredTile:
    sizes = model.architecture
    return read_stored(cube, model.preprocessor, window, sizes.before, sizes.after)
