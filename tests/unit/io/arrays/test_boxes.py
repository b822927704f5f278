"""Decimated reads of chunked arrays."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.window import Window
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.boxes import ChunkedSource, runs


class Recorder:
    """An array that remembers which parts of it were read."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        self.seen = np.zeros(values.shape, int)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.values.dtype

    def __getitem__(self, key: Any) -> NDArray[Any]:
        self.seen[key] += 1
        part: NDArray[Any] = self.values[key]
        return part


@given(
    first=st.integers(0, 50),
    step=st.integers(1, 20),
    count=st.integers(1, 60),
    chunk=st.integers(1, 16),
    most=st.none() | st.integers(1, 64),
)
def test_runs_cover_everything_once_and_stay_small(
    first: int, step: int, count: int, chunk: int, most: int | None
) -> None:
    wanted = first + step * np.arange(count)
    found = runs(wanted, chunk, most)
    assert [i for run in found for i in range(run.start, run.stop)] == list(range(count))
    for run in found:
        inside = wanted[run]
        assert np.all(np.diff(inside // chunk) <= 1)
        if most is not None:
            assert inside[-1] - inside[0] < max(most, chunk)


def test_rows_between_chunks_are_not_read() -> None:
    array = Recorder(np.arange(100 * 4 * 3).reshape(100, 4, 3))
    source = ChunkedSource(array, Layout(3, 0, 1, 2), (2, 4, 3), Path("a.h5"))
    block = source.read(Window(0, 0, 100, 4), [1], 10)
    np.testing.assert_array_equal(block, array.values[::10, ::10, 1:2])
    assert array.seen[:, 0, 1].sum() == 10
    assert array.seen[:, :, [0, 2]].sum() == 0


def test_bands_far_apart_are_read_alone_and_in_any_order() -> None:
    array = Recorder(np.arange(4 * 5 * 60).reshape(60, 4, 5))
    source = ChunkedSource(array, Layout(3, 1, 2, 0), (1, 4, 5), Path("a.h5"))
    block = source.read(Window(1, 1, 2, 3), [50, 3, 50, 20])
    np.testing.assert_array_equal(block, array.values.transpose(1, 2, 0)[1:3, 1:4][:, :, [50, 3, 50, 20]])
    assert array.seen.sum() == 3 * 2 * 3


def test_large_decimated_reads_stay_below_the_limit_of_a_slab() -> None:
    array = Recorder(np.zeros((4096, 2048, 4), np.uint8))
    sizes: list[int] = []
    source = ChunkedSource(array, Layout(3, 0, 1, 2), (4, 2048, 4), Path("a.h5"))
    original = source._box

    def measured(rows: slice, cols: slice, bands: Any) -> NDArray[Any]:
        box = original(rows, cols, bands)
        sizes.append(box.nbytes)
        return box

    source._box = measured  # type: ignore[method-assign]
    assert source.read(Window(0, 0, 4096, 2048), range(4), 2).shape == (2048, 1024, 4)
    assert max(sizes) <= 32 << 20
    assert np.all(array.seen[::2] == 1)
