"""True colour: what a person would see under daylight, from the bands of the visible range."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import BandReader, measured_bands, weighted_sums
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.paths import resource

VISIBLE_NM = (400.0, 700.0)
FALLBACK_NM = (650.0, 550.0, 450.0)
_LARGEST_GAP_NM = 50.0
_FEWEST_BANDS = 8
# The observer's curves are smooth: more bands than one in 8 nm cost time and change nothing.
_SPACING_NM = 8.0

# IEC 61966-2-1:1999, D65.
_XYZ_TO_SRGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


@once_per_cube
def visible_bands(cube: Cube) -> tuple[int, ...]:
    """Return good bands that cover the visible range, by rising wavelength; empty if they cannot.

    Bands closer than 8 nm to their forerunner are left out. To cover means 8 bands or more
    between 400 and 700 nm and no gap of more than 50 nm.
    """
    if cube.wavelengths_nm is None:
        return ()
    low, high = VISIBLE_NM
    position = cube.wavelengths_nm
    inside = cube.good_bands() & (position >= low) & (position <= high)
    order = [band for band in np.argsort(position, kind="stable").tolist() if inside[band]]
    if len(order) < _FEWEST_BANDS:
        return ()
    bands = measured_bands(cube, _thinned(order, position))
    gaps = np.diff([low, *position[list(bands)], high])
    return bands if gaps.max() <= _LARGEST_GAP_NM else ()


def _thinned(bands: list[int], wavelengths_nm: NDArray[np.float64]) -> list[int]:
    kept = [bands[0]]
    for band in bands[1:]:
        if wavelengths_nm[band] - wavelengths_nm[kept[-1]] >= _SPACING_NM:
            kept.append(band)
    return kept


@cache
def observer() -> NDArray[np.float64]:
    """Return (n, 5) wavelength in nm, x̄, ȳ, z̄ of the CIE 1931 2° observer, and D65; read-only.

    The table was written from colour-science; `resources/wavelengths/cie1931_2deg_d65.csv` names the sources.
    """
    table: NDArray[np.float64] = np.loadtxt(resource("wavelengths", "cie1931_2deg_d65.csv"), delimiter=",")
    table.flags.writeable = False
    return table


@cache
def true_color_weights(wavelengths_nm: tuple[float, ...]) -> NDArray[np.float32]:
    """Return weights (bands, 3) that turn reflectance at rising wavelengths into linear sRGB under D65.

    The spectrum is taken as piecewise linear between the band centres and constant outside; a white
    reflector of 1 gives (1, 1, 1).
    """
    table = observer()
    fine = np.arange(table[0, 0], table[-1, 0] + 1)
    illuminant = np.interp(fine, table[:, 0], table[:, 4])
    curves = np.stack([np.interp(fine, table[:, 0], table[:, i]) for i in (1, 2, 3)], axis=1)
    hats = np.stack([np.interp(fine, wavelengths_nm, unit) for unit in np.eye(len(wavelengths_nm))])
    xyz = hats @ (curves * illuminant[:, None]) / (curves[:, 1] @ illuminant)
    return np.asarray(xyz @ _XYZ_TO_SRGB.T, np.float32)


def true_color(
    cube: Cube, window: Window, step: int = 1, read_band: BandReader | None = None
) -> NDArray[np.float32]:
    """Return sRGB (rows, cols, 3) as a display takes it, NaN where invalid.

    A white reflector of 1 gives (1, 1, 1); brighter ones and values on another scale give more.

    Raises
    ------
    UsageError
        When the cube has no wavelengths.
    """
    bands = visible_bands(cube)
    if bands and cube.wavelengths_nm is not None:
        weights = true_color_weights(tuple(cube.wavelengths_nm[list(bands)].tolist()))
        return srgb_encoded(weighted_sums(cube, bands, weights, window, step))
    read_band = read_band or cube.band
    nearest = [cube.physical(read_band(band, window, step)) for band in fallback_bands(cube)]
    return srgb_encoded(np.stack(nearest, axis=2))


def fallback_bands(cube: Cube) -> tuple[int, int, int]:
    """Return the bands nearest to red, green and blue light.

    Raises
    ------
    UsageError
        When the cube has no wavelengths.
    """
    if cube.wavelengths_nm is None:
        raise UsageError(f"true colour needs wavelengths, which {cube.name} lacks", "choose three bands")
    red, green, blue = (cube.nearest_band(nm) for nm in FALLBACK_NM)
    return red, green, blue


def srgb_encoded(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return display values of linear light (IEC 61966-2-1, continued below 0 and above 1)."""
    bright = np.float32(1.055) * np.maximum(linear, 0) ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, np.float32(12.92) * linear, bright)
