"""Turns tasks into pictures on the worker's thread; remembers bands, levels and how long pictures took."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsi_studio.app.band_cache import TILE, BandCache
from hsi_studio.app.pictures import ImageSubject, LayerSubject, Picture, Subject, Task, argb_of, faded
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import BandReader
from hsi_studio.core.render import channels, compute_levels, render
from hsi_studio.core.scalars import colors_without
from hsi_studio.core.view import Levels, RgbComposite, SingleBand, ViewSpec
from hsi_studio.core.window import Window

_LEVELS_KEPT = 512
_MOST_THREADS = 4
_FIRST_GUESS_S = 4e-8
"""Seconds per pixel before anything was measured: 40 ms for a megapixel."""

_PartDrawer = Callable[[Window, int], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class PixelValues:
    """Values behind the pixels of a window; NaN where invalid.

    `values` is (rows, cols, 1 or 3): physical values of bands, or what the composite computes.
    """

    window: Window
    values: NDArray[np.float32]


class Painter:
    """Draws pictures; for one thread at a time, apart from `expected` and `keep_only`."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "render")
        self._bands = BandCache()
        self._levels: OrderedDict[tuple[Cube, ViewSpec], Levels] = OrderedDict()
        self._pace: dict[type, float] = {}

    def draw(self, task: Task, check: Callable[[], None]) -> Picture:
        """Return the picture of a task; `check` is called between tiles and may raise to end the work."""
        draw_part = self._part_drawer(task.subject, check)
        started = time.perf_counter()
        argb = np.empty((*task.window.shape(task.step), 4), np.uint8)

        def draw_strip(strip: Window) -> None:
            check()
            top = (strip.row - task.window.row) // task.step
            part = draw_part(strip, task.step)
            argb[top : top + len(part)] = part

        for _ in self._pool.map(draw_strip, _strips(task)):
            pass
        picture = Picture(task, argb)
        _ = picture.opaque  # looked through here rather than on the GUI thread
        self.learn(task, time.perf_counter() - started)
        return picture

    def stop(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    def values(self, cube: Cube, spec: ViewSpec, window: Window) -> PixelValues:
        """Return the values of the composite's channels."""
        read = self._reader(cube, lambda: None)
        shown = channels(cube, spec.composite, window, 1, read)
        if isinstance(spec.composite, RgbComposite | SingleBand):
            shown = shown / np.float32(cube.scale_factor)
        return PixelValues(window, shown)

    def expected(self, task: Task) -> float:
        """Return the seconds that a picture of this kind should take."""
        rows, cols = task.window.shape(task.step)
        return self._pace.get(_kind(task), _FIRST_GUESS_S) * rows * cols

    def learn(self, task: Task, seconds: float) -> None:
        """Note how long a picture took."""
        rows, cols = task.window.shape(task.step)
        pace, kind = seconds / max(1, rows * cols), _kind(task)
        self._pace[kind] = (self._pace.get(kind, pace) + pace) / 2

    def keep_only(self, cubes: Collection[Cube]) -> None:
        """Forget all about other cubes."""
        self._bands.keep_only(cubes)
        for key in [key for key in tuple(self._levels) if key[0] not in cubes]:
            self._levels.pop(key, None)

    def _part_drawer(self, subject: Subject, check: Callable[[], None]) -> _PartDrawer:
        """Return the function that draws a window of a subject with a step, as premultiplied pixels."""
        if isinstance(subject, LayerSubject):
            return partial(_layer, subject)
        read = self._reader(subject.cube, check)
        levels = self._levels_of(subject.cube, subject.spec, read)
        return lambda window, step: argb_of(
            render(subject.cube, subject.spec, window, step, levels=levels, read_band=read)
        )

    def _reader(self, cube: Cube, check: Callable[[], None]) -> BandReader:
        return lambda band, window, step: self._bands.read(cube, band, window, step, check)

    def _levels_of(self, cube: Cube, spec: ViewSpec, read: BandReader) -> Levels:
        # Gamma bends brightness between the limits and does not move them.
        stretch = replace(spec.stretch, gamma=1.0)
        if isinstance(spec.composite, RgbComposite) and not stretch.joint:
            bands = astuple(spec.composite)
            single = [self._known_levels(cube, ViewSpec(SingleBand(i), stretch), read) for i in bands]
            return Levels(tuple(levels.limits[0] for levels in single))
        return self._known_levels(cube, ViewSpec(spec.composite, stretch), read)

    def _known_levels(self, cube: Cube, spec: ViewSpec, read: BandReader) -> Levels:
        key = cube, spec
        if key not in self._levels:
            self._levels[key] = compute_levels(cube, spec, read_band=read)
            while len(self._levels) > _LEVELS_KEPT:
                self._levels.popitem(last=False)
        return self._levels[key]


def _layer(subject: LayerSubject, window: Window, step: int) -> NDArray[np.uint8]:
    table = faded(argb_of(colors_without(subject.raster, subject.hidden)), subject.opacity)
    argb: NDArray[np.uint8] = table[subject.raster.indices(window, step)]
    return argb


def _strips(task: Task) -> Iterator[Window]:
    """Split a task at the borders of the cache's tiles, so that no two strips read the same one."""
    window, height = task.window, TILE * task.step
    row = window.row
    while row < window.row_stop:
        stop = min(row - row % height + height, window.row_stop)
        yield Window(row, window.col, stop - row, window.cols)
        row = stop


def _kind(task: Task) -> type:
    return type(task.subject.spec.composite) if isinstance(task.subject, ImageSubject) else LayerSubject
