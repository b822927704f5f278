"""Windows, array sources, and the reads of a cube."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource, band_runs
from hsi_studio.core.window import Window

windows = st.builds(Window, *[st.integers(-5, 30)] * 2, *[st.integers(0, 30)] * 2)


@given(windows, st.integers(1, 20), st.integers(1, 20))
def test_a_clipped_window_lies_inside(window: Window, rows: int, cols: int) -> None:
    clipped = window.clipped(rows, cols)
    assert Window.full(rows, cols).contains(clipped)
    grid = np.zeros((60, 60), bool)
    grid[window.row + 5 : window.row_stop + 5, window.col + 5 : window.col_stop + 5] = True
    assert clipped.size == grid[5 : rows + 5, 5 : cols + 5].sum()


@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 7), st.integers(1, 7), st.integers(1, 4))
def test_a_read_equals_slicing(row: int, col: int, rows: int, cols: int, step: int) -> None:
    values = np.arange(7 * 7 * 3).reshape(7, 7, 3)
    window = Window(row, col, rows, cols).clipped(7, 7)
    block = ArraySource(values).read(window, (2, 0), step)
    expected = values[row : row + rows : step, col : col + cols : step][..., [2, 0]]
    assert block.shape[:2] == window.shape(step)
    np.testing.assert_array_equal(block, expected)


@given(st.lists(st.integers(0, 40), max_size=12) | st.lists(st.integers(0, 40), unique=True).map(sorted))
def test_band_runs_select_the_same_bands(bands: list[int]) -> None:
    values, chosen = np.arange(41), np.full(len(bands), -1)
    for place, run in band_runs(bands):
        chosen[place] = values[run]
    np.testing.assert_array_equal(chosen, bands)


def test_neighbouring_bands_are_one_run() -> None:
    good = [*range(3, 100), *range(110, 200)]
    assert [run for _, run in band_runs(good)] == [slice(3, 100, 1), slice(110, 200, 1)]
    assert [run for _, run in band_runs(range(0, 200, 2))] == [slice(0, 199, 2)]


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2, 1), (1, 2, 0)])
def test_a_read_is_a_copy_in_the_order_of_the_file(axes: tuple[int, int, int]) -> None:
    in_file = np.arange(300 * 200 * 100, dtype=np.uint16).reshape(300, 200, 100)
    view = in_file.transpose(axes)
    rows, cols, bands = view.shape
    chosen = [0, 1, 2, bands - 1, 5]
    block = ArraySource(view).read(Window.full(rows, cols), chosen)
    np.testing.assert_array_equal(block, view[:, :, chosen])
    assert not np.shares_memory(block, in_file)
    assert np.argsort(block.strides).tolist() == np.argsort(view.strides).tolist()


def test_big_endian_files_are_read_in_native_order() -> None:
    source = ArraySource(np.arange(8, dtype=">i2").reshape(2, 2, 2))
    block = source.read(Window.full(2, 2), (0, 1))
    assert block.dtype == source.dtype == np.dtype("int16")
    assert block[1, 1, 1] == 7


def test_physical_values_are_scaled_and_no_data_is_nan(make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(np.array([[[1000, -9999]]], np.int16), scale_factor=10000.0, nodata=-9999.0)
    np.testing.assert_allclose(cube.physical(cube.spectrum(0, 0)), [0.1, np.nan])


def test_a_rounded_float_sentinel_is_still_no_data(make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(np.full((1, 1, 2), -1.23e34, np.float32), nodata=-1.23e34)
    assert cube.invalid(cube.spectrum(0, 0)).all()


def test_the_nearest_band_is_never_a_bad_one(make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(
        np.zeros((1, 1, 3)),
        wavelengths_nm=np.array([500.0, 510, 520]),
        bad_bands=np.array([False, True, False]),
    )
    assert cube.nearest_band(511) == 2


@pytest.mark.parametrize("window", [Window(0, 0, 3, 1), Window(-1, 0, 1, 1)])
def test_reads_outside_are_refused(make_cube: Callable[..., Cube], window: Window) -> None:
    with pytest.raises(IndexError):
        make_cube(np.zeros((2, 2, 1))).block(window)
    with pytest.raises(IndexError):
        make_cube(np.zeros((2, 2, 1))).band(1)
