"""The network's input from stored values: any type, scale, no-data value and pattern of missing values."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.ml import components as module
from hsi_studio.ml.components import components, physical
from hsi_studio.ml.preprocess import Preprocessor

BANDS = 9


def plainly(
    cube: Cube, preprocessor: Preprocessor, stored: NDArray[np.generic]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return components and validity by the definition, pixel by pixel."""
    values = cube.physical(stored)
    found = np.zeros((*values.shape[:2], preprocessor.components), np.float32)
    valid = np.zeros(values.shape[:2], bool)
    for place in np.ndindex(*valid.shape):
        present = np.isfinite(values[place])
        if present.mean() < 0.5 or not np.any(values[place][present]):
            continue
        centred = np.where(present, values[place] - preprocessor.mean, 0).astype(np.float64)
        valid[place], found[place] = True, centred @ preprocessor.weights
        if preprocessor.offset is not None:
            found[place] += preprocessor.offset
    return found, valid


@given(
    dtype=st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4", "i8", "f2", "f4", "f8"]),
    nodata=st.sampled_from([None, 0.0, 3.0, -9999.0, 0.1, -1.23e34, np.nan]),
    scale=st.sampled_from([1.0, 10.0, 10_000.0]),
    offset=st.booleans(),
    chunk=st.sampled_from([1, 200, 10**6]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_defined(  # noqa: PLR0917
    dtype: str, nodata: float | None, scale: float, offset: bool, chunk: int, seed: int,
    make_cube: Callable[..., Cube],
) -> None:  # fmt: skip
    random = np.random.default_rng(seed)
    stored = random.integers(0, 120, (7, 5, BANDS)).astype(dtype)
    stored[random.random(stored.shape) < 0.3 * random.random()] = 3
    if stored.dtype.kind == "f":
        stored[random.random(stored.shape) < 0.3 * random.random()] = np.nan
        stored[2, 2, 1], stored[3, 3, 0] = np.inf, np.nan
        if nodata is not None and abs(nodata) < float(np.finfo(stored.dtype).max):
            stored[5] = nodata
            stored[5, 2, :5] = 7
    stored[1, 1], stored[4, 4] = 0, 3
    cube = make_cube(stored, nodata=nodata, scale_factor=scale)
    mean = random.normal(60, 5, BANDS).astype(np.float32) / np.float32(scale)
    weights = random.normal(0, scale / 100, (BANDS, 14)).astype(np.float32)
    shift = random.normal(0, 1, 14).astype(np.float32) if offset else None
    preprocessor = Preprocessor(np.arange(BANDS), mean, weights, "pca", "nothing", shift)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CACHE_VALUES", chunk)
        found, valid = components(cube, preprocessor, stored)
    wanted, known = plainly(cube, preprocessor, stored)
    np.testing.assert_array_equal(valid.numpy(), known)
    np.testing.assert_allclose(found.numpy(), wanted, atol=2e-4)
    assert not valid[1, 1]
    assert found.dtype == torch.float32


@pytest.mark.parametrize("memory", ["bip", "bil", "bsq"])
def test_the_order_in_memory_does_not_matter(memory: str, make_cube: Callable[..., Cube]) -> None:
    values = np.random.default_rng(0).integers(0, 4000, (6, 8, BANDS), dtype=np.uint16)
    axes = {"bip": (0, 1, 2), "bil": (0, 2, 1), "bsq": (2, 0, 1)}[memory]
    laid_out = np.ascontiguousarray(values.transpose(axes)).transpose(np.argsort(axes))
    cube = make_cube(laid_out)
    weights = np.random.default_rng(1).normal(0, 1e-3, (BANDS, 14)).astype(np.float32)
    preprocessor = Preprocessor(np.arange(BANDS), np.full(BANDS, 2000, np.float32), weights, "pca", "nothing")
    found, valid = components(cube, preprocessor, cube.block())
    np.testing.assert_allclose(found.numpy(), (values - 2000.0) @ weights, atol=1e-4)
    assert valid.all()


@pytest.mark.parametrize("size", [1e-6, 1e-3, 1.0])
def test_zeros_are_found_whatever_the_weights(size: float, make_cube: Callable[..., Cube]) -> None:
    random = np.random.default_rng(0)
    values = random.normal(9000, 50, (60, 50, 300)).astype(np.float32)
    empty = random.random((60, 50)) < 0.2
    values[empty] = 0
    weights = random.normal(0, size, (300, 16))
    weights -= weights.mean(axis=0)  # what is common to all bands cancels, as in noise fractions
    mean = random.normal(9000, 5, 300).astype(np.float32)
    preprocessor = Preprocessor(np.arange(300), mean, weights.astype(np.float32), "mnf", "nothing")
    found, valid = components(make_cube(values), preprocessor, values)
    np.testing.assert_array_equal(valid.numpy(), ~empty)
    assert (found[~valid] == 0).all()


def test_physical_values_are_the_cubes(make_cube: Callable[..., Cube]) -> None:
    stored = np.array([[[5, -32768, 7]]], np.int16)
    cube = make_cube(stored, nodata=-32768.0, scale_factor=10.0)
    np.testing.assert_array_equal(physical(cube, stored).numpy(), cube.physical(stored))
