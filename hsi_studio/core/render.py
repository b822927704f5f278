"""The picture of a cube: one pure function of the cube, the view and the window."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.colormaps import lut
from hsi_studio.core.cube import Cube
from hsi_studio.core.levels import Histogram, compute_levels, histogram
from hsi_studio.core.planes import Planes, channels, is_valid, planes
from hsi_studio.core.reading import BandReader
from hsi_studio.core.view import Levels, SingleBand, ViewSpec
from hsi_studio.core.window import Window

__all__ = ["BandReader", "Histogram", "channels", "compute_levels", "histogram", "render"]

_TABLE_STEPS = 1024
# Work on this many pixels at a time stays in the processor's cache.
_CHUNK_PIXELS = 64_000


def render(
    cube: Cube,
    spec: ViewSpec,
    window: Window | None = None,
    step: int = 1,
    *,
    levels: Levels | None = None,
    read_band: BandReader | None = None,
) -> NDArray[np.uint8]:
    """Return the RGBA picture (rows, cols, 4) of a window; alpha is 0 where a channel has no value.

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
    return _paint(shown, levels, _table(spec))


def _table(spec: ViewSpec) -> NDArray[np.uint8]:
    """Return (1024,) brightness or (1024, 4) RGBA for equal steps between the limits."""
    share = np.linspace(0, 1, _TABLE_STEPS)
    share = share ** (1 / spec.stretch.gamma)
    name = getattr(spec.composite, "colormap", None)
    if name is None:
        return np.round(share * 255).astype(np.uint8)
    colors = np.full((256, 4), 255, np.uint8)
    colors[:, :3] = lut(name)
    return colors[np.round(share * 255).astype(np.intp)]


def _paint(shown: Planes, levels: Levels, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, cols = shown.values[0].shape
    picture = np.empty((rows, cols, 4), np.uint8)
    height = max(1, _CHUNK_PIXELS // max(1, cols))
    for row in range(0, rows, height):
        part = slice(row, row + height)
        chunk = Planes(tuple(plane[part] for plane in shown.values), shown.nodata)
        _paint_chunk(chunk, levels, table, picture[part])
    return picture


def _paint_chunk(shown: Planes, levels: Levels, table: NDArray[np.uint8], picture: NDArray[np.uint8]) -> None:
    valid = np.ones(picture.shape[:2], bool)
    for channel, (plane, limits) in enumerate(zip(shown.values, levels.limits, strict=True)):
        entry = _table_index(plane, limits)
        valid &= is_valid(plane, shown.nodata)
        if table.ndim == 1:
            picture[..., channel] = table.take(entry)
        else:
            picture[...] = table.take(entry, axis=0)
    np.multiply(valid, np.uint8(255), out=picture[..., 3])


def _table_index(plane: NDArray[Any], limits: tuple[float, float]) -> NDArray[np.uint16]:
    """Return where values lie between the limits, from 0 to the table's last entry; 0 for NaN."""
    low, high = limits
    last = np.float32(_TABLE_STEPS - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.subtract(plane, low, dtype=np.float32, casting="unsafe")
        share *= np.float32((_TABLE_STEPS - 1) / (high - low))
        # fmax and fmin turn NaN into a number, which the cast needs.
        np.fmax(share, np.float32(0), out=share)
        np.fmin(share, last, out=share)
        share += np.float32(0.5)
    index: NDArray[np.uint16] = share.astype(np.uint16)
    return index
