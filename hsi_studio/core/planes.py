"""What a composite shows: one plane of values for grey, three for colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.colour import true_color
from hsi_studio.core.cube import Cube, missing
from hsi_studio.core.indices import compute_index
from hsi_studio.core.pca import components
from hsi_studio.core.range_math import compute_range_math
from hsi_studio.core.reading import BandReader
from hsi_studio.core.view import (
    Composite,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    TrueColor,
)
from hsi_studio.core.window import Window


@dataclass(frozen=True, eq=False)
class Planes:
    """One or three planes (rows, cols) of any real type, and the value that means no-data in them."""

    values: tuple[NDArray[Any], ...]
    nodata: float | None = None


def planes(
    cube: Cube,
    composite: Composite,
    window: Window | None = None,
    step: int = 1,
    read_band: BandReader | None = None,
) -> Planes:
    """Return the planes of a composite: bands as they are stored, computed ones as float32 with NaN."""
    window = cube.window if window is None else window
    read_band = read_band or cube.band
    match composite:
        case RgbComposite(red, green, blue):
            return Planes(tuple(read_band(i, window, step) for i in (red, green, blue)), cube.nodata)
        case SingleBand(band):
            return Planes((read_band(band, window, step),), cube.nodata)
        case TrueColor():
            return _split(true_color(cube, window, step, read_band))
        case PcaComposite():
            return _split(components(cube).project(cube, window, step))
        case SpectralIndex(name):
            return Planes((compute_index(cube, name, window, step, read_band),))
        case RangeMath():
            return Planes((compute_range_math(cube, composite, window, step),))


def _split(channels: NDArray[np.float32]) -> Planes:
    return Planes(tuple(np.moveaxis(channels, 2, 0)))


def channels(
    cube: Cube,
    composite: Composite,
    window: Window | None = None,
    step: int = 1,
    read_band: BandReader | None = None,
) -> NDArray[np.float32]:
    """Return the values that a composite shows, float32 (rows, cols, 1 or 3), NaN where invalid.

    Bands are in stored values; true colour is sRGB from 0 to 1; components, indices and ranges come from
    physical values.
    """
    shown = planes(cube, composite, window, step, read_band)
    return np.stack([as_float(plane, shown.nodata) for plane in shown.values], axis=2)


def as_float(plane: NDArray[Any], nodata: float | None) -> NDArray[np.float32]:
    """Return a plane as float32 with NaN where it is no-data or infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = plane.astype(np.float32)
    values[missing(plane, nodata)] = np.nan
    return values
