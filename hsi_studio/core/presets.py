"""Composites worth offering for a cube, and its first picture."""

from __future__ import annotations

import numpy as np

from hsi_studio.core.colour import FALLBACK_NM
from hsi_studio.core.cube import Cube
from hsi_studio.core.view import (
    BandRange,
    Composite,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    Stretch,
    TrueColor,
    ViewSpec,
)
from hsi_studio.core.window import Window

INFRARED_NM = (860.0, 650.0, 550.0)
SWIR_NM = (2200.0, 1650.0, 850.0)
_TOLERANCE_NM = 40.0


def presets(cube: Cube) -> dict[str, Composite]:
    """Return the composites that the cube allows, by the words of the menu and in its order."""
    offered: dict[str, Composite | None] = {
        "True colour": TrueColor() if _near(cube, FALLBACK_NM) else None,
        "Natural colour": _near(cube, FALLBACK_NM),
        "Colour infrared": _near(cube, INFRARED_NM),
        "SWIR": _near(cube, SWIR_NM),
        "File default": _file_default(cube),
        "Single band": SingleBand(_single_band(cube)),
        "Principal components": PcaComposite() if _varies(cube) else None,
    }
    return {name: composite for name, composite in offered.items() if composite is not None}


def default_view(cube: Cube) -> ViewSpec:
    """Return a first picture that shows something of any cube.

    Class colours for a classification raster; 8-bit colour images as they are; else the file's own default
    bands, then natural colour, infrared, short-wave infrared, then three bands spread over the good ones.
    Bands without contrast give way to a neighbour.
    """
    if cube.classes is not None or cube.bands < 3:
        return ViewSpec(SingleBand(_single_band(cube)))
    if cube.bands <= 4 and cube.dtype == np.uint8 and cube.wavelengths_nm is None:
        return ViewSpec(RgbComposite(0, 1, 2), Stretch("fixed", 0, 255))
    chosen = (
        _file_default(cube)
        or _near(cube, FALLBACK_NM)
        or _near(cube, INFRARED_NM)
        or _near(cube, SWIR_NM)
        or _spread(cube)
    )
    if isinstance(chosen, SingleBand):
        return ViewSpec(SingleBand(_with_contrast(cube, chosen.band)))
    red, green, blue = (_with_contrast(cube, band) for band in (chosen.red, chosen.green, chosen.blue))
    return ViewSpec(RgbComposite(red, green, blue))


def describe(composite: Composite, cube: Cube) -> str:
    """Return a few words that tell what a composite shows, such as "650 / 550 / 450 nm"."""
    match composite:
        case RgbComposite(red, green, blue):
            return _bands_in_words(cube, red, green, blue)
        case SingleBand(band):
            return _bands_in_words(cube, band)
        case TrueColor():
            return "True colour"
        case PcaComposite():
            return "Principal components 1 / 2 / 3"
        case SpectralIndex(name):
            return name
        case RangeMath():
            return _range_in_words(cube, composite)


def _bands_in_words(cube: Cube, *bands: int) -> str:
    if cube.wavelengths_nm is not None:
        return " / ".join(f"{cube.wavelengths_nm[band]:.0f}" for band in bands) + " nm"
    if cube.band_names:
        return " / ".join(cube.band_names[band] for band in bands)
    return ("band " if len(bands) == 1 else "bands ") + " / ".join(str(band + 1) for band in bands)


def _range_in_words(cube: Cube, math: RangeMath) -> str:
    a, b = _limits_in_words(cube, math.a), _limits_in_words(cube, math.b)
    unit = "bands" if cube.wavelengths_nm is None else "nm"
    formula = {
        "normalized difference": "(A−B)/(A+B)",
        "ratio": "A/B",
        "difference": "A−B",
        "band depth": "band depth",
    }[math.operation]
    return f"{formula}, A {a}, B {b} {unit}"


def _limits_in_words(cube: Cube, chosen: BandRange) -> str:
    # Band numbers count from 1 for users.
    first = 1 if cube.wavelengths_nm is None else 0
    return f"{chosen.low + first:.0f}–{chosen.high + first:.0f}"


def _near(cube: Cube, targets_nm: tuple[float, float, float]) -> RgbComposite | None:
    if cube.wavelengths_nm is None or not cube.good_bands().any() or cube.classes is not None:
        return None
    red, green, blue = (cube.nearest_band(nm) for nm in targets_nm)
    distance = np.abs(cube.wavelengths_nm[[red, green, blue]] - targets_nm)
    different = len({red, green, blue}) == 3
    return RgbComposite(red, green, blue) if different and (distance <= _TOLERANCE_NM).all() else None


def _file_default(cube: Cube) -> RgbComposite | SingleBand | None:
    bands = cube.default_bands
    if len(bands) not in {1, 3} or any(not 0 <= band < cube.bands for band in bands):
        return None
    if len(set(bands)) == 1:
        return SingleBand(bands[0])
    return RgbComposite(*bands)


def _spread(cube: Cube) -> RgbComposite:
    good = np.flatnonzero(cube.good_bands())
    good = good if len(good) >= 3 else np.arange(cube.bands)
    low, middle, high = good[np.round((len(good) - 1) * np.array([0.2, 0.5, 0.8])).astype(int)].tolist()
    return RgbComposite(high, middle, low)


def _single_band(cube: Cube) -> int:
    good = np.flatnonzero(cube.good_bands())
    return int(good[len(good) // 2]) if len(good) else 0


def _with_contrast(cube: Cube, band: int) -> int:
    """Return the band, or the nearest good one that is neither constant nor empty."""
    if _has_contrast(cube, band):
        return band
    good = np.flatnonzero(cube.good_bands())
    near = good[np.argsort(np.abs(good - band), kind="stable")][:20].tolist()
    return next((other for other in near if _has_contrast(cube, other)), band)


def _has_contrast(cube: Cube, band: int) -> bool:
    """Look at five rows across the cube: cheap for every file layout."""
    rows = {int(cube.rows * share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)}
    step = max(1, cube.cols // 64)
    values = np.concatenate(
        [cube.physical(cube.band(band, Window(row, 0, 1, cube.cols), step))[0] for row in sorted(rows)]
    )
    values = values[np.isfinite(values)]
    return bool(len(values) and values.min() < values.max())


def _varies(cube: Cube) -> bool:
    return cube.classes is None and cube.bands >= 3 and cube.window.size > 1
