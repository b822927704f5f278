"""Spectra with names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SpectralLibrary:
    """Spectra on common wavelengths.

    Parameters
    ----------
    names : tuple of str (n,)
    wavelengths_nm : ndarray of float64 (bands,), optional
        Band centres in nanometres; None when unknown.
    spectra : ndarray of float32 (n, bands)
        NaN where a value is missing.

    Raises
    ------
    ValueError
        When the numbers of names, spectra and wavelengths do not agree.
    """

    names: tuple[str, ...]
    wavelengths_nm: NDArray[np.float64] | None
    spectra: NDArray[np.float32]

    def __post_init__(self) -> None:
        count, bands = self.spectra.shape
        if len(self.names) != count:
            raise ValueError(f"{len(self.names)} names for {count} spectra")
        if self.wavelengths_nm is not None and self.wavelengths_nm.shape != (bands,):
            raise ValueError(f"{self.wavelengths_nm.size} wavelengths for {bands} bands")
