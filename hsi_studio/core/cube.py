"""The hyperspectral cube as a frozen value with lazy reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.source import CubeSource
from hsi_studio.core.window import Window

if TYPE_CHECKING:
    import xarray as xr

_NEVER_MEASURED = 1e20


@dataclass(frozen=True, eq=False)
class Cube:
    """A hyperspectral image (rows, cols, bands); values are read when asked for.

    Reads return values as they are stored. `physical` turns them into reflectance (or whatever the file's
    scale factor leads to), with no-data as NaN.

    Parameters
    ----------
    source : CubeSource
        Where the values come from.
    name : str
        What the user calls it: the file's name without folder.
    path : Path, optional
        The file or folder that was opened.
    format : str
        The format in words, such as ``ENVI``.
    interleave : str, optional
        ``bil``, ``bip`` or ``bsq`` where the file has one.
    wavelengths_nm, fwhm_nm : ndarray of float64 (bands,), optional
        Band centres and widths in nanometres; None when unknown. Not necessarily rising.
    bad_bands : ndarray of bool (bands,), optional
        True where the file marks a band as unusable.
    band_names : tuple of str
        One per band, or empty.
    scale_factor : float
        Stored value divided by it is the physical value (ENVI's reflectance scale factor).
    nodata : float, optional
        Stored value that means "nothing measured here".
    georef : GeoReference, optional
        Position on the ground.
    default_bands : tuple of int
        Bands (0-based) that the file asks to show first: three, one, or none.
    quantity : str
        What a physical value is: ``reflectance``, ``radiance``, ``value`` …
    classes : ClassTable, optional
        For a classification raster: its classes.
    band_axis : int, optional
        Axis of the bands in the file where that had to be inferred; None where the format says.
    fingerprint : str
        Identifies the data wherever the file lies.
    notes : tuple of str
        Sentences for the user on what was guessed or mended on opening.
    """

    source: CubeSource
    name: str
    path: Path | None = None
    format: str = "array"
    interleave: str | None = None
    wavelengths_nm: NDArray[np.float64] | None = None
    fwhm_nm: NDArray[np.float64] | None = None
    bad_bands: NDArray[np.bool_] | None = None
    band_names: tuple[str, ...] = ()
    scale_factor: float = 1.0
    nodata: float | None = None
    georef: GeoReference | None = None
    default_bands: tuple[int, ...] = ()
    quantity: str = "value"
    classes: ClassTable | None = None
    band_axis: int | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, cols, bands)."""
        return self.source.shape

    @property
    def rows(self) -> int:
        return self.shape[0]

    @property
    def cols(self) -> int:
        return self.shape[1]

    @property
    def bands(self) -> int:
        return self.shape[2]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    @property
    def window(self) -> Window:
        """The window of the whole cube."""
        return Window.full(self.rows, self.cols)

    def good_bands(self) -> NDArray[np.bool_]:
        """Return (bands,) True where a band is not marked bad."""
        return np.ones(self.bands, bool) if self.bad_bands is None else ~self.bad_bands

    def band(self, index: int, window: Window | None = None, step: int = 1) -> NDArray[Any]:
        """Return stored values (rows, cols) of one band."""
        plane: NDArray[Any] = self.block(window, (index,), step)[:, :, 0]
        return plane

    def spectrum(self, row: int, col: int) -> NDArray[Any]:
        """Return stored values (bands,) of one pixel."""
        values: NDArray[Any] = self.block(Window(row, col, 1, 1))[0, 0]
        return values

    def block(
        self, window: Window | None = None, bands: Sequence[int] | None = None, step: int = 1
    ) -> NDArray[Any]:
        """Return stored values (rows, cols, bands) of a window, every `step`-th pixel.

        Raises
        ------
        IndexError
            When the window or a band lies outside the cube.
        """
        window = self.window if window is None else window
        chosen = range(self.bands) if bands is None else bands
        if not self.window.contains(window):
            raise IndexError(f"{window} lies outside {self.rows} × {self.cols} pixels")
        if any(not 0 <= band < self.bands for band in chosen):
            raise IndexError(f"band outside 0…{self.bands - 1}")
        return self.source.read(window, chosen, step)

    def invalid(self, stored: NDArray[Any]) -> NDArray[np.bool_]:
        """Return True where stored values are no-data, NaN or infinite; same shape."""
        return missing(stored, self.nodata)

    def physical(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        """Return float32 values in physical units, NaN where invalid; same shape."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = stored.astype(np.float32)
            if self.scale_factor != 1.0:
                values /= np.float32(self.scale_factor)
        values[self.invalid(stored)] = np.nan
        return values

    def nearest_band(self, nm: float) -> int:
        """Return the good band whose centre is nearest to a wavelength in nm.

        Raises
        ------
        ValueError
            When the cube has no wavelengths.
        """
        if self.wavelengths_nm is None:
            raise ValueError(f"{self.name} has no wavelengths")
        distance = np.abs(self.wavelengths_nm - nm)
        good = self.good_bands()
        return int(np.nanargmin(np.where(good, distance, np.nan) if good.any() else distance))

    def covers(self, low_nm: float, high_nm: float) -> bool:
        """Tell whether the wavelengths reach from `low_nm` to `high_nm`."""
        if self.wavelengths_nm is None:
            return False
        return bool(self.wavelengths_nm.min() <= low_nm and self.wavelengths_nm.max() >= high_nm)

    def to_xarray(self) -> xr.DataArray:
        """Return a lazy DataArray (row, col, band) of stored values with a wavelength coordinate."""
        from hsi_studio.core.interchange import cube_to_xarray

        return cube_to_xarray(self)


def missing(stored: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Return True where stored values are no-data, NaN or infinite; same shape."""
    bad: NDArray[np.bool_] = np.zeros(stored.shape, bool)
    if stored.dtype.kind == "f":
        np.isfinite(stored, out=bad)
        np.logical_not(bad, out=bad)
    if nodata is not None:
        low, high = nodata_range(nodata, stored.dtype)
        bad |= (stored >= low) & (stored <= high) if low < high else stored == low
    return bad


def nodata_range(nodata: float, dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the smallest and the largest stored value of a type that mean "not measured"."""
    if dtype.kind != "f":
        return nodata, nodata
    # A value such as -1.23e34 is rounded by every program, and resampling mixes it into its neighbours.
    ends = nodata, nodata
    if not abs(nodata) < _NEVER_MEASURED:
        ends = (-np.inf, -_NEVER_MEASURED) if nodata < 0 else (_NEVER_MEASURED, np.inf)
    with np.errstate(over="ignore"):
        low, high = np.array(ends).astype(dtype)
    return low, high
