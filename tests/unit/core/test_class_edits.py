"""Changes of the class table, and the labels that follow them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.label_stats import counts
from hsi_studio.core.labels import MOST_ID, Labels
from hsi_studio.core.palette import PALETTE
from hsi_studio.core.project import Edit, ProjectState
from hsi_studio.errors import UsageError

TABLE = ClassTable.from_names(["Corn", "Soybean", "Woods"])


def _after(edit: Edit) -> ClassTable:
    assert edit.classes is not None
    assert edit.classes[0] == TABLE
    return edit.classes[1]


def test_a_new_class_gets_the_next_id_and_a_free_colour() -> None:
    table = ClassTable((ClassEntry(1, "Corn", PALETTE[1]), ClassEntry(7, "class 8", (1, 2, 3))))
    entry = class_edits.new_class(table)
    assert entry == ClassEntry(8, "Class 9", PALETTE[0])
    assert class_edits.new_class(table, "  Water ", (9, 9, 9)) == ClassEntry(8, "Water", (9, 9, 9))
    assert class_edits.new_class(ClassTable(())) == ClassEntry(1, "Class 1", PALETTE[0])
    edit = class_edits.add(TABLE, class_edits.new_class(TABLE, "Water"))
    assert [e.name for e in _after(edit)] == ["Corn", "Soybean", "Woods", "Water"]
    assert edit.title == "Add class Water"


def test_a_new_class_has_a_colour_of_its_own_among_many() -> None:
    table = ClassTable.from_names([str(i) for i in range(len(PALETTE) + 2)])
    assert class_edits.new_class(table).color not in {entry.color for entry in table}


def test_ids_at_the_end_of_their_range() -> None:
    table = ClassTable((ClassEntry(MOST_ID, "last", (0, 0, 0)), ClassEntry(1, "first", (0, 0, 0))))
    assert class_edits.new_class(table).id == 2
    full = ClassTable(tuple(ClassEntry(id, f"x{id}", (0, 0, 0)) for id in range(1, MOST_ID + 1)))
    with pytest.raises(UsageError, match="32767 classes; delete one"):
        class_edits.new_class(full)


@pytest.mark.parametrize(("name", "match"), [("", "needs a name"), ("  ", "needs"), ("WOODS ", "class 3 is")])
def test_names_are_there_and_once(name: str, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        class_edits.rename(TABLE, 1, name)


def test_a_name_may_change_its_case() -> None:
    assert _after(class_edits.rename(TABLE, 3, " woods"))[3].name == "woods"
    with pytest.raises(UsageError, match="class 1 is already called Corn; choose another name"):
        class_edits.new_class(TABLE, "corn")


@pytest.mark.parametrize(
    ("edit", "title", "entry"),
    [
        (class_edits.rename(TABLE, 2, "Soy"), "Rename Soybean to Soy", ClassEntry(2, "Soy", PALETTE[1])),
        (class_edits.recolour(TABLE, 2, (1, 2, 3)), "Recolour Soybean", ClassEntry(2, "Soybean", (1, 2, 3))),
        (
            class_edits.describe(TABLE, 2, "rows of green"),
            "Describe Soybean",
            ClassEntry(2, "Soybean", PALETTE[1], "rows of green"),
        ),
        (
            class_edits.set_visible(TABLE, 2, False),
            "Hide Soybean",
            ClassEntry(2, "Soybean", PALETTE[1], visible=False),
        ),
        (
            class_edits.set_locked(TABLE, 2, True),
            "Lock Soybean",
            ClassEntry(2, "Soybean", PALETTE[1], locked=True),
        ),
    ],
)
def test_changes_of_one_class_leave_the_others(edit: Edit, title: str, entry: ClassEntry) -> None:
    assert edit.title == title
    assert _after(edit).entries == (TABLE[1], entry, TABLE[3])
    assert not edit.labels


def test_order() -> None:
    assert [e.id for e in _after(class_edits.move(TABLE, 1, 2))] == [2, 3, 1]
    assert class_edits.move(TABLE, 3, 0).title == "Move Woods"
    assert [e.id for e in _after(class_edits.reorder(TABLE, [3, 1, 2]))] == [3, 1, 2]
    for wrong in ([1, 2], [1, 2, 2], [1, 2, 4]):
        with pytest.raises(ValueError, match="each class once"):
            class_edits.reorder(TABLE, wrong)


def test_changing_nothing_is_no_edit() -> None:
    for edit in (class_edits.rename(TABLE, 1, "Corn"), class_edits.reorder(TABLE, [1, 2, 3])):
        assert not edit


def _state() -> ProjectState:
    first = np.array([[1, 2, 3], [3, 2, 0]])
    return ProjectState(
        TABLE, labels={1: Labels.from_array(first), 4: Labels.from_array(np.full((300, 2), 2))}
    )


def test_merging_moves_the_labels_of_all_cubes() -> None:
    state = _state()
    edit = class_edits.merge(state, 2, 3)
    merged = state.applied(edit)
    assert edit.title == "Merge Soybean into Woods"
    assert [entry.name for entry in merged.classes] == ["Corn", "Woods"]
    assert counts(merged.labels[1]) == {1: 1, 3: 4}
    assert counts(merged.labels[4]) == {3: 600}
    back = merged.applied(edit.reversed())
    assert (back.classes, back.labels[1], back.labels[4]) == (TABLE, state.labels[1], state.labels[4])


def test_deleting_clears_the_labels_and_touches_no_other_cube() -> None:
    state = _state()
    edit = class_edits.remove(state, 3)
    gone = state.applied(edit)
    assert (edit.title, list(edit.labels)) == ("Delete Woods", [1])
    assert [entry.id for entry in gone.classes] == [1, 2]
    assert counts(gone.labels[1]) == {1: 1, 2: 2}
    cleared = class_edits.clear(state, 2)
    assert cleared.classes is None
    assert counts(state.applied(cleared).labels[1]) == {1: 1, 3: 2}


@pytest.mark.parametrize(
    "act",
    [
        lambda state: class_edits.merge(state, 1, 2),
        lambda state: class_edits.merge(state, 2, 1),
        lambda state: class_edits.remove(state, 1),
        lambda state: class_edits.clear(state, 1),
    ],
)
def test_locked_classes_keep_their_labels(act: Callable[[ProjectState], Edit]) -> None:
    locked = class_edits.set_locked(TABLE, 1, True)
    state = _state().applied(locked)
    with pytest.raises(UsageError, match="Corn is locked; unlock it first"):
        act(state)


def test_a_class_is_not_merged_with_itself() -> None:
    with pytest.raises(UsageError, match="itself"):
        class_edits.merge(_state(), 1, 1)


_STEPS: list[Callable[[ProjectState, int], Edit]] = [
    lambda state, id: class_edits.add(state.classes, class_edits.new_class(state.classes)),
    lambda state, id: class_edits.rename(state.classes, id, f"renamed {id}"),
    lambda state, id: class_edits.recolour(state.classes, id, (id, 0, 0)),
    lambda state, id: class_edits.move(state.classes, id, id % len(state.classes)),
    lambda state, id: class_edits.merge(state, id, next(e.id for e in state.classes if e.id != id)),
    class_edits.remove,
    class_edits.clear,
]


@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 20)), max_size=12), st.integers(0, 9))
@settings(deadline=None)
def test_any_sequence_is_undone_step_by_step(
    steps: list[tuple[Callable[[ProjectState, int], Edit], int]], seed: int
) -> None:
    ids = np.random.default_rng(seed).integers(0, 4, (20, 270))
    state = ProjectState(TABLE, labels={1: Labels.from_array(ids)})
    past: list[tuple[Edit, ProjectState]] = []
    for step, choice in steps:
        if len(state.classes) < 2:
            break
        edit = step(state, state.classes.entries[choice % len(state.classes)].id)
        past.append((edit, state))
        state = state.applied(edit)
        known = {entry.id for entry in state.classes}
        assert len(known) == len({entry.name for entry in state.classes}) == len(state.classes)
        assert set(counts(state.labels[1])) <= known
    for edit, before in reversed(past):
        state = state.applied(edit.reversed())
        assert (state.classes, state.labels[1]) == (before.classes, before.labels[1])
