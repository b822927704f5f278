"""What the user asks to see: frozen values that `core.render` turns into a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_COLORMAP = "viridis"
Operation = Literal["normalized difference", "ratio", "difference", "band depth"]


@dataclass(frozen=True)
class RgbComposite:
    """Three bands (0-based) shown as red, green and blue."""

    red: int
    green: int
    blue: int


@dataclass(frozen=True)
class SingleBand:
    """One band (0-based) through a colour map (any name that `cmap` knows)."""

    band: int
    colormap: str = "gray"


@dataclass(frozen=True)
class TrueColor:
    """CIE 1931 colour under D65 when the visible range is covered, else the nearest three bands."""


@dataclass(frozen=True)
class PcaComposite:
    """First three principal components as red, green and blue; fitted on a sample of the cube."""


@dataclass(frozen=True)
class SpectralIndex:
    """An index of the spyndex catalogue by its short name, such as NDVI."""

    name: str
    colormap: str = DEFAULT_COLORMAP


@dataclass(frozen=True)
class BandRange:
    """Closed interval of wavelengths in nm (of band numbers where a cube has no wavelengths)."""

    low: float
    high: float


@dataclass(frozen=True)
class RangeMath:
    """Mean of range A combined with mean of range B.

    ``normalized difference`` (A−B)/(A+B), ``ratio`` A/B, ``difference`` A−B; ``band depth`` is
    1 − A/continuum, where A lies inside B and the continuum joins B's two ends.
    """

    a: BandRange
    b: BandRange
    operation: Operation = "normalized difference"
    colormap: str = DEFAULT_COLORMAP


Composite = RgbComposite | SingleBand | TrueColor | PcaComposite | SpectralIndex | RangeMath


@dataclass(frozen=True)
class Stretch:
    """How channel values become brightness.

    Parameters
    ----------
    mode : str
        ``percentile`` (low and high are percentages, estimated on a sample), ``minmax`` or ``fixed`` (low and
        high are values).
    joint : bool
        One pair of limits for all channels instead of one pair each.
    gamma : float
        Brightness is (value between the limits)^(1/gamma).
    """

    mode: Literal["percentile", "minmax", "fixed"] = "percentile"
    low: float = 2.0
    high: float = 98.0
    joint: bool = False
    gamma: float = 1.0


@dataclass(frozen=True)
class ViewSpec:
    """Everything that decides the picture of a cube, apart from zoom and position."""

    composite: Composite
    stretch: Stretch = Stretch()


@dataclass(frozen=True)
class Levels:
    """Value limits per channel: ((low, high), …), one pair for grey and three for colour."""

    limits: tuple[tuple[float, float], ...]
