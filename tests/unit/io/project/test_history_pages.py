"""Steps of the history that are read without walking there."""

from pathlib import Path

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit
from hsi_studio.io.project import ProjectFile


def _tables(count: int) -> list[Edit]:
    tables = [ClassTable.from_names([f"Class {i}" for i in range(size)]) for size in range(count + 1)]
    return [Edit(f"Step {i}", classes=(tables[i], tables[i + 1])) for i in range(count)]


def test_done_and_undone_steps_are_read_by_number(tmp_path: Path) -> None:
    file = ProjectFile.create(tmp_path / "a.hsip")
    for edit in _tables(5):
        file.append(edit)
    file.undo()
    file.undo()
    assert [edit.title for edit in file.edits(1, 3)] == ["Step 1", "Step 2"]
    assert [edit.title for edit in file.edits(3, 99)] == ["Step 3", "Step 4"]
    assert file.edits(5, 9) == ()
    assert file.depth == (3, 5)
    file.close()


def test_a_project_is_told_from_others_and_not_from_its_copy(tmp_path: Path) -> None:
    one, other = (ProjectFile.create(tmp_path / name) for name in ("a.hsip", "b.hsip"))
    one.save_copy(tmp_path / "copy.hsip")
    copy = ProjectFile.open(tmp_path / "copy.hsip")
    assert one.identity == copy.identity != other.identity
    for file in (one, other, copy):
        file.close()
