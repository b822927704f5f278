"""Which class a foreign value is, and the one step that brings it in."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.label_import import (
    CREATE,
    Overlap,
    Target,
    found_values,
    import_edit,
    proposed,
    with_created,
)
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState

TABLE = ClassTable.from_names(["Corn-notill", "Woods", "Wheat"])


def _raster(ids: list[list[int]] | NDArray[np.integer], *names: tuple[int, str]) -> ClassRaster:
    entries = (ClassEntry(id, name, (id, 1, 1)) for id, name in names)
    return ClassRaster("file", np.asarray(ids, np.uint16), ClassTable(tuple(entries)))


def test_values_are_counted_and_named() -> None:
    found = found_values(_raster([[0, 1, 10, 10]], (10, "Lettuce"), (11, "Absent")))
    assert [(f.value, f.pixels, f.entry.name, f.is_named) for f in found] == [
        (1, 1, "Class 1", False),
        (10, 2, "Lettuce", True),
    ]


def test_names_match_first_and_ids_only_where_there_are_no_names() -> None:
    named = found_values(_raster([[1, 2, 3]], (1, "woods"), (2, "corn notill"), (3, "Lettuce")))
    assert proposed(named, TABLE) == {1: 2, 2: 1, 3: None}
    unnamed = found_values(_raster([[2, 7]], (2, "Class 2")))
    assert proposed(unnamed, TABLE) == {2: 2, 7: None}


def test_created_classes_keep_what_is_free() -> None:
    found = found_values(_raster([[2, 14, 15]], (2, "Woods"), (14, "Lettuce"), (15, "Lettuce")))
    table, ids = with_created(found, dict.fromkeys((2, 14, 15), CREATE), TABLE)
    assert ids == {2: 4, 14: 14, 15: 15}
    assert [(e.id, e.name) for e in table][3:] == [(4, "Woods 2"), (14, "Lettuce"), (15, "Lettuce 2")]
    assert table[14].color == (14, 1, 1)
    taken = ClassTable((*TABLE, ClassEntry(9, "Other", (14, 1, 1))))
    assert with_created(found, {14: CREATE}, taken)[0][14].color not in {e.color for e in taken}


def _reference(
    old: NDArray[np.integer], new: NDArray[np.integer], locked: bool, overlap: Overlap
) -> NDArray[np.integer]:
    if overlap == "only":
        result = new.copy()
    elif overlap == "keep":
        result = np.where(old != 0, old, new)
    else:
        result = np.where(new != 0, new, old)
    return np.where(old == 2, old, result) if locked else result


_ids = arrays(np.uint16, (5, 7), elements=st.integers(0, 3))


@given(old=_ids, values=_ids, locked=st.booleans(), overlap=st.sampled_from(["replace", "keep", "only"]))
def test_an_import_equals_plain_numpy_and_is_undone(
    old: NDArray[np.uint16], values: NDArray[np.uint16], locked: bool, overlap: Overlap
) -> None:
    table = ClassTable(tuple(replace(e, locked=locked and e.id == 2) for e in TABLE))
    state = ProjectState(table, (ProjectCube(4, "", "c", "", 5, 7),), {4: Labels.from_array(old)})
    targets: dict[int, Target] = {1: 3, 2: CREATE, 3: None}
    before = (table, state.labels_of(4))
    edit = import_edit("Import", 4, before, _raster(values), targets, overlap=overlap)
    new = np.select([values == 1, values == 2], [3, 4], 0)
    after = state.applied(edit)
    np.testing.assert_array_equal(after.labels_of(4).to_array(), _reference(old, new, locked, overlap))
    assert len(after.classes) == 3 + bool((values == 2).any())
    assert after.applied(edit.reversed()).labels_of(4) == state.labels_of(4)


def test_an_import_of_nothing_changes_nothing() -> None:
    edit = import_edit("Import", 1, (TABLE, Labels(2, 2)), _raster([[0, 5], [5, 0]]), {5: None})
    assert not edit
    assert isinstance(edit, Edit)


def test_large_images_are_cut_into_tiles() -> None:
    values = np.zeros((600, 700), np.uint16)
    values[100:600:250, 650] = 1
    edit = import_edit("Import", 1, (TABLE, Labels(600, 700)), _raster(values), {1: 1})
    assert sum(patch.window.size for patch in edit.labels[1]) < 300
    after = Labels(600, 700).applied(edit.labels[1])
    np.testing.assert_array_equal(after.to_array(), values)
