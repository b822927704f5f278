"""Correlation with fewer multiplications gives the same numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from hsi_studio.ml.filtering import cheapest, correlate, form


def times(values: Tensor, tap: Tensor) -> Tensor:
    return values * tap


@given(length=st.integers(1, 20), taps=st.integers(1, 9), seed=st.integers(0, 99))
def test_it_is_numpys_correlation(length: int, taps: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values, weights = random.standard_normal(length + taps - 1), random.standard_normal(taps)
    found = correlate(torch.tensor(values)[:, None], torch.tensor(weights)[:, None], times)[:, 0]
    np.testing.assert_allclose(found, np.correlate(values, weights, "valid"), atol=1e-12)


@pytest.mark.parametrize(
    ("length", "taps", "products"), [(8, 3, 12), (6, 3, 8), (37, 5, 80), (5, 1, 5), (1, 3, 3), (10, 13, 130)]
)
def test_products_are_saved(length: int, taps: int, products: int) -> None:
    count = 0

    def counted(values: Tensor, tap: Tensor) -> Tensor:
        nonlocal count
        count += len(values)
        return values * tap

    correlate(torch.ones(length + taps - 1, 1), torch.ones(taps, 1), counted)
    assert count == products
    assert count <= length * taps


@pytest.mark.parametrize(("results", "taps"), [(2, 3), (4, 3), (6, 3), (4, 5), (2, 5), (7, 2)])
def test_single_precision_is_enough(results: int, taps: int) -> None:
    random = np.random.default_rng(0)
    values = random.standard_normal((results + taps - 1, 5000)).astype(np.float32)
    weights = random.standard_normal((taps, 1)).astype(np.float32)
    found = correlate(torch.from_numpy(values), torch.from_numpy(weights), times).numpy()
    wanted = np.stack([(values[i : i + taps].astype(float) * weights).sum(0) for i in range(results)])
    assert np.abs(found - wanted).max() < 5e-5
    assert len(form(results, taps).values) == results + taps - 1
    assert len(cheapest(results, taps).values) <= 8
