"""Selections and the edits that follow from them, against plain arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.labels import TILE, LabelEdit, Labels, reversed_edit
from hsi_studio.core.selection import Selection, difference, replaced, set_selection, unlabelled
from hsi_studio.core.window import Window

ROWS, COLS = TILE + 9, TILE + 30


@st.composite
def _selections(draw: st.DrawFn) -> Selection:
    """Somewhere around the corner of four tiles or the image's edge, in and out of the image."""
    row, col = draw(st.integers(-12, ROWS + 4)), draw(st.integers(TILE - 20, COLS + 4))
    rows, cols = draw(st.integers(0, 30)), draw(st.integers(0, 40))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return Selection(Window(row, col, rows, cols), random.random((rows, cols)) < 0.6)


def _plain(selection: Selection) -> NDArray[np.bool_]:
    """The selection's pixels inside the image, one by one."""
    image = np.zeros((ROWS, COLS), bool)
    first = np.array([selection.window.row, selection.window.col])
    for row, col in np.argwhere(selection.inside) + first:
        if 0 <= row < ROWS and 0 <= col < COLS:
            image[row, col] = True
    return image


def _placed(selection: Selection) -> NDArray[np.bool_]:
    return selection.read(Window.full(ROWS, COLS))


@given(_selections(), _selections())
@settings(deadline=None)
def test_sets_of_pixels_equal_arrays(a: Selection, b: Selection) -> None:
    assert np.array_equal(_placed(a), _plain(a))
    assert np.array_equal(_placed(a.union(b)), _plain(a) | _plain(b))
    assert a.union(b).count == b.union(a).count
    assert np.array_equal(_placed(a.without(b)), _plain(a) & ~_plain(b))
    clipped = a.clipped(ROWS, COLS)
    assert clipped.count == _plain(a).sum()
    assert clipped.window.size == 0 or Window.full(ROWS, COLS).contains(clipped.window)
    trimmed = a.trimmed()
    assert (trimmed.count, bool(trimmed)) == (a.count, bool(a.count))
    assert np.array_equal(_placed(trimmed), _plain(a))
    assert not a.count or all(edge.any() for edge in (*trimmed.inside[[0, -1]], *trimmed.inside.T[[0, -1]]))


def test_an_empty_selection_has_no_window() -> None:
    assert Selection.empty().window.size == 0
    assert Selection(Window(3, 3, 2, 2), np.zeros((2, 2), bool)).trimmed().window.size == 0
    assert Selection(Window(-9, 0, 3, 3), np.ones((3, 3), bool)).clipped(5, 5).window.size == 0


Stroke = tuple[Selection, int, bool, bool, frozenset[int]]
_strokes = st.lists(
    st.tuples(
        _selections(),
        st.integers(0, 4),
        st.booleans(),
        st.booleans(),
        st.frozensets(st.integers(1, 4), max_size=2),
    ),
    max_size=6,
)


@given(_strokes)
@settings(deadline=None)
def test_strokes_their_conditions_and_undo_equal_an_array(strokes: list[Stroke]) -> None:
    labels, plain = Labels(ROWS, COLS), np.zeros((ROWS, COLS), np.uint16)
    checks = np.add.outer(np.arange(ROWS), np.arange(COLS)) % 2 == 0
    past: list[tuple[LabelEdit, Labels]] = []
    for selection, id, only_unlabelled, only_checks, locked in strokes:
        allowed = checks if only_checks else np.ones_like(checks)
        where = _plain(selection) & allowed & ~np.isin(plain, list(locked))
        if only_unlabelled:
            where &= plain == 0
        blank = unlabelled(labels)
        edit = set_selection(
            labels,
            selection,
            id,
            only=lambda window, allowed=allowed, blank=blank, narrow=only_unlabelled: (
                allowed[window.slices()] & (blank(window) if narrow else True)
            ),
            locked=locked,
        )
        past.append((edit, labels))
        labels = labels.applied(edit)
        plain[where] = id
        assert np.array_equal(labels.to_array(), plain)
    whole = difference(Labels(ROWS, COLS), labels)
    assert len({(p.window.row // TILE, p.window.col // TILE) for p in whole}) == len(whole)
    assert Labels(ROWS, COLS).applied(whole) == labels
    assert labels.applied(reversed_edit(whole)) == Labels(ROWS, COLS)
    for edit, before in reversed(past):
        labels = labels.applied(reversed_edit(edit))
        assert labels == before


@given(_strokes, st.integers(0, 4), st.integers(0, 4))
@settings(deadline=None)
def test_replacing_a_class(strokes: list[Stroke], old: int, new: int) -> None:
    labels = Labels(ROWS, COLS)
    for selection, id, *_ in strokes:
        labels = labels.applied(set_selection(labels, selection, id))
    if old == 0:
        return
    plain = labels.to_array()
    after = labels.applied(replaced(labels, old, new))
    assert np.array_equal(after.to_array(), np.where(plain == old, new, plain))
    assert (replaced(labels, old, new) == ()) == (old == new or not (plain == old).any())


def test_an_edit_is_no_larger_than_what_it_changes() -> None:
    labels = Labels(20_000, 20_000)
    stamp = Selection(Window(TILE - 2, TILE - 3, 5, 6), np.ones((5, 6), bool))
    edit = set_selection(labels, stamp, 3)
    assert sum(patch.window.size for patch in edit) == stamp.count
    assert set_selection(labels.applied(edit), stamp, 3) == ()


def test_an_id_that_no_file_can_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        set_selection(Labels(3, 3), Selection.empty(), 40_000)
