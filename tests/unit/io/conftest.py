"""Checks shared by the tests of all readers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window


@pytest.fixture(scope="session")
def assert_reads() -> Callable[[Cube, NDArray[Any]], None]:
    """Compare every kind of read of a cube with the (rows, cols, bands) values it should give."""

    def check(cube: Cube, values: NDArray[Any]) -> None:
        rows, cols, bands = values.shape
        assert cube.shape == values.shape
        assert cube.dtype.isnative
        np.testing.assert_array_equal(cube.block(), values)
        window = Window(rows // 3, cols // 2, rows - rows // 3, cols - cols // 2)
        inside = values[window.slices()]
        np.testing.assert_array_equal(cube.block(window), inside)
        np.testing.assert_array_equal(cube.spectrum(rows - 1, cols // 2), values[rows - 1, cols // 2])
        np.testing.assert_array_equal(cube.band(bands - 1, step=3), values[::3, ::3, bands - 1])
        chosen = [bands - 1, 0, bands // 2, 0]
        np.testing.assert_array_equal(cube.block(window, chosen, 2), inside[::2, ::2][:, :, chosen])
        assert cube.block(window, ()).shape == (window.rows, window.cols, 0)

    return check
