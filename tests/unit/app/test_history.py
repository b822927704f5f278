"""History against a plain list of edits, with parts of it let go and fetched again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.app import history as module
from hsi_studio.app.history import History
from hsi_studio.core.labels import Patch
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window


def _edit(number: int, side: int = 1) -> Edit:
    zeros = np.zeros((side, side), np.uint16)
    return Edit(f"Edit {number}", {1: (Patch(Window(0, 0, side, side), zeros, zeros + 1),)})


@given(st.lists(st.sampled_from(["push", "undo", "redo", "fetch"]), max_size=60), st.integers(1, 5))
def test_any_sequence_of_steps_equals_a_plain_list(steps: list[str], at_hand: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_EDITS_AT_HAND", at_hand)
        history, edits, position = History(), list[Edit](), 0
        for number, step in enumerate(steps):
            if step == "push":
                edits[position:] = [_edit(number)]
                history.push(edits[position])
                position += 1
            elif step == "undo" and history.undo_title is not None:
                position -= 1
                assert history.undo_title == edits[position].title
                undone = history.undo()
                assert undone is not None
                assert np.array_equal(undone.labels[1][0].after, edits[position].labels[1][0].before)
            elif step == "redo" and history.redo_title is not None:
                assert history.redo() is edits[position]
                position += 1
            elif step == "fetch":
                history.add_older(max(0, history.older - 2), edits[max(0, history.older - 2) : history.older])
                start = history.newer_start
                history.add_newer(start, edits[start : start + 2])
            assert (history.undo_title is None) <= (history.older > 0 or position == 0)
            assert (history.redo_title is None) <= (history.newer > 0 or position == len(edits))


def test_large_edits_are_let_go_sooner_but_never_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BYTES_AT_HAND", 1000)
    history = History()
    for number in range(5):
        history.push(_edit(number, side=20))
    assert history.older == 4
    assert history.undo_title == "Edit 4"


def test_answers_that_come_too_late_are_ignored() -> None:
    history = History(older=3, newer=3)
    history.push(_edit(3))
    history.add_newer(4, [_edit(9)])
    assert history.redo_title is None
    history.add_older(0, [_edit(0)])
    assert history.older == 3
