"""Brightness limits and histograms, from a sample of the whole cube so that panning changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.planes import channels
from hsi_studio.core.reading import BandReader, sample_step
from hsi_studio.core.view import Composite, Levels, RgbComposite, SingleBand, Stretch, TrueColor, ViewSpec

SAMPLE_PIXELS = 250_000


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts (channels, bins) and bin edges (channels, bins + 1) of a picture's channels."""

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


def compute_levels(cube: Cube, spec: ViewSpec, read_band: BandReader | None = None) -> Levels:
    """Return the value limits that a stretch leads to; low < high always.

    Percentiles and extremes are those of about 250 000 pixels spread evenly over the cube. True colour of
    reflectance always has joint limits, which keep the hues; for radiance and counts, whose light is
    unknown, limits of each channel balance the white.
    """
    joint = spec.stretch.joint or (spec.composite == TrueColor() and cube.quantity == "reflectance")
    stretch = replace(spec.stretch, gamma=1.0, joint=joint)
    if stretch.mode == "fixed":
        count = 3 if is_colour(spec.composite) else 1
        return Levels((_apart(stretch.low, stretch.high),) * count)
    parts = (spec.composite,) if stretch.joint else _separate(spec.composite)
    limits = (_sampled_limits(cube, part, stretch, read_band=read_band) for part in parts)
    return Levels(tuple(chain.from_iterable(limits)))


def histogram(cube: Cube, spec: ViewSpec, bins: int = 256, read_band: BandReader | None = None) -> Histogram:
    """Return how often values occur in each channel, from the sample that `compute_levels` takes."""
    counts, edges = [], []
    for sample in _samples(cube, spec.composite, read_band):
        limits = _apart(float(sample.min()), float(sample.max())) if len(sample) else (0.0, 1.0)
        count, edge = np.histogram(sample, bins, limits)
        counts.append(count)
        edges.append(edge)
    return Histogram(np.array(counts, np.int64), np.array(edges, np.float64))


def is_colour(composite: Composite) -> bool:
    """Tell whether a composite has three channels (red, green, blue) rather than one with a colour map."""
    return not hasattr(composite, "colormap")


def _separate(composite: Composite) -> tuple[Composite, ...]:
    """Return composites of one channel each where that is possible: one moved slider means one new sample."""
    if isinstance(composite, RgbComposite):
        return tuple(SingleBand(band) for band in (composite.red, composite.green, composite.blue))
    return (composite,)


@once_per_cube
def _sampled_limits(
    cube: Cube, composite: Composite, stretch: Stretch, *, read_band: BandReader | None
) -> tuple[tuple[float, float], ...]:
    samples = _samples(cube, composite, read_band)
    if stretch.joint:
        return (_limits(np.concatenate(samples), stretch),) * len(samples)
    return tuple(_limits(sample, stretch) for sample in samples)


def _samples(cube: Cube, composite: Composite, read_band: BandReader | None) -> list[NDArray[np.float32]]:
    sample = channels(cube, composite, None, sample_step(cube, SAMPLE_PIXELS), read_band)
    return [channel[np.isfinite(channel)] for channel in np.moveaxis(sample, 2, 0)]


def _limits(sample: NDArray[np.float32], stretch: Stretch) -> tuple[float, float]:
    if not len(sample):
        return 0.0, 1.0
    if stretch.mode == "percentile":
        low, high = np.percentile(sample, (stretch.low, stretch.high)).tolist()
        if low < high:
            return low, high
    # Nearly all values are equal: show the few that differ.
    return _apart(float(sample.min()), float(sample.max()))


def _apart(low: float, high: float) -> tuple[float, float]:
    """Return `low` and `high`, or limits around an only value, which then shows as middle grey."""
    if low < high:
        return low, high
    margin = max(abs(low) * 0.5, 0.5)
    return low - margin, low + margin
