"""Correlation along one axis with fewer multiplications.

m neighbouring results of a filter with r taps need m + r − 1 products in place of m · r (Winograd 1980; Lavin
and Gray 2016, arXiv:1509.09308). A product may be anything bilinear: here it is a convolution over all other
axes, so that the additions before and after it cost little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# In this order they keep the numbers small: rounding errors grow with them.
_POINTS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0)
_MOST_PRODUCTS = len(_POINTS) + 1

Matrix = NDArray[np.float64]
Product = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Form:
    """m results y of r taps g over n values d: y = results @ ((taps @ g) · (values @ d))."""

    results: Matrix
    taps: Matrix
    values: Matrix


@cache
def form(results: int, taps: int) -> Form:
    """Return the form for a number of results and taps: values of polynomials at points, and at infinity."""
    if results == 1:
        return Form(np.ones((1, taps)), np.eye(taps), np.eye(taps))
    products = results + taps - 1
    points = np.array(_POINTS[: products - 1])
    given, wanted, whole = (_evaluated(points, length) for length in (taps, results, products))
    return Form(wanted.T, given, np.asarray(np.linalg.inv(whole).T, np.float64))


def cheapest(length: int, taps: int) -> Form:
    """Return the form that needs the fewest products for `length` results."""
    sizes = range(1, max(1, _MOST_PRODUCTS - taps + 1) + 1)
    return form(min(sizes, key=lambda size: -(-length // size) * (size + taps - 1)), taps)


def correlate(values: Tensor, taps: Tensor, product: Product) -> Tensor:
    """Return y[i] = Σ_k product(values[i + k], taps[k]).

    Parameters
    ----------
    values : Tensor (L, …)
    taps : Tensor (r, …)
    product : callable
        (blocks of values (T, …), one tap) → (T, …), linear in both.

    Returns
    -------
    Tensor (L − r + 1, …)
    """
    length = len(values) - len(taps) + 1
    chosen = cheapest(length, len(taps))
    size, count = chosen.results.shape
    blocks = -(-length // size)
    missing = blocks * size + len(taps) - 1 - len(values)
    if missing:
        values = torch.cat((values, values.new_zeros(missing, *values.shape[1:])))
    mixed = torch.from_numpy(chosen.taps).to(taps.dtype) @ taps.flatten(1)
    last = size * (blocks - 1) + 1
    products = [
        product(_mixed([values[j : j + last : size] for j in range(count)], weights), tap)
        for weights, tap in zip(chosen.values, mixed.view(count, *taps.shape[1:]), strict=True)
    ]
    found = products[0].new_empty(blocks, size, *products[0].shape[1:])
    for place, weights in enumerate(chosen.results):
        _mixed(products, weights, out=found[:, place])
    return found.flatten(0, 1)[:length]


def _evaluated(points: Matrix, length: int) -> Matrix:
    """Return the matrix (points + 1, length) that evaluates a polynomial from its coefficients."""
    return np.vstack((np.vander(points, length, increasing=True), np.eye(length)[-1]))


def _mixed(parts: list[Tensor], weights: Matrix, out: Tensor | None = None) -> Tensor:
    """Return the weighted sum of tensors, the terms of weight 0 left out."""
    terms = [
        (part, float(weight)) for part, weight in zip(parts, weights, strict=True) if abs(weight) > 1e-12
    ]
    (first, weight), *others = terms
    if not others and weight == 1.0 and out is None:
        return first
    total = torch.mul(first, weight, out=out)
    for part, weight in others:
        total.add_(part, alpha=weight)
    return total
