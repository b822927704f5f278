"""Cubes as xarray values: lazy, labelled, equal to the reads."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.interchange import Sliceable
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window

MakeCube = Callable[..., Cube]


def test_values_and_labels(make_cube: MakeCube) -> None:
    values = np.arange(4 * 5 * 6, dtype=np.uint16).reshape(4, 5, 6)
    cube = make_cube(
        values,
        wavelengths_nm=np.linspace(400, 900, 6),
        bad_bands=np.arange(6) == 2,
        nodata=3.0,
        georef=GeoReference((30, 0, 5, 0, -30, 9)),
    )
    array = cube.to_xarray()
    assert array.dims == ("row", "col", "band")
    assert array.dtype == np.uint16
    np.testing.assert_array_equal(array.values, values)
    np.testing.assert_array_equal(array.wavelength, cube.wavelengths_nm)
    assert array.good.values.tolist() == [True, True, False, True, True, True]
    assert array.attrs["nodata"] == 3.0
    assert array.attrs["transform"] == (30, 0, 5, 0, -30, 9)


def test_every_way_of_indexing(make_cube: MakeCube) -> None:
    values = np.arange(9 * 8 * 7).reshape(9, 8, 7)
    array = make_cube(values).to_xarray()
    np.testing.assert_array_equal(array[2:8:3, 1:6:2, 4].values, values[2:8:3, 1:6:2, 4])
    np.testing.assert_array_equal(array[::-2, :, 5:1:-1].values, values[::-2, :, 5:1:-1])
    np.testing.assert_array_equal(
        array[[1, 7], 3, [0, 2, 6]].values, values[np.ix_([1, 7], [3], [0, 2, 6])][:, 0]
    )
    assert array[4:4].values.shape == (0, 8, 7)
    assert int(array.sum()) == values.sum()


def test_slices_that_dask_may_push_down(make_cube: MakeCube) -> None:
    values = np.arange(9 * 8 * 7).reshape(9, 8, 7)
    lazy = Sliceable(make_cube(values))
    for key in (np.s_[2:8:3, 1:6:2, 4:5], np.s_[::-2, 6:1:-3, 5:1:-1], np.s_[:, 3:3, :]):
        np.testing.assert_array_equal(lazy[key], values[key])


def test_nothing_is_read_until_it_is_needed() -> None:
    class Watched(ArraySource):
        reads = 0

        def read(self, window: Window, bands: Any, step: int = 1) -> NDArray[Any]:
            self.reads += 1
            return super().read(window, bands, step)

    source = Watched(np.broadcast_to(np.float32(1), (30_000, 20_000, 200)))
    array = Cube(source, "huge").to_xarray()
    assert source.reads == 0
    assert float(array[:10, :10, :3].mean()) == 1
    assert source.reads == 1
