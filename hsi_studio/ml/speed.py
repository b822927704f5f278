"""How fast dense inference is, against the matrix products of the same machine in the same process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window
from hsi_studio.ml.classifier import fill
from hsi_studio.ml.devices import mixed
from hsi_studio.ml.heads import TextHead
from hsi_studio.ml.model import Model
from hsi_studio.ml.predict import predict
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone

_GEMM_SIDE, _GPU_GEMM_SIDE = 1536, 8192
_PATCHES = 32
_DIM = 384
_CLASSES = 16


@dataclass(frozen=True)
class DenseSpeed:
    """One architecture over one scene; times are the best of several runs that alternate with the others.

    On CUDA the network computes in half precision, as in `Model.project`.

    Parameters
    ----------
    pixels : int
        Of the scene.
    dense_s : float
        Seconds for all pixels at once.
    patchwise_s : float
        Seconds for all pixels patch by patch in batches of 32, extrapolated from `patches` of them.
    gemm_flops, half_gemm_flops : float
        Floating-point operations per second of a matrix product in float32, and in bfloat16 where the network
        computes in it (else 0).
    macs_per_pixel : int
    largest_difference : float
        Between the features of the two.
    """

    architecture: Architecture
    pixels: int
    dense_s: float
    patchwise_s: float
    patches: int
    gemm_flops: float
    half_gemm_flops: float
    macs_per_pixel: int
    largest_difference: float

    @property
    def pixels_per_second(self) -> float:
        return self.pixels / self.dense_s

    @property
    def share_of_gemm(self) -> float:
        """Operations of the network as it is defined, per second, over those of the matrix product.

        What computes the same numbers with fewer operations counts in full, so it can be more than 1.
        """
        fastest = max(self.gemm_flops, self.half_gemm_flops)
        return 2 * self.macs_per_pixel * self.pixels_per_second / fastest

    @property
    def times_faster(self) -> float:
        """Patch by patch over dense."""
        return self.patchwise_s / self.dense_s


@torch.inference_mode()
def dense_speed(
    architecture: Architecture, side: int = 145, *, patches: int = 320, runs: int = 5, device: str = "cpu"
) -> DenseSpeed:
    """Measure an untrained network on a random scene of `side` × `side` pixels."""
    torch.manual_seed(0)
    backbone = Backbone(architecture).eval().to(device)
    around = architecture.patch - 1
    scene = torch.randn(1, architecture.components, side + around, side + around, device=device)
    used = scene[..., : side + architecture.field - 1, : side + architecture.field - 1]
    windows = scene[0].unfold(1, architecture.patch, 1).unfold(2, architecture.patch, 1)
    chosen = torch.randperm(side * side)[:patches]

    def dense() -> torch.Tensor:
        with mixed(device):
            return backbone.dense(used)

    def patchwise() -> torch.Tensor:
        parts = []
        for first in range(0, patches, _PATCHES):
            some = chosen[first : first + _PATCHES]
            with mixed(device):
                parts.append(backbone(windows[:, some // side, some % side].movedim(0, 1)))
        return torch.cat(parts)

    best = [float("inf")] * 2
    rates = [0.0, 0.0]
    for _ in range(runs):
        best = [min(old, _seconds(work, device)) for old, work in zip(best, (dense, patchwise), strict=True)]
        rates = [max(old, new) for old, new in zip(rates, _gemm_rates(device), strict=True)]
    every = dense()[0].flatten(1).T[chosen.to(device)]
    return DenseSpeed(
        architecture,
        side * side,
        dense_s=best[0],
        patchwise_s=best[1] * side * side / patches,
        patches=patches,
        gemm_flops=rates[0],
        half_gemm_flops=rates[1],
        macs_per_pixel=architecture.macs_per_pixel(),
        largest_difference=float((every - patchwise()).abs().max()),
    )


def _gemm_rates(device: str) -> tuple[float, float]:
    """Return operations per second of square matrix products in float32, and on CUDA in bfloat16."""
    cuda = device.startswith("cuda")
    side = _GPU_GEMM_SIDE if cuda else _GEMM_SIDE

    def rate(dtype: torch.dtype) -> float:
        left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
        return 2 * side**3 / _seconds(lambda: left @ right, device)

    return rate(torch.float32), rate(torch.bfloat16) if cuda else 0.0


def _seconds(work: Callable[[], Any], device: str) -> float:
    _wait(device)
    started = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - started


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


class GeneratedSource:
    """Values of a cube of any size, made when they are read."""

    dtype = np.dtype(np.uint16)

    def __init__(self, rows: int, cols: int, bands: int) -> None:
        self.shape = (rows, cols, bands)

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        rows, cols = (np.arange(part.start, part.stop, step) for part in window.slices())
        plane = ((rows[:, None] * 7 + cols * 13) % 997).astype(np.uint16)
        values: NDArray[Any] = plane[..., None] + (np.asarray(bands) * 11).astype(np.uint16)
        return values


def scene_seconds(
    architecture: Architecture, side: int, *, bands: int = 200, runs: int = 3, device: str = "cpu"
) -> float:
    """Return the best time from 16-bit values in memory, `side` × `side` pixels, to the finished map."""
    values = np.random.default_rng(0).integers(0, 4000, (side, side, bands), dtype=np.uint16)
    cube = Cube(ArraySource(values), "generated")
    model = untrained(architecture, bands)
    ids, confidence = np.empty((side, side), np.int16), np.empty((side, side), np.float32)
    return min(
        _seconds(lambda: fill(model, cube, ids, confidence, device=device), device) for _ in range(runs)
    )


@dataclass(frozen=True)
class StreamSpeed:
    """Part of a large cube, from reading to the map in an array."""

    pixels: int
    seconds: float
    peak_private_bytes: int


def stream_speed(
    architecture: Architecture,
    ids: NDArray[np.int16],
    rows: int,
    *,
    bands: int = 60,
    device: str = "cpu",
    progress: Progress | None = None,
) -> StreamSpeed:
    """Map the first `rows` rows of a generated cube as large as `ids` (rows, cols) into that array."""
    progress = Progress() if progress is None else progress
    model = untrained(architecture, bands)
    height, width = ids.shape
    cube = Cube(GeneratedSource(height, width, bands), "generated")
    window = Window(0, 0, rows, width)
    done = 0
    with _peak_memory() as peak:
        started = time.perf_counter()
        for part in predict(model, cube, device=device, window=window):
            ids[part.window.slices()] = part.positions + 1
            done += part.window.size
            progress.update(done / window.size, "streaming")
        seconds = time.perf_counter() - started
    return StreamSpeed(window.size, seconds, peak[0])


def untrained(architecture: Architecture, bands: int) -> Model:
    """Return a model with random weights for a cube of so many bands."""
    random = np.random.default_rng(0)
    weights = random.normal(0, 1e-3, (bands, architecture.components)).astype(np.float32)
    preprocessor = Preprocessor(np.arange(bands), np.full(bands, 500, np.float32), weights, "pca", "nothing")
    texts = random.standard_normal((_CLASSES, _DIM)).astype(np.float32)
    classes = ClassTable.from_names([f"class {i + 1}" for i in range(_CLASSES)])
    head = TextHead(architecture.features, texts).eval()
    return Model("s3fn", classes, preprocessor, Backbone(architecture).eval(), head, bands=bands)


@contextmanager
def _peak_memory() -> Iterator[list[int]]:
    """Yield a list whose one item is the largest private memory (bytes) seen, looked at 20 times a second."""
    process, peak, stop = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], process.memory_full_info().uss)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
