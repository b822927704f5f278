"""Edits, undo and redo in the file against plain arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.labels import TILE, Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile, check_project

SIZES = {1: (TILE + 40, 2 * TILE + 7), 5: (30, 20)}


@dataclass
class Reference:
    """A history as a list of plain arrays and tables."""

    past: list[tuple[dict[int, NDArray[np.uint16]], ClassTable]] = field(
        default_factory=lambda: [
            ({number: np.zeros(size, np.uint16) for number, size in SIZES.items()}, ClassTable(()))
        ]
    )
    at: int = 0

    def do(self, arrays: dict[int, NDArray[np.uint16]], table: ClassTable) -> None:
        """Add a step; those that were undone are forgotten."""
        self.past = [*self.past[: self.at + 1], ({**self.past[self.at][0], **arrays}, table)]
        self.at += 1

    def equals(self, state: ProjectState) -> bool:
        """Compare every pixel."""
        arrays, table = self.past[self.at]
        labels = all(
            np.array_equal(state.labels_of(number).to_array(), ids) for number, ids in arrays.items()
        )
        return table == state.classes and labels


@st.composite
def _rectangles(draw: st.DrawFn) -> tuple[str, int, Window, int]:
    number = draw(st.sampled_from(sorted(SIZES)))
    rows, cols = SIZES[number]
    row, col = draw(st.integers(0, rows - 1)), draw(st.integers(0, cols - 1))
    height, width = draw(st.integers(1, rows - row)), draw(st.integers(1, cols - col))
    return "paint", number, Window(row, col, height, width), draw(st.integers(0, 300))


_ENTRIES = st.builds(
    ClassEntry,
    id=st.integers(1, 32_767),
    name=st.text(min_size=1),
    color=st.tuples(*(st.integers(0, 255) for _ in range(3))),
    description=st.text(),
    visible=st.booleans(),
    locked=st.booleans(),
)
_TABLES = st.lists(_ENTRIES, unique_by=lambda entry: entry.id, max_size=4).map(
    lambda entries: ("classes", ClassTable(tuple(entries)))
)
_MOVES = st.sampled_from([("undo",), ("redo",), ("reopen",), ("save as",), ("checkpoint",)])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(_rectangles(), _TABLES, _MOVES, _MOVES), max_size=25))
def test_any_sequence_of_steps_equals_plain_arrays(actions: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "0.hsip")
        project, reference = ProjectFile.create(path), Reference()
        for number, (rows, cols) in SIZES.items():
            project.add_cube(ProjectCube(number, f"{number}.hdr", f"{number}", "f" * 32, rows, cols))
        held = project.state
        for place, action in enumerate(actions, 1):
            project, held = _acted(project, held, reference, action, Path(folder, f"{place}.hsip"))
            assert reference.equals(held)
        assert reference.equals(project.state)
        assert project.depth == (reference.at, len(reference.past) - 1)
        while project.undo() is not None:
            reference.at -= 1
            assert reference.equals(project.state)
        assert reference.at == 0
        project.close()
        assert check_project(project.path).sound


def _acted(
    project: ProjectFile, held: ProjectState, reference: Reference, action: tuple[Any, ...], copy: Path
) -> tuple[ProjectFile, ProjectState]:
    """Do one action on the file, on the state that a window would hold, and on the plain arrays."""
    match action:
        case "paint", number, window, value:
            ids = reference.past[reference.at][0][number].copy()
            ids[window.slices()] = value
            reference.do({number: ids}, held.classes)
            after = np.full((window.rows, window.cols), value)
            edit: Edit | None = Edit("Brush", {number: held.labels_of(number).change(window, after)})
            project.append(edit)
        case "classes", table:
            reference.do({}, table)
            project.append(edit := Edit("Classes", classes=(held.classes, table)))
        case ("undo",):
            edit = project.undo()
            reference.at -= edit is not None
        case ("redo",):
            edit = project.redo()
            reference.at += edit is not None
        case ("checkpoint",):
            project.checkpoint()
            edit = None
        case (how,):
            if how == "save as":
                project.save_copy(copy)
            project.close()
            project, edit = ProjectFile.open(copy if how == "save as" else project.path), None
            assert reference.equals(project.state)
    return project, held if edit is None else held.applied(edit)


def test_titles_follow_the_history(project: ProjectFile, paint: Callable) -> None:
    assert (project.undo_title, project.redo_title) == ("Add classes", None)
    paint(project, 2)
    assert project.undo_title == "Brush 1"
    project.undo()
    assert (project.undo_title, project.redo_title) == ("Brush 0", "Brush 1")
    project.append(Edit("Erase"))
    assert (project.undo_title, project.redo_title) == ("Erase", None)
    assert project.redo() is None


def test_undo_past_the_beginning_is_nothing(project: ProjectFile) -> None:
    assert project.undo() is not None
    assert project.undo() is None
    assert project.undo_title is None
    assert project.state.classes == ClassTable(())


def test_patches_that_lie_over_each_other_are_undone_in_reverse(
    project: ProjectFile, nothing: Labels
) -> None:
    first = nothing.change(Window(0, 0, 4, 4), np.full((4, 4), 1))
    second = nothing.applied(first).change(Window(2, 2, 4, 4), np.full((4, 4), 2))
    project.append(Edit("Drag", {1: first + second}))
    assert project.state.labels_of(1) == nothing.applied(first).applied(second)
    assert check_project(project.path).sound
    project.undo()
    assert project.state.labels_of(1) == nothing


def test_every_description_is_remembered(project: ProjectFile) -> None:
    table, started = project.state.classes, datetime.now(UTC)
    texts = ["young corn", "young corn, low canopy", ""]
    for text in texts:
        corn, woods = table
        after = ClassTable((ClassEntry(corn.id, corn.name, corn.color, text), woods))
        project.append(Edit("Describe Corn", classes=(table, after)))
        table = after
    project.set_flipped(1, 12)
    project.undo()
    versions = project.description_versions(1)
    assert [version.text for version in versions] == texts
    assert [version.flipped for version in versions] == [None, None, 12]
    assert all(timedelta(0) <= version.when - started < timedelta(minutes=1) for version in versions)
    assert project.description_versions(2) == []


def test_settings_and_cubes_are_outside_the_history(project: ProjectFile, cube: ProjectCube) -> None:
    assert project.value("view") is None
    project.set_value("view", {"bands": [3, 2, 1], "name": "µ"})
    project.set_value("view", {"bands": [30, 20, 10], "name": "µ"})
    project.move_cube(1, "elsewhere/field.hdr")
    project.undo()
    assert project.value("view") == {"bands": [30, 20, 10], "name": "µ"}
    assert [known.path for known in project.state.cubes] == ["elsewhere/field.hdr"]


def test_a_project_from_a_state_begins_with_all_of_it(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    state = paint(project, 5)
    kept = ProjectFile.create(tmp_path / "kept.hsip", state)
    assert same(kept.state, state)
    assert kept.depth == (1, 1)
    assert check_project(kept.path).sound
    kept.undo()
    assert not kept.state.labels_of(1).tiles
    kept.close()


def test_an_edit_of_an_unknown_cube_changes_nothing(project: ProjectFile, nothing: Labels) -> None:
    edit = Edit("Brush", {7: nothing.change(Window(0, 0, 1, 1), np.array([[1]]))})
    with pytest.raises(KeyError):
        project.append(edit)
    assert project.depth == (1, 1)
    assert project.undo_title == "Add classes"
