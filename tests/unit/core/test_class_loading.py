"""Class tables that are loaded into others."""

from hsi_studio.core.class_loading import load
from hsi_studio.core.classes import ClassEntry, ClassTable


def test_same_names_are_updated_and_others_added() -> None:
    classes = ClassTable(
        (
            ClassEntry(1, "Corn-notill", (1, 1, 1), "mine", locked=True),
            ClassEntry(2, "Woods", (2, 2, 2)),
            ClassEntry(7, "Water", (3, 3, 3), "blue"),
        )
    )
    loaded = ClassTable(
        (
            ClassEntry(1, "woods", (9, 9, 9), "trees"),
            ClassEntry(2, "corn notill", (8, 8, 8)),
            ClassEntry(7, "Oats", (6, 6, 6), "grain"),
            ClassEntry(40, "Rye", (5, 5, 5)),
        )
    )
    result = load(classes, loaded, "t.yaml")
    assert (result.added, result.updated) == (2, 2)
    assert result.edit.classes is not None
    assert tuple(result.edit.classes[1]) == (
        ClassEntry(1, "Corn-notill", (8, 8, 8), "mine", locked=True),
        ClassEntry(2, "Woods", (9, 9, 9), "trees"),
        ClassEntry(7, "Water", (3, 3, 3), "blue"),
        ClassEntry(8, "Oats", (6, 6, 6), "grain"),
        ClassEntry(40, "Rye", (5, 5, 5)),
    )
    assert not load(result.edit.classes[1], loaded, "again").edit


def test_an_empty_table_becomes_the_loaded_one() -> None:
    loaded = ClassTable.from_names(["A", "B"])
    result = load(ClassTable(()), loaded, "t.yaml")
    assert result.edit.classes == (ClassTable(()), loaded)


def test_colours_of_classes_that_stay_are_given_to_no_other() -> None:
    classes = ClassTable.from_names([f"Own {number}" for number in range(16)])
    loaded = ClassTable.from_names([f"Class number {number}" for number in range(1, 41)])
    table = load(classes, loaded, "forty.yaml").edit.classes
    assert table is not None
    assert [entry.color for entry in table[1]][:16] == [entry.color for entry in classes]
    assert len({entry.color for entry in table[1]}) == 56
    assert not load(table[1], loaded, "forty.yaml").edit


def test_colours_may_change_places() -> None:
    one, other = (1, 1, 1), (2, 2, 2)
    edit = load(
        ClassTable.from_names(["A", "B"], [one, other]), ClassTable.from_names(["A", "B"], [other, one]), "t"
    ).edit
    assert edit.classes is not None
    assert [entry.color for entry in edit.classes[1]] == [other, one]
