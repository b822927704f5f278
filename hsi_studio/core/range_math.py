"""Arithmetic of two ranges of bands that the user drags in the spectrum plot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import measured_bands, weighted_sums
from hsi_studio.core.view import BandRange, RangeMath
from hsi_studio.core.window import Window


@once_per_cube
def bands_in(cube: Cube, chosen: BandRange) -> tuple[int, ...]:
    """Return the good bands inside a range by rising position, or the one nearest to its middle."""
    position = positions(cube)
    low, high = sorted((chosen.low, chosen.high))
    usable = cube.good_bands() if cube.good_bands().any() else np.ones(cube.bands, bool)
    inside = np.flatnonzero(usable & (position >= low) & (position <= high))
    if not len(inside):
        distance = np.where(usable, np.abs(position - (low + high) / 2), np.inf)
        return (int(np.argmin(distance)),)
    return measured_bands(cube, inside[np.argsort(position[inside], kind="stable")].tolist())


def positions(cube: Cube) -> NDArray[np.float64]:
    """Return (bands,) wavelengths in nm, or band numbers from 0 where there are none."""
    return np.arange(cube.bands, dtype=float) if cube.wavelengths_nm is None else cube.wavelengths_nm


def compute_range_math(
    cube: Cube, math: RangeMath, window: Window | None = None, step: int = 1
) -> NDArray[np.float32]:
    """Return (rows, cols) of the means of two ranges combined; NaN where invalid or undefined.

    For ``band depth`` the continuum joins the values at the first and last band of B, and is taken at the
    mean position of A's bands: 1 − R/Rc of Clark and Roush 1984, doi:10.1029/JB089iB07p06329.
    """
    a, b = bands_in(cube, math.a), bands_in(cube, math.b)
    second = _continuum(cube, a, b) if math.operation == "band depth" else _mean(b)
    weights = {band: (_mean(a).get(band, 0.0), second.get(band, 0.0)) for band in sorted({*a, *second})}
    sums = weighted_sums(cube, tuple(weights), np.array(list(weights.values()), np.float32), window, step)
    with np.errstate(all="ignore"):
        result = _combine(sums[..., 0], sums[..., 1], math)
    result[~np.isfinite(result)] = np.nan
    return result


def _mean(bands: tuple[int, ...]) -> dict[int, float]:
    return dict.fromkeys(bands, 1 / len(bands))


def _continuum(cube: Cube, a: tuple[int, ...], b: tuple[int, ...]) -> dict[int, float]:
    position = positions(cube)
    left, right = b[0], b[-1]
    width = position[right] - position[left]
    if width == 0:
        return {left: 1.0}
    share = float((position[list(a)].mean() - position[left]) / width)
    return {left: 1 - share, right: share}


def _combine(a: NDArray[np.float32], b: NDArray[np.float32], math: RangeMath) -> NDArray[np.float32]:
    match math.operation:
        case "normalized difference":
            return (a - b) / (a + b)
        case "ratio":
            return a / b
        case "difference":
            return a - b
        case "band depth":
            return 1 - a / b
