"""Statistics that follow edits against those of all pixels."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.label_stats import ClassSpectra, changed_counts, counts
from hsi_studio.core.labels import TILE, LabelEdit, Labels, reversed_edit
from hsi_studio.core.progress import Progress
from hsi_studio.core.selection import Selection, set_selection
from hsi_studio.core.source import ArraySource
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled

ROWS, COLS, BANDS = 12, TILE + 20, 5


@st.composite
def _stroke(draw: st.DrawFn) -> tuple[Selection, int]:
    window = Window(
        draw(st.integers(0, ROWS - 1)),
        draw(st.integers(TILE - 20, COLS - 1)),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 30)),
    )
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return Selection(window, random.random((window.rows, window.cols)) < 0.7), draw(st.integers(0, 3))


def _cube(seed: int, offset: float, dtype: str) -> Cube:
    """Values that vary little around a large offset, some of them missing, one band without any."""
    random = np.random.default_rng(seed)
    values = (random.normal(offset, 5, (ROWS, COLS, BANDS))).astype(dtype)
    values[random.random(values.shape) < 0.1] = -99
    values[:, :, 3] = -99
    return Cube(ArraySource(values), "generated", nodata=-99)


@given(
    st.lists(st.tuples(_stroke(), st.booleans()), max_size=8),
    st.sampled_from([(100.0, "int16"), (1e6, "float64"), (0.0, "float32"), (3000.0, "float32")]),
)
@settings(deadline=None)
def test_any_edits_and_undos_equal_a_full_recomputation(
    steps: list[tuple[tuple[Selection, int], bool]], kind: tuple[float, str]
) -> None:
    cube = _cube(len(steps), *kind)
    labels, running, number = Labels(ROWS, COLS), ClassSpectra(cube), dict[int, int]()
    past: list[LabelEdit] = []
    for (selection, id), undo in steps:
        edit = reversed_edit(past.pop()) if undo and past else set_selection(labels, selection, id)
        if not undo:
            past.append(edit)
        labels, running = labels.applied(edit), running.applied(edit)
        for key, change in changed_counts(edit).items():
            number[key] = number.get(key, 0) + change
        assert {key: count for key, count in number.items() if count} == counts(labels)
        _assert_equal(running, cube, labels.to_array())
        _assert_equal(ClassSpectra.of(cube, labels), cube, labels.to_array())


def _assert_equal(spectra: ClassSpectra, cube: Cube, ids: NDArray[np.uint16]) -> None:
    stored = cube.block().astype(np.float64)
    stored[cube.invalid(cube.block())] = np.nan
    assert set(spectra.sums) == set(np.unique(ids).tolist()) - {0}
    for id in range(1, 4):
        found = spectra.spectrum(id, "name")
        pixels = stored[ids == id]
        if not len(pixels):
            assert found is None
            continue
        assert found is not None
        assert found.std is not None
        assert (found.count, found.name) == (len(pixels), "name")
        count = np.isfinite(pixels).sum(axis=0)
        mean = np.nansum(pixels, axis=0) / np.where(count, count, np.nan)
        squares = np.nansum((pixels - mean) ** 2, axis=0) / np.where(count > 1, count - 1, np.nan)
        np.testing.assert_allclose(found.values, mean, rtol=1e-6, atol=1e-5)
        np.testing.assert_allclose(found.std, np.sqrt(squares), rtol=1e-5, atol=1e-5)


class _Counting(ArraySource):
    pixels = 0

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[np.generic]:
        self.pixels += window.size
        return super().read(window, bands, step)


def test_an_edit_reads_its_own_pixels_only() -> None:
    source = _Counting(np.broadcast_to(np.arange(4.0), (20_000, 20_000, 4)))
    labels, spectra = Labels(20_000, 20_000), ClassSpectra(Cube(source, "large"))
    edit = set_selection(labels, Selection(Window(9_000, 9_000, 7, 8), np.ones((7, 8), bool)), 2)
    found = spectra.applied(edit).spectrum(2)
    assert source.pixels == 56
    assert found is not None
    assert found.values.tolist() == [0, 1, 2, 3]


def test_cancelling_leaves_the_value_that_was() -> None:
    cube = _cube(1, 0, "float32")
    labels = Labels.from_array(np.ones((ROWS, COLS), int))
    spectra = ClassSpectra.of(cube, labels)
    edit = labels.change(Window.full(ROWS, COLS), np.full((ROWS, COLS), 2))
    calls: list[object] = []
    with pytest.raises(Cancelled):
        spectra.applied(edit, Progress(lambda done, text: calls.append(done), lambda: bool(calls)))
    assert set(spectra.sums) == {1}
    _assert_equal(spectra, cube, labels.to_array())
