"""Files of older and newer programs, and files that are none of ours."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.labels import Labels
from hsi_studio.core.window import Window
from hsi_studio.io.project import (
    DamagedProjectError,
    ProjectFile,
    ProjectFileError,
    check_project,
    recover_project,
    schema,
    summary,
)

OLD = Path(__file__).with_name("data") / "schema_1.hsip"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of the stored file of schema 1."""
    return Path(shutil.copy(OLD, tmp_path / "old.hsip"))


def _expected() -> Labels:
    ids = np.zeros((300, 520), np.uint16)
    ids[10:15, 20:26] = 1
    ids[12:20, 22:30] = 2
    return Labels.from_array(ids)


def test_an_old_file_is_migrated_with_its_whole_history(old: Path) -> None:
    with closing(ProjectFile.open(old)) as project:
        assert project.schema == 1
        state = project.state
        assert [cube.name for cube in state.cubes] == ["field"]
        assert [(entry.name, entry.description, entry.locked) for entry in state.classes] == [
            ("Corn", "young corn", False),
            ("Woods", "", True),
        ]
        assert state.labels_of(1) == _expected()
        assert (project.undo_title, project.redo_title) == ("Stroke 2", "Stroke 3")
        assert project.value("view") == {"bands": [3, 2, 1]}
        assert [version.text for version in project.description_versions(1)] == ["young corn"]
        project.set_flipped(1, 3)
        redone = project.redo()
        assert redone is not None
        assert [patch.window for patch in redone.labels[1]] == [Window(290, 515, 10, 5)]
        while project.undo() is not None:
            pass
        assert not project.state.labels_of(1).tiles
    assert check_project(old).sound
    with closing(ProjectFile.open(old)) as project:
        assert project.schema == schema.SCHEMA


def test_looking_at_an_old_file_leaves_it_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    found = summary(old)
    assert (found.schema, found.edits, found.undo_depth, found.total(2)) == (1, 4, 3, 64)
    assert check_project(old).sound
    assert old.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_file(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _dump(old)
    steps = (*schema._MIGRATIONS[1], "INSERT INTO absent VALUES (1)")
    monkeypatch.setitem(schema._MIGRATIONS, 1, steps)
    with pytest.raises(ProjectFileError):
        ProjectFile.open(old)
    assert _dump(old) == before
    monkeypatch.undo()
    with closing(ProjectFile.open(old)) as project:
        assert project.state.labels_of(1) == _expected()


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [f"{connection.execute('PRAGMA user_version').fetchone()}", *connection.iterdump()]


def test_an_old_damaged_file_is_recovered(old: Path, tmp_path: Path) -> None:
    with old.open("rb+") as file:
        file.write(bytes(4096))
    found = recover_project(old, tmp_path / "sound.hsip")
    assert (found.labelled, found.edits, found.lost) == (82, 4, ())


def test_a_newer_file_is_refused_and_left(project: ProjectFile) -> None:
    project.close()
    with closing(sqlite3.connect(project.path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA + 1}")
    with pytest.raises(ProjectFileError, match="newer hsi_studio") as caught:
        ProjectFile.open(project.path)
    assert "update" in caught.value.remedy
    with pytest.raises(ProjectFileError, match="newer hsi_studio"):
        check_project(project.path)


@pytest.mark.parametrize("foreign", ["sqlite", "text", "empty"])
def test_other_files_are_refused_in_one_sentence(tmp_path: Path, foreign: str) -> None:
    path = tmp_path / "other.hsip"
    if foreign == "sqlite":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE cubes (a)")
    else:
        path.write_text("no project" * 1000 if foreign == "text" else "")
    before = path.read_bytes()
    with pytest.raises(ProjectFileError, match=r"other\.hsip") as caught:
        ProjectFile.open(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM tiles; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE descriptions",
    ],
)
def test_tables_that_are_not_ours_are_not_let_in(project: ProjectFile, statement: str) -> None:
    project.close()
    with closing(sqlite3.connect(project.path)) as connection:
        connection.execute(statement)
    with pytest.raises(DamagedProjectError, match="tables"):
        ProjectFile.open(project.path)


def test_a_new_file_and_a_migrated_one_declare_the_same(
    old: Path, project: ProjectFile, paint: Callable
) -> None:
    ProjectFile.open(old).close()
    with closing(sqlite3.connect(old)) as migrated, closing(sqlite3.connect(project.path)) as new:
        declared = "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"
        assert migrated.execute(declared).fetchall() == new.execute(declared).fetchall()
