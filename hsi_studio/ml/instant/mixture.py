"""From the scores of the experts to one probability per class and pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.click_validation import Trust

_NEGLIGIBLE = 0.005
_REACH = 16.0  # pixels over which the trust goes from near to far

Floats = NDArray[np.float32]


def mixture(scores: Sequence[Floats], trust: Trust) -> Floats:
    """Return probabilities (N, U), the weighted mean of the experts'; weights below 0.005 are left out."""
    counted = np.flatnonzero(trust.weights >= _NEGLIGIBLE).tolist()
    weights = trust.weights[counted] / trust.weights[counted].sum()
    total = np.zeros_like(scores[0])
    for place, weight in zip(counted, weights, strict=True):
        total += np.float32(weight) * softmax(scores[place], trust.temperatures[place])
    return total


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Return probabilities (N, U) of scores times `temperature`."""
    exponents = scores * np.float32(temperature)
    exponents -= exponents.max(axis=1, keepdims=True)
    np.exp(exponents, out=exponents)
    exponents /= exponents.sum(axis=1, keepdims=True)
    return exponents


def nearness(positions: NDArray[np.intp], shape: tuple[int, int]) -> Floats:
    """Return (N, 1): 1 at clicks, falling to 0 over some 16 pixels; zeros without any click."""
    from scipy.ndimage import distance_transform_edt

    if not len(positions):
        return np.zeros((shape[0] * shape[1], 1), np.float32)
    free = np.ones(shape, bool)
    free.flat[positions] = False
    distance = distance_transform_edt(free).reshape(-1, 1)
    return np.exp(-((distance / _REACH) ** 2)).astype(np.float32)


def blend(near: Floats, far: Floats, nearness: Floats) -> Floats:
    """Return the near mixture at clicks, going over to the mean of both far from them."""
    return np.asarray(((1 + nearness) * near + (1 - nearness) * far) / 2)
