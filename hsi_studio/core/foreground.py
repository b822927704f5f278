"""The pixels of an object before its background."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.indices import compute_index
from hsi_studio.core.reading import band_near, measured_bands, weighted_sums
from hsi_studio.errors import UsageError


class Side(StrEnum):
    """Which side of a threshold the object lies on; auto: the one that touches the image's border less."""

    AUTO = "auto"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True)
class Foreground:
    """How the object is told from the background.

    Parameters
    ----------
    band_nm : float, optional
        Compare the band nearest to this wavelength.
    index : str, optional
        Compare a spectral index; without either, the mean of the good bands.
    threshold : float, optional
        Physical value that parts the two; Otsu's when absent.
    side : Side
    everything : bool
        Take all measured pixels.
    """

    band_nm: float | None = None
    index: str | None = None
    threshold: float | None = None
    side: Side = Side.AUTO
    everything: bool = False

    def pixels(self, cube: Cube) -> NDArray[np.bool_]:
        """Return (rows, cols) True on the object.

        Raises
        ------
        UsageError
            When the cube lacks what is compared, or no pixel is measured.
        """
        plane = self._plane(cube)
        if not np.isfinite(plane).any():
            raise UsageError(f"{cube.name} has no measured pixel", "leave it out")
        return np.isfinite(plane) if self.everything else parted(plane, self.threshold, self.side)

    def _plane(self, cube: Cube) -> NDArray[np.float32]:
        if self.index is not None:
            return compute_index(cube, self.index)
        if self.band_nm is not None:
            return cube.physical(cube.band(band_near(cube, self.band_nm)))
        bands = measured_bands(cube, np.flatnonzero(cube.good_bands()).tolist())
        weights = np.full((len(bands), 1), 1 / len(bands), np.float32)
        return weighted_sums(cube, bands, weights)[..., 0]


def parted(
    plane: NDArray[np.float32], threshold: float | None = None, side: Side = Side.AUTO
) -> NDArray[np.bool_]:
    """Return (rows, cols) True where values lie on the object's side of a threshold; NaN is background.

    Otsu's method: Otsu 1979, doi:10.1109/TSMC.1979.4310076, without the outermost 0.1 % of the values.
    """
    known = np.isfinite(plane)
    value = _otsu(plane[known]) if threshold is None else threshold
    above = known & (plane > value)
    below = known & ~above
    if side == Side.AUTO:
        side = Side.ABOVE if _on_border(above) <= _on_border(below) else Side.BELOW
    return above if side == Side.ABOVE else below


def _otsu(values: NDArray[np.float32]) -> float:
    """Return Otsu's threshold, found on square roots above the darkest: else highlights alone stand out."""
    from skimage import filters

    low, high = np.percentile(values, (0.1, 99.9))
    if low == high:
        return float(low) - 1
    otsu: Any = filters.threshold_otsu
    return float(low + otsu(np.sqrt(np.clip(values, low, high) - low)) ** 2)


def _on_border(inside: NDArray[np.bool_]) -> float:
    """Return the share of its pixels at the image's border, by which a background gives itself away."""
    border = sum(int(line.sum()) for line in (inside[0], inside[-1], inside[1:-1, 0], inside[1:-1, -1]))
    return border / max(1, int(inside.sum()))
