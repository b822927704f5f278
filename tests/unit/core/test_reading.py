"""Sums over bands, strips, samples, remembered results and colour maps."""

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core import reading
from hsi_studio.core.colormaps import colormap_names, lut
from hsi_studio.core.cube import Cube
from hsi_studio.core.memo import once_per_cube
from hsi_studio.core.reading import measured_bands, row_strips, sample_step, weighted_sums
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window

MakeCube = Callable[..., Cube]


@given(
    st.builds(Window, st.integers(0, 9), st.integers(0, 9), st.integers(1, 50), st.integers(1, 50)),
    st.integers(1, 20),
    st.integers(1, 7),
    st.integers(1, 2000),
)
def test_strips_tile_the_window_on_its_own_grid(window: Window, bands: int, step: int, values: int) -> None:
    strips = list(row_strips(window, bands, step, values))
    assert sum(strip.rows for strip in strips) == window.rows
    rows = [row for strip in strips for row in range(strip.row, strip.row_stop, step)]
    assert rows == list(range(window.row, window.row_stop, step))
    height, width = window.shape(step)
    assert all(
        strip.shape(step)[0] == 1 or strip.shape(step)[0] * width * bands <= values for strip in strips
    )
    assert sum(strip.shape(step)[0] for strip in strips) == height


@pytest.mark.parametrize("order", ["bip", "bil", "bsq"])
@pytest.mark.parametrize("dtype", [np.float32, np.uint16, np.float64])
def test_weighted_sums_for_every_interleave(
    make_cube: MakeCube,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    dtype: type,
) -> None:
    monkeypatch.setattr(reading, "_BLOCK_VALUES", 1000)
    monkeypatch.setattr(reading, "_PRODUCT_VALUES", 50)
    axes = {"bip": (0, 1, 2), "bil": (0, 2, 1), "bsq": (2, 0, 1)}[order]
    values = rng.integers(0, 1000, (31, 17, 12)).astype(dtype)
    stored = np.ascontiguousarray(values.transpose(axes)).transpose(np.argsort(axes))
    cube = make_cube(stored, scale_factor=100.0)
    weights = rng.normal(size=(4, 3)).astype(np.float32)
    for bands in ((1, 4, 7, 10), (0, 1, 2, 3), (11, 3, 5, 0)):
        sums = weighted_sums(cube, bands, weights, Window(2, 1, 27, 15), 2)
        expected = values[2:29:2, 1:16:2][..., list(bands)].astype(float) / 100 @ weights
        np.testing.assert_allclose(sums, expected, rtol=1e-4, atol=1e-4)


def test_an_invalid_band_makes_the_sum_invalid(make_cube: MakeCube) -> None:
    values = np.ones((1, 4, 3), np.float32)
    values[0, 0, 1], values[0, 1, 2], values[0, 2, 0] = np.nan, np.inf, -9999
    sums = weighted_sums(make_cube(values, nodata=-9999.0), (0, 1, 2), np.ones((3, 1), np.float32))
    np.testing.assert_array_equal(sums[0, :, 0], [np.nan, np.nan, np.nan, 3])


def test_bands_without_values_are_found(make_cube: MakeCube) -> None:
    values = np.ones((40, 30, 5), np.float32)
    values[..., 1] = np.nan
    values[:25, :, 3] = -1
    cube = make_cube(values, nodata=-1.0)
    assert measured_bands(cube, (0, 1, 3, 4)) == (0, 3, 4)
    assert measured_bands(cube, (1,)) == (1,)


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.integers(1, 300_000))
def test_samples_have_about_the_size_asked_for(rows: int, cols: int, pixels: int) -> None:
    cube = Cube(ArraySource(np.broadcast_to(np.uint8(0), (rows, cols, 1))), "any")
    step = sample_step(cube, pixels)
    height, width = cube.window.shape(step)
    assert height * width <= pixels + height + width
    assert step == 1 or cube.window.size > pixels


def test_results_are_remembered_with_their_cube_only(make_cube: MakeCube) -> None:
    calls = []

    @once_per_cube
    def answer(cube: Cube, number: int) -> int:
        calls.append(number)
        return number * cube.bands

    cube, other = make_cube(np.ones((1, 1, 3))), make_cube(np.ones((1, 1, 4)))
    assert [answer(cube, 2), answer(cube, 2), answer(cube, 3), answer(other, 2)] == [6, 6, 9, 8]
    assert calls == [2, 3, 2]
    gone = weakref.ref(cube)
    del cube
    gc.collect()
    assert gone() is None


def test_every_offered_colour_map_exists_and_differs() -> None:
    tables = [lut(name) for name in colormap_names()]
    assert all(table.shape == (256, 3) and table.dtype == np.uint8 for table in tables)
    assert len({table.tobytes() for table in tables}) == len(tables)
    np.testing.assert_array_equal(lut("gray")[:, 0], np.arange(256))
    with pytest.raises(ValueError, match="read-only"):
        tables[0][0] = 1
