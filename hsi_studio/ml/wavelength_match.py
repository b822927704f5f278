"""Whether a model can read a cube's bands, by their wavelengths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError

_SAME_NM = 0.5


def has_same_bands(
    wavelengths_nm: NDArray[np.float64] | None, bands: int, used: NDArray[np.integer], cube: Cube
) -> bool:
    """Tell whether a cube has, all good, the bands that a model was trained on, so that it reads it as it is.

    Parameters
    ----------
    wavelengths_nm : ndarray of float64 (bands,), optional
        Of all bands of the training cube.
    bands : int
        Their number.
    used : ndarray of int (b,)
        Those of them (0-based) that the model reads.

    Raises
    ------
    HsiError
        When only one of them has wavelengths, or none, and the numbers of bands differ, or the cube marks one
        of those that are read as bad.
    """
    other = cube.wavelengths_nm
    if wavelengths_nm is not None and other is not None:
        same_length = len(wavelengths_nm) == len(other)
        same = same_length and bool(np.abs(wavelengths_nm - other).max() <= _SAME_NM)
        return same and bool(cube.good_bands()[used].all())
    if bands != cube.bands:
        raise HsiError(
            f"the model reads {bands} bands and {cube.name} has {cube.bands}, and without wavelengths they "
            "cannot be matched",
            "give both wavelengths or use the model's sensor",
        )
    bad = used[~cube.good_bands()[used]]
    if len(bad):
        raise HsiError(
            f"the model reads band {int(bad[0]) + 1}, which {cube.name} marks as bad, and without "
            "wavelengths nothing can stand in for it",
            "train a model without that band",
        )
    return True


def require_covered(needed: NDArray[np.float64], given: NDArray[np.float64], name: str) -> None:
    """Refuse a cube whose bands `given` (nm) do not reach as far as those `needed`.

    Raises
    ------
    HsiError
        With both ranges.
    """
    margin = float(np.median(np.diff(np.sort(given)))) if len(given) > 1 else 0.0
    if needed.min() < given.min() - margin or needed.max() > given.max() + margin:
        raise HsiError(
            f"the model reads {needed.min():.0f} to {needed.max():.0f} nm but {name} covers "
            f"{given.min():.0f} to {given.max():.0f} nm",
            "train a model on this sensor",
        )
