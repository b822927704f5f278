"""The speed benchmark measures what it says."""

import numpy as np
import pytest

from hsi_studio.core.window import Window
from hsi_studio.ml.s3fn import Architecture
from hsi_studio.ml.speed import GeneratedSource, dense_speed, stream_speed


def test_dense_is_faster_and_equal() -> None:
    found = dense_speed(Architecture(16, 18, (4, 8, 8)), 48, patches=64, runs=2)
    assert found.largest_difference < 1e-4
    assert found.times_faster > 3
    assert 0 < found.share_of_gemm < 2
    assert (found.gemm_flops > 1e9, found.half_gemm_flops) == (True, 0.0)
    assert found.pixels_per_second == pytest.approx(48 * 48 / found.dense_s)


def test_stream_fills_a_slice() -> None:
    ids = np.zeros((4000, 900), np.int16)
    found = stream_speed(Architecture(14, 14, (2, 4, 4)), ids, 40, bands=6)
    assert found.pixels == 40 * 900
    assert (ids[:40] > 0).all()
    assert (ids[40:] == 0).all()
    assert 50e6 < found.peak_private_bytes < 2e9


def test_generated_values_do_not_depend_on_the_window() -> None:
    source = GeneratedSource(500, 400, 9)
    whole = source.read(Window(0, 0, 500, 400), range(9))
    np.testing.assert_array_equal(source.read(Window(31, 57, 20, 30), [2, 5]), whole[31:51, 57:87, [2, 5]])
