"""The picture of a cube: one pure function of the cube, the view and the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.colormaps import lut
from hsi_studio.core.cube import Cube, missing
from hsi_studio.core.levels import Histogram, compute_levels, histogram
from hsi_studio.core.planes import Planes, channels, planes
from hsi_studio.core.reading import BandReader
from hsi_studio.core.view import Levels, SingleBand, ViewSpec
from hsi_studio.core.window import Window

__all__ = ["BandReader", "Histogram", "channels", "compute_levels", "histogram", "render"]

_TABLE_STEPS = 1024
# Few enough pixels at a time for the processor's cache, enough for two threads not to wait for Python's lock.
_CHUNK_PIXELS = 256_000


def render(
    cube: Cube,
    spec: ViewSpec,
    window: Window | None = None,
    step: int = 1,
    *,
    levels: Levels | None = None,
    read_band: BandReader | None = None,
) -> NDArray[np.uint8]:
    """Return the RGBA picture (rows, cols, 4) of a window; all four are 0 where a channel has no value.

    Parameters
    ----------
    cube : Cube
    spec : ViewSpec
        Composite and stretch. A single band of a classification raster is shown in its class colours.
    window, step
        What to show, as in `Cube.block`; a smaller window or a larger step gives the same colours.
    levels : Levels, optional
        From `compute_levels` for the same cube and view; computed when absent.
    read_band : BandReader, optional
        Where bands come from, such as a cache; `cube.band` when absent.

    Raises
    ------
    UsageError
        When the cube lacks what the composite needs, or the colour map is unknown.
    """
    shown = planes(cube, spec.composite, window, step, read_band)
    if cube.classes is not None and isinstance(spec.composite, SingleBand):
        return ClassRaster(cube.name, shown.values[0], cube.classes).rgba()
    levels = compute_levels(cube, spec, read_band) if levels is None else levels
    return _paint(shown, levels, _tables(spec))


def _tables(spec: ViewSpec) -> tuple[NDArray[np.uint32], ...]:
    """Return per channel what equal steps between the limits add to a pixel: (1024,) packed RGBA bytes."""
    share = np.linspace(0, 1, _TABLE_STEPS) ** (1 / spec.stretch.gamma)
    brightness = np.round(share * 255).astype(np.uint8)
    name = getattr(spec.composite, "colormap", None)
    if name is not None:
        return (_packed(lut(name)[brightness], range(3)),)
    return tuple(_packed(brightness[:, None], (channel,)) for channel in range(3))


def _packed(values: NDArray[np.uint8], channels: Sequence[int]) -> NDArray[np.uint32]:
    rgba = np.zeros((len(values), 4), np.uint8)
    rgba[:, channels] = values
    rgba[:, 3] = 255
    return rgba.view(np.uint32)[:, 0]


def _paint(shown: Planes, levels: Levels, tables: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint8]:
    rows, cols = shown.values[0].shape
    picture = np.empty((rows, cols), np.uint32)
    height = max(1, _CHUNK_PIXELS // max(1, cols))
    for row in range(0, rows, height):
        part = slice(row, row + height)
        chunk = Planes(tuple(plane[part] for plane in shown.values), shown.nodata)
        picture[part] = _painted(chunk, levels, tables)
    return picture[..., None].view(np.uint8)


def _painted(shown: Planes, levels: Levels, tables: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """Return packed pixels (rows, cols): whole words are several times faster than single bytes."""
    channels = zip(shown.values, levels.limits, tables, strict=True)
    parts = (table.take(_table_index(plane, limits), mode="clip") for plane, limits, table in channels)
    pixels = next(parts)
    for part in parts:
        pixels |= part
    for plane in shown.values:
        bad = missing(plane, shown.nodata)
        if bad.any():
            pixels *= ~bad
    return pixels


def _table_index(plane: NDArray[Any], limits: tuple[float, float]) -> NDArray[np.intp]:
    """Return where values lie between the limits, from 0 to the table's last entry; any number for NaN."""
    low, high = limits
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.subtract(plane, low, dtype=np.float32, casting="unsafe")
        share *= np.float32((_TABLE_STEPS - 1) / (high - low))
        np.clip(share, 0, _TABLE_STEPS - 1, out=share)
        share += np.float32(0.5)
        index: NDArray[np.intp] = share.astype(np.intp)
    return index
