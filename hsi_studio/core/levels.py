"""Brightness limits and histograms, from a sample of the whole cube so that panning changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.planes import channels
from hsi_studio.core.reading import BandReader, sample_step
from hsi_studio.core.view import Levels, Stretch, TrueColor, ViewSpec
from hsi_studio.errors import UsageError

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

    Raises
    ------
    UsageError
        For percentages outside 0 to 100, and what `channels` raises.
    """
    stretch = spec.stretch
    if stretch.mode == "fixed":
        return Levels((_apart(stretch.low, stretch.high),) * (3 if is_colour(spec) else 1))
    samples = _samples(cube, spec, read_band)
    if stretch.joint or (spec.composite == TrueColor() and cube.quantity == "reflectance"):
        return Levels((_limits(np.concatenate(samples), stretch),) * len(samples))
    return Levels(tuple(_limits(sample, stretch) for sample in samples))


def histogram(cube: Cube, spec: ViewSpec, bins: int = 256, read_band: BandReader | None = None) -> Histogram:
    """Return how often values occur in each channel, from the sample that `compute_levels` takes.

    The outermost thousandth on either side is counted in the end bins: a few wild values, as ratios have
    them, would squeeze all others into one bin.
    """
    counts, edges = [], []
    for sample in _samples(cube, spec, read_band):
        limits = _limits(sample, Stretch("percentile", 0.1, 99.9))
        count, edge = np.histogram(sample.clip(*limits), bins, limits)
        counts.append(count)
        edges.append(edge)
    return Histogram(np.array(counts, np.int64), np.array(edges, np.float64))


def is_colour(spec: ViewSpec) -> bool:
    """Tell whether a view has three channels (red, green, blue) rather than one with a colour map."""
    return not hasattr(spec.composite, "colormap")


def _samples(cube: Cube, spec: ViewSpec, read_band: BandReader | None) -> list[NDArray[np.float32]]:
    step = sample_step(cube, SAMPLE_PIXELS)
    sample = channels(cube, spec.composite, None, step, read_band)
    return [channel[np.isfinite(channel)] for channel in np.moveaxis(sample, 2, 0)]


def _limits(sample: NDArray[np.float32], stretch: Stretch) -> tuple[float, float]:
    if not len(sample):
        return 0.0, 1.0
    if stretch.mode == "percentile":
        if not (0 <= stretch.low <= 100 and 0 <= stretch.high <= 100):
            raise UsageError(
                f"the stretch {stretch.low:g}–{stretch.high:g} is no pair of percentages", "use 2 and 98"
            )
        # NumPy's percentile selects, which takes three times as long as its vectorised sort.
        ordered = np.sort(sample)
        low, high = (_percentile(ordered, share) for share in (stretch.low, stretch.high))
        if low < high:
            return low, high
    # Nearly all values are equal: show the few that differ.
    return _apart(float(sample.min()), float(sample.max()))


def _percentile(ordered: NDArray[np.float32], percentage: float) -> float:
    """Return the value at a percentage of rising values (n,), linear between its neighbours."""
    place = percentage / 100 * (len(ordered) - 1)
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * (place - below)


def _apart(low: float, high: float) -> tuple[float, float]:
    """Return `low` and `high`, or limits around an only value, which then shows as middle grey."""
    if low < high:
        return low, high
    margin = max(abs(low) * 0.5, 0.5)
    return low - margin, low + margin
