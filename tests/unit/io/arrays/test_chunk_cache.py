"""Chunks that are decoded once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.io.arrays import chunk_cache
from hsi_studio.io.arrays.chunk_cache import CachedChunks


class Counted:
    """An array that counts how often it is read."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values, self.reads = values, 0

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.values.dtype

    def __getitem__(self, key: Any) -> NDArray[Any]:
        self.reads += 1
        part: NDArray[Any] = self.values[key]
        return part


@given(data=st.data())
def test_every_box_is_that_of_the_array(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(*[st.integers(1, 9)] * 3))
    chunks = data.draw(st.tuples(*[st.integers(1, 10)] * 3))
    values = np.arange(np.prod(shape)).reshape(shape)
    cached = CachedChunks(Counted(values), chunks)
    for _ in range(3):
        key: list[slice | int] = []
        for length in shape:
            start = data.draw(st.integers(0, length - 1))
            box = slice(start, data.draw(st.integers(start + 1, length)))
            key.append(data.draw(st.sampled_from([start, box, slice(None)])))
        np.testing.assert_array_equal(cached[tuple(key)], values[tuple(key)])


def test_chunks_are_read_once_and_the_oldest_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    array = Counted(np.zeros((8, 8, 8)))
    cached = CachedChunks(array, (4, 4, 4))
    for band in range(4):
        cached[0:8, 0:8, band : band + 1]
    assert array.reads == 4
    monkeypatch.setattr(chunk_cache, "_BYTES", 3 * 4**3 * 8)
    cached[0:8, 0:8, 4:8]
    assert array.reads == 8
    cached[4:8, 4:8, 4:8]
    assert array.reads == 8
    cached[0:4, 0:4, 4:8]
    assert array.reads == 9
