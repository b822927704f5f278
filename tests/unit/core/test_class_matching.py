"""Classes of a truth and of a table are matched by name, then by id."""

from hsi_studio.core.class_matching import matched, renumbered
from hsi_studio.core.classes import ClassEntry, ClassTable


def _entry(id: int, name: str) -> ClassEntry:
    return ClassEntry(id, name, (0, 0, 0))


def test_names_come_first_and_ids_only_where_they_are_free() -> None:
    truth = (_entry(1, "Corn-notill"), _entry(2, "Woods"), _entry(3, "Oats"), _entry(9, "Wheat"))
    table = (_entry(1, "woods"), _entry(2, "Corn notill"), _entry(3, "Barley"))
    # Oats takes Barley's place: the same id, and no other class has that name.
    assert matched(truth, table) == {1: 2, 2: 1, 3: 3}


def test_unnumbered_truth_keeps_the_order_of_ids() -> None:
    truth, table = ClassTable.from_names(["Class 1", "Class 2"]), ClassTable.from_names(["Corn", "Woods"])
    assert matched(truth, table) == {1: 1, 2: 2}


def test_places_count_classes_of_both() -> None:
    truth, table = (_entry(4, "Oats"), _entry(7, "Woods")), (_entry(2, "Woods"), _entry(3, "Corn"))
    places, classes = renumbered(truth, table)
    assert [entry.name for entry in classes] == ["Woods", "Corn", "Oats"]
    assert (places[4], places[7], places[0]) == (3, 1, 0)
