"""Spectra as values, and what the spectrum plot can show of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.errors import UsageError

_DERIVATIVE_BANDS = 7
_DERIVATIVE_ORDER = 2


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One spectrum in stored values, of a pixel or averaged over a region.

    Parameters
    ----------
    name : str
        What the legend says.
    values : ndarray of float32 (bands,)
        NaN where nothing was measured.
    std : ndarray of float32 (bands,), optional
        Sample standard deviation (n − 1) over the pixels of a region.
    count : int
        Pixels that took part.
    """

    name: str
    values: NDArray[np.float32]
    std: NDArray[np.float32] | None = None
    count: int = 1


def pixel_spectrum(cube: Cube, row: int, col: int) -> Spectrum:
    """Return the spectrum of one pixel in stored values, no-data as NaN."""
    stored = cube.spectrum(row, col)
    with np.errstate(over="ignore", invalid="ignore"):
        values = stored.astype(np.float32)
    values[cube.invalid(stored)] = np.nan
    return Spectrum(f"{row}, {col}", values)


def transform(
    values: NDArray[np.floating],
    wavelengths_nm: NDArray[np.float64] | None,
    good: NDArray[np.bool_],
    kind: str,
    *,
    scale_factor: float = 1.0,
    std: NDArray[np.floating] | None = None,
) -> NDArray[np.float32]:
    """Return spectra as the plot shows them; NaN at bad bands and where nothing was measured.

    Parameters
    ----------
    values : ndarray (n, bands)
        Stored values, NaN where invalid.
    wavelengths_nm : ndarray (bands,), optional
        Band numbers take their place when absent.
    good : ndarray of bool (bands,)
        Bands to show and to compute with.
    kind : str
        A key of `TRANSFORMS`.
    scale_factor : float
        Stored value per physical value, for ``Reflectance``.
    std : ndarray (n, bands), optional
        Standard deviations, for ``SNR``.

    Returns
    -------
    ndarray of float32 (n, bands)

    Raises
    ------
    UsageError
        For an unknown kind, and for ``SNR`` without `std`.
    """
    if kind not in TRANSFORMS:
        raise UsageError(f"spectra cannot be shown as {kind!r}", f"choose one of {', '.join(TRANSFORMS)}")
    if kind == "SNR":
        return _signal_to_noise(values, good, std)
    position = np.arange(values.shape[1], dtype=float) if wavelengths_nm is None else wavelengths_nm
    shown = np.full(values.shape, np.nan, np.float32)
    for spectrum, result in zip(values.astype(np.float64), shown, strict=True):
        usable = np.flatnonzero(good & np.isfinite(spectrum) & np.isfinite(position))
        order = usable[np.argsort(position[usable], kind="stable")]
        if len(order):
            result[order] = TRANSFORMS[kind](spectrum[order], position[order])
    return shown / np.float32(scale_factor) if kind == "Reflectance" else shown


def transforms_for(cube: Cube, *, with_std: bool = False) -> tuple[str, ...]:
    """Return the kinds of `TRANSFORMS` that tell something about this cube's spectra."""
    hidden = set() if with_std else {"SNR"}
    if cube.scale_factor == 1.0:
        hidden.add("Reflectance")
    return tuple(kind for kind in TRANSFORMS if kind not in hidden)


def _signal_to_noise(
    values: NDArray[np.floating], good: NDArray[np.bool_], std: NDArray[np.floating] | None
) -> NDArray[np.float32]:
    if std is None:
        raise UsageError("SNR needs the spread of several pixels", "draw a rectangle or polygon")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (values / std).astype(np.float32)
    ratio[~np.isfinite(ratio) | ~good] = np.nan
    return ratio


# The functions below take one spectrum of finite values and its rising positions, both (n,) float64.


def _as_is(values: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: ARG001
    return values


def _snv(values: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: ARG001
    """Standard normal variate: Barnes et al. 1989, doi:10.1366/0003702894202201."""
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def _derivative(values: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope of a parabola fitted to 7 neighbouring bands: Savitzky-Golay for uneven spacing."""
    count = min(_DERIVATIVE_BANDS, len(values))
    if count < 2:
        return np.full_like(values, np.nan)
    first = np.clip(np.arange(len(values)) - count // 2, 0, len(values) - count)
    near = first[:, None] + np.arange(count)
    offset = position[near] - position[:, None]
    width = np.abs(offset).max(axis=1, keepdims=True)
    powers = np.arange(min(_DERIVATIVE_ORDER, count - 1) + 1)
    # Offsets as fractions of the width keep the fit well-conditioned.
    fit = np.linalg.pinv((offset / np.where(width > 0, width, 1))[:, :, None] ** powers)
    slope = np.einsum("ij,ij->i", fit[:, 1], values[near])
    return np.asarray(slope / np.where(width > 0, width, np.nan)[:, 0])


def _continuum_removed(values: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotient by the upper convex hull: Clark and Roush 1984, doi:10.1029/JB089iB07p06329."""
    from spectral.algorithms.continuum import spectral_continuum

    if len(values) < 3:
        return np.ones_like(values)
    hull = spectral_continuum(values, position)
    return np.asarray(np.divide(values, hull, out=np.full_like(values, np.nan), where=hull > 0))


TRANSFORMS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "Values": _as_is,
    "Reflectance": _as_is,
    "SNV": _snv,
    "First derivative": _derivative,
    "Continuum removed": _continuum_removed,
    "SNR": _as_is,
}
"""What the plot can show, in menu order, by the words users see."""
