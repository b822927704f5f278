"""From the scores of the experts to one probability per class and pixel; classes first, pixels in rows.

With pixels along the rows of memory every step runs over long stretches of it: four times as fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.click_validation import Trust

_REACH = 16.0  # pixels over which the trust goes from near to far

Floats = NDArray[np.float32]


def mixture(scores: Mapping[int, Floats], near: Trust, far: Trust, nearness: Floats) -> Floats:
    """Return probabilities (U, N): the experts' softmax, weighted by trust.

    At a click the weights are those of `near`, far from any the mean of both.

    Parameters
    ----------
    scores : mapping of int to ndarray of float32 (U, N)
        Of each expert that counts, by its place.
    near, far : Trust
    nearness : ndarray of float32 (N,)
        From 1 at clicks to 0.
    """
    total = np.zeros_like(next(iter(scores.values())))
    for place, temperature, weight in _terms(near, far, nearness):
        total += weight * softmax(scores[place], temperature)
    return total


def _terms(near: Trust, far: Trust, nearness: Floats) -> Iterator[tuple[int, float, Floats]]:
    """Yield (expert, temperature, weight (N,)); equal temperatures near and far make one term."""
    close: Floats
    away: Floats
    if far is near:
        for place, share in enumerate(near.counted.tolist()):
            if share:
                yield place, float(near.temperatures[place]), np.float32(share) * np.ones_like(nearness)
        return
    close, away = np.float32(0.5) * (1 + nearness), np.float32(0.5) * (1 - nearness)
    for place, (here, there) in enumerate(zip(near.counted.tolist(), far.counted.tolist(), strict=True)):
        first, second = float(near.temperatures[place]), float(far.temperatures[place])
        if first == second and (here or there):
            yield place, first, np.float32(here) * close + np.float32(there) * away
            continue
        if here:
            yield place, first, np.float32(here) * close
        if there:
            yield place, second, np.float32(there) * away


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Return probabilities (U, N) of scores times `temperature`."""
    exponents = scores * np.float32(temperature)
    exponents -= exponents.max(axis=0)
    np.exp(exponents, out=exponents)
    exponents /= exponents.sum(axis=0)
    return exponents


def nearness(positions: NDArray[np.intp], shape: tuple[int, int]) -> Floats:
    """Return (N,): 1 at clicks, falling to 0 over some 16 pixels; zeros without any click."""
    from scipy.ndimage import distance_transform_edt

    if not len(positions):
        return np.zeros(shape[0] * shape[1], np.float32)
    free = np.ones(shape, bool)
    free.flat[positions] = False
    distance = distance_transform_edt(free).ravel()
    return np.exp(-((distance / _REACH) ** 2)).astype(np.float32)
