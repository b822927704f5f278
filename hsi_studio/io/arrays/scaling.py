"""Scale factors and offsets that a file applies to its stored values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsi_studio.core.source import CubeSource
from hsi_studio.core.window import Window
from hsi_studio.io.arrays.variable import Variable


class ScaledSource:
    """Stored values of another source times gain plus offset, as float32 with NaN for no-data.

    For files whose scaling one factor cannot express.

    Parameters
    ----------
    inner : CubeSource
    gains, offsets : array-like of float
        One for all bands, or (bands,).
    nodata : float, optional
        Stored value that means "nothing measured here".
    """

    def __init__(self, inner: CubeSource, gains: ArrayLike, offsets: ArrayLike, nodata: float | None) -> None:
        self._inner, self._nodata = inner, nodata
        bands = inner.shape[2]
        self._gains = np.broadcast_to(np.asarray(gains, np.float32), (bands,))
        self._offsets = np.broadcast_to(np.asarray(offsets, np.float32), (bands,))

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._inner.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        stored = self._inner.read(window, bands, step)
        chosen = list(bands)
        values: NDArray[Any] = stored.astype(np.float32) * self._gains[chosen] + self._offsets[chosen]
        if self._nodata is not None:
            values[stored == np.asarray(self._nodata).astype(stored.dtype)] = np.nan
        return values


def scaled(source: CubeSource, gains: ArrayLike, offsets: ArrayLike, nodata: float | None) -> dict[str, Any]:
    """Return `source`, `scale_factor` and `nodata` of a cube whose physical value is stored × gain + offset.

    One gain for all bands without an offset becomes the cube's scale factor and leaves the values as stored.
    """
    factors = np.atleast_1d(np.asarray(gains, np.float64))
    if not (np.isfinite(factors).all() and (factors != 0).all()):
        factors = np.ones(1)
    if not np.any(offsets) and (factors == factors[0]).all():
        return {"source": source, "scale_factor": _inverse(float(factors[0])), "nodata": nodata}
    return {"source": ScaledSource(source, factors, offsets, nodata), "nodata": None}


def _inverse(gain: float) -> float:
    """Return 1 / gain, rounded where the gain is a decimal fraction: 0.0001 gives 10000."""
    return float(f"{1 / gain:.12g}")


def scaled_fields(source: CubeSource, variable: Variable) -> dict[str, Any]:
    """Return `source`, `scale_factor`, `nodata` and `quantity` from the attributes of the CF conventions."""
    attributes = variable.attributes
    nodata = _number(attributes, "_FillValue", _number(attributes, "missing_value", None))
    gain = _number(attributes, "scale_factor", 1.0)
    offset = _number(attributes, "add_offset", 0.0)
    assert gain is not None
    assert offset is not None
    return {**scaled(source, gain, offset, nodata), "quantity": quantity_of(variable)}


def _number(attributes: Mapping[str, Any], name: str, otherwise: float | None) -> float | None:
    try:
        return float(np.asarray(attributes[name]).ravel()[0])
    except (KeyError, IndexError, TypeError, ValueError):
        return otherwise


def quantity_of(variable: Variable) -> str:
    """Return ``reflectance`` or ``radiance`` where the variable is called so, else ``value``."""
    names = [
        variable.name,
        *(str(variable.attributes.get(key, "")) for key in ("long_name", "standard_name")),
    ]
    words = " ".join(names).lower()
    return next((quantity for quantity in ("reflectance", "radiance") if quantity in words), "value")
