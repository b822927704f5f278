"""Means of square windows around every pixel, over the measured pixels only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.pairs import two_at_a_time

WINDOWS = (1, 3, 5, 9, 15, 21, 31)
"""Sides of the windows in pixels."""


def box_means(
    planes: NDArray[np.float32], valid: NDArray[np.bool_], sides: Sequence[int] = WINDOWS
) -> NDArray[np.float32]:
    """Return the means of windows, (rows · cols, len(sides) · k), of planes (rows, cols, k).

    Windows are reflected at the borders. Pixels that were not measured (zeros in `planes`) are left out; a
    window without any measured pixel gives zeros.
    """
    rows, cols, count = planes.shape
    means = np.empty((rows, cols, len(sides) * count), np.float32)

    def fill(place: int) -> None:
        means[..., place * count : (place + 1) * count] = _mean(planes, valid, sides[place])

    two_at_a_time(fill, range(len(sides)))
    return means.reshape(rows * cols, -1)


def _mean(planes: NDArray[np.float32], valid: NDArray[np.bool_], side: int) -> NDArray[np.float32]:
    from scipy.ndimage import uniform_filter

    if side == 1:
        return planes
    sums: NDArray[np.float32] = uniform_filter(planes, (side, side, 1), mode="reflect")
    if valid.all():
        return sums
    share = uniform_filter(valid.astype(np.float32), side, mode="reflect")[..., None]
    return np.asarray(np.where(share > 0.5 / side**2, sums / np.maximum(share, 1e-9), 0), np.float32)
