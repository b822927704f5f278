"""Turns tasks into pictures on the worker's thread; remembers bands, levels and how long pictures took."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.app.band_cache import TILE, BandCache
from hsi_studio.app.pictures import ImageSubject, LayerSubject, Picture, Subject, Task, argb_of, faded
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import BandReader
from hsi_studio.core.render import channels, compute_levels, render
from hsi_studio.core.view import Levels, RgbComposite, SingleBand, ViewSpec
from hsi_studio.core.window import Window

_LEVELS_KEPT = 512
_FIRST_GUESS_S = 4e-8
"""Seconds per pixel before anything was measured: 40 ms for a megapixel."""


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
        self._bands = BandCache()
        self._levels: OrderedDict[tuple[Cube, ViewSpec], Levels] = OrderedDict()
        self._pace: dict[type, float] = {}

    def draw(self, task: Task, check: Callable[[], None]) -> Picture:
        """Return the picture of a task; `check` is called between strips and may raise to end the work."""
        rows, cols = task.window.shape(task.step)
        argb = np.empty((rows, cols, 4), np.uint8)
        for top in range(0, rows, TILE):
            check()
            argb[top : top + TILE] = self._argb(task.subject, _strip(task, top), task.step, check)
        picture = Picture(task, argb)
        _ = picture.opaque  # looked through here rather than on the GUI thread
        return picture

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

    def _argb(
        self, subject: Subject, window: Window, step: int, check: Callable[[], None]
    ) -> NDArray[np.uint8]:
        if isinstance(subject, LayerSubject):
            return _layer(subject, window, step)
        cube, spec, read = subject.cube, subject.spec, self._reader(subject.cube, check)
        levels = self._levels_of(cube, spec, read)
        return argb_of(render(cube, spec, window, step, levels=levels, read_band=read))

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
    rows, cols = window.slices(step)
    table = faded(argb_of(subject.raster.classes.lookup()), subject.opacity)
    ids = np.asarray(subject.raster.ids[rows, cols])
    return table[np.where((ids >= 0) & (ids < len(table)), ids, 0)]


def _strip(task: Task, top: int) -> Window:
    row = task.window.row + top * task.step
    height = min(TILE * task.step, task.window.row_stop - row)
    return Window(row, task.window.col, height, task.window.cols)


def _kind(task: Task) -> type:
    return type(task.subject.spec.composite) if isinstance(task.subject, ImageSubject) else LayerSubject
