"""From stored values to the network's input, on the device that the network computes on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hsi_studio.core.cube import Cube, nodata_range
from hsi_studio.ml.band_statistics import MOST_MISSING
from hsi_studio.ml.preprocess import Preprocessor

_CACHE_VALUES, _GPU_VALUES = 500_000, 20_000_000
"""Values at once: what a CPU keeps in its cache from one step to the next; on a GPU, to bound the memory."""


def components(
    cube: Cube, preprocessor: Preprocessor, stored: NDArray[Any], device: str = "cpu"
) -> tuple[Tensor, Tensor]:
    """Return components (rows, cols, C') in float32 and validity (rows, cols) of a block of a cube.

    A pixel is invalid when more than half of its values are missing or when all are zero: many files fill
    unmeasured pixels with zeros without saying so. Invalid pixels get zeros, the components of the mean
    spectrum; a single missing value counts as the mean of its band.

    Parameters
    ----------
    stored : ndarray (rows, cols, b)
        Stored values of the preprocessor's bands.
    """
    affine = _Affine(preprocessor, device)
    rows, cols, bands = stored.shape
    step = max(1, (_GPU_VALUES if device.startswith("cuda") else _CACHE_VALUES) // max(1, cols * bands))
    parts = [affine(physical(cube, stored[row : row + step], device)) for row in range(0, rows, step)]
    found, valid = zip(*parts, strict=True)
    return torch.cat(found), torch.cat(valid)


def physical(cube: Cube, stored: NDArray[Any], device: str = "cpu") -> Tensor:
    """Return what `Cube.physical` returns, on a device; infinite values may stay as they are."""
    if stored.dtype.itemsize > 2 and stored.dtype != np.float32:
        return torch.from_numpy(cube.physical(stored)).to(device)
    values = torch.from_numpy(stored)
    values = values.to(device).float() if device.startswith("cuda") else values.float().to(device)
    scaled = values if cube.scale_factor == 1.0 else values / cube.scale_factor
    if cube.nodata is None:
        return scaled
    low, high = map(float, nodata_range(cube.nodata, stored.dtype))
    return scaled.masked_fill((values >= low) & (values <= high), torch.nan)


_WILD = 10_000.0
"""Components are about 1 in size; what is that far away is no measurement, and would be all that the pixels
around it see."""

_ROUNDING = 1e-4
"""Of the sum of products' sizes, more than single precision loses over hundreds of bands."""


class _Affine:
    """A preprocessor on a device."""

    def __init__(self, preprocessor: Preprocessor, device: str) -> None:
        self._mean = torch.from_numpy(preprocessor.mean).to(device)
        self._weights = torch.from_numpy(preprocessor.weights).to(device)
        offset = preprocessor.offset
        self._offset = None if offset is None else torch.from_numpy(offset).to(device)
        self._of_zeros = self._of(-self._mean)
        self._slack = _ROUNDING * (self._mean.abs() @ self._weights.abs())

    def __call__(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return components and validity of physical values (rows, cols, b), NaN where missing."""
        found = self._of(values - self._mean)
        valid = torch.ones(found.shape[:2], dtype=torch.bool, device=found.device)
        # A missing value makes all components of its pixel infinite or NaN, and zeros give what zeros give: a
        # look at C' components instead of b bands tells which few pixels have to be looked at.
        near = ((found - self._of_zeros).abs() <= self._slack).all(2)
        suspect = near | ~(found.abs() < _WILD).all(2)
        if suspect.any():
            found[suspect], valid[suspect] = self._careful(values[suspect])
        return found, valid

    def _careful(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return components and validity of pixels (n, b)."""
        present = pixels.isfinite()
        empty = ~((pixels != 0) & present).any(1) | ((~present).float().mean(1) > MOST_MISSING)
        found = self._of(torch.where(present, pixels - self._mean, 0))
        empty |= ~(found.abs() < _WILD).all(1)
        return found.masked_fill(empty[:, None], 0), ~empty

    def _of(self, centred: Tensor) -> Tensor:
        found = centred @ self._weights
        return found if self._offset is None else found + self._offset
