"""Labels against a plain array."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core.labels import TILE, Labels, reversed_edit
from hsi_studio.core.window import Window

ROWS, COLS = TILE + 40, 2 * TILE + 7


@st.composite
def _rectangles(draw: st.DrawFn) -> tuple[Window, int]:
    row, col = draw(st.integers(0, ROWS - 1)), draw(st.integers(0, COLS - 1))
    rows, cols = draw(st.integers(1, ROWS - row)), draw(st.integers(1, COLS - col))
    return Window(row, col, rows, cols), draw(st.integers(0, 3))


@given(st.lists(_rectangles(), max_size=6), st.integers(1, 5))
def test_edits_and_their_reversal_equal_an_array(strokes: list[tuple[Window, int]], step: int) -> None:
    labels, plain = Labels(ROWS, COLS), np.zeros((ROWS, COLS), np.uint16)
    past = []
    for window, value in strokes:
        edit = labels.change(window, np.full((window.rows, window.cols), value))
        past.append((edit, labels))
        labels = labels.applied(edit)
        plain[window.slices()] = value
        assert np.array_equal(labels.read(window, step), plain[window.slices(step)])
    assert np.array_equal(labels.to_array(), plain)
    assert labels == Labels.from_array(plain)
    for edit, before in reversed(past):
        labels = labels.applied(reversed_edit(edit))
        assert labels == before
    assert not labels.tiles


@pytest.mark.parametrize("pixel", [(0, 0), (TILE, TILE), (ROWS - 1, COLS - 1)])
def test_one_pixel_is_one_small_patch(pixel: tuple[int, int]) -> None:
    labels = Labels(ROWS, COLS)
    edit = labels.change(Window(*pixel, 1, 1), np.array([[7]]))
    assert [patch.window for patch in edit] == [Window(*pixel, 1, 1)]
    assert labels.applied(edit).at(*pixel) == 7
    assert labels.applied(edit).at(-1, 0) == 0


def test_setting_what_is_there_is_no_edit() -> None:
    labels = Labels.from_array(np.ones((5, 5), int))
    assert labels.change(Window(1, 1, 2, 2), np.ones((2, 2), int)) == ()
