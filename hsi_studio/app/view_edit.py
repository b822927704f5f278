"""Changes of a composite that sliders, lines and menus make: pure functions of a cube and a composite."""

from __future__ import annotations

from dataclasses import replace

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.colour import fallback_bands
from hsi_studio.core.cube import Cube
from hsi_studio.core.view import (
    BandRange,
    Composite,
    RangeMath,
    RgbComposite,
    SingleBand,
    Stretch,
    TrueColor,
    ViewSpec,
)

_INFRARED = BandRange(770.0, 900.0)
_RED = BandRange(630.0, 690.0)


def shown_bands(cube: Cube, composite: Composite) -> tuple[int, ...]:
    """Return the bands (0-based) that sliders stand for: three, one, or none.

    True colour is a sum over many bands; those nearest to red, green and blue light stand for it.
    """
    if isinstance(composite, RgbComposite):
        return composite.red, composite.green, composite.blue
    if isinstance(composite, SingleBand):
        return (composite.band,)
    if isinstance(composite, TrueColor) and cube.wavelengths_nm is not None:
        return fallback_bands(cube)
    return ()


def with_band(cube: Cube, composite: Composite, channel: int, band: int) -> Composite:
    """Return a composite with another band in one channel (0, 1, 2 for red, green, blue)."""
    if isinstance(composite, SingleBand):
        return replace(composite, band=band)
    bands = list(shown_bands(cube, composite))
    bands[channel] = band
    return RgbComposite(*bands)


def with_composite(view: ViewSpec, composite: Composite) -> ViewSpec:
    """Return a view with another composite; values that limit a stretch mean nothing to another kind."""
    stretch = view.stretch
    if type(composite) is not type(view.composite) and stretch.mode == "fixed":
        stretch = Stretch(gamma=stretch.gamma, joint=stretch.joint)
    return ViewSpec(composite, stretch)


def three_bands(cube: Cube, composite: Composite) -> RgbComposite:
    """Return three bands to go on from: those shown, else some spread over the good bands."""
    bands = shown_bands(cube, composite)
    if len(bands) == 3:
        return RgbComposite(*bands)
    stops = BandAxis.of(cube).stops
    red, green, blue = (int(stops[len(stops) * part // 6]) for part in (5, 3, 1))
    return RgbComposite(red, green, blue)


def single_band(cube: Cube, composite: Composite) -> SingleBand:
    """Return the first of the bands shown, else the middle good band, as a single band."""
    stops = BandAxis.of(cube).stops
    return SingleBand((*shown_bands(cube, composite), int(stops[len(stops) // 2]))[0])


def first_ranges(cube: Cube) -> RangeMath:
    """Return two ranges to start from: near infrared and red where covered, else thirds of the axis."""
    if cube.covers(_RED.low, _INFRARED.high):
        return RangeMath(_INFRARED, _RED)
    axis = BandAxis.of(cube)
    low, high = axis.limits
    third = (high - low) / 3
    return RangeMath(range_at(axis, high - third, high), range_at(axis, low, low + third))


def range_at(axis: BandAxis, low: float, high: float) -> BandRange:
    """Return the range between two positions on an axis, cut to the axis."""
    first, last = axis.limits
    low, high = sorted(min(max(position, first), last) for position in (low, high))
    offset = _offset(axis)
    return BandRange(low - offset, high - offset)


def positions_of(axis: BandAxis, chosen: BandRange) -> tuple[float, float]:
    """Return the positions on an axis of a range's two ends."""
    return chosen.low + _offset(axis), chosen.high + _offset(axis)


def _offset(axis: BandAxis) -> float:
    # Ranges count bands from 0, the axis shows users numbers from 1.
    return 0.0 if axis.has_wavelengths else 1.0
