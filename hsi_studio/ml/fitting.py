"""Brings a model to a cube with other bands, or says why that is impossible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.ml.model import Model
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.wavelength_match import has_same_bands, require_covered


def fitted_to(model: Model, cube: Cube) -> Model:
    """Return the model with a preprocessor that reads `cube`.

    Bands at other wavelengths are interpolated linearly; the interpolation is folded into the weights, so it
    costs nothing per pixel.

    Raises
    ------
    HsiError
        When the cube's wavelengths do not reach as far as the model's, or only one of them has wavelengths
        and the numbers of bands differ.
    """
    if has_same_bands(model.wavelengths_nm, model.bands, model.preprocessor.bands, cube):
        return model
    own, other = model.wavelengths_nm, cube.wavelengths_nm
    assert own is not None
    assert other is not None
    good = np.flatnonzero(cube.good_bands())
    needed = own[model.preprocessor.bands]
    require_covered(needed, other[good], cube.name)
    return replace(model, preprocessor=_resampled(model.preprocessor, needed, good, other[good]))


def _resampled(
    own: Preprocessor, needed: NDArray[np.float64], bands: NDArray[np.intp], given: NDArray[np.float64]
) -> Preprocessor:
    """Return a preprocessor over the cube's good bands: x R for the model's x, R the interpolation."""
    order = np.argsort(given)
    matrix = np.stack([np.interp(needed, given[order], unit) for unit in np.eye(len(given))[:, order]])
    used = np.flatnonzero(matrix.any(axis=1))
    matrix = matrix[used]
    rising = np.argsort(needed)
    mean = np.interp(given[used], needed[rising], own.mean[rising])
    # The mean that is subtracted must be the training one after interpolation, whatever stands in for gaps.
    shift = own.mean - mean @ matrix
    return Preprocessor(
        bands[used],
        mean.astype(np.float32),
        (matrix @ own.weights).astype(np.float32),
        own.reduction,
        own.source,
        offset=-(shift @ own.weights).astype(np.float32),
    )
