"""`hsi-studio project` and `hsi-studio labels stats` on real project files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile, check_project


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """A project with two cubes, two classes and 3 × 4 pixels of Corn; a step is undone."""
    with closing(ProjectFile.create(tmp_path / "field.hsip")) as project:
        for number, name in ((1, "north"), (2, "south")):
            project.add_cube(ProjectCube(number, f"{name}.hdr", name, "f" * 32, 50, 60))
        project.append(
            Edit("Add classes", classes=(ClassTable(()), ClassTable.from_names(["Corn", "Woods"])))
        )
        change = Labels(50, 60).change(Window(1, 2, 3, 4), np.ones((3, 4)))
        project.append(Edit("Brush: Corn", {2: change}))
        project.append(Edit("Brush: Corn", {1: change}))
        project.undo()
    return tmp_path / "field.hsip"


def test_info_tells_what_a_project_holds(cli: Callable, field: Path) -> None:
    told = cli("project", "info", field, "--json").json
    assert [(cube["name"], cube["labelled"], cube["rows"]) for cube in told["cubes"]] == [
        ("north", 0, 50),
        ("south", 12, 50),
    ]
    assert [(entry["name"], entry["pixels"]) for entry in told["classes"]] == [("Corn", 12), ("Woods", 0)]
    assert (told["edits"], told["undo_depth"], told["schema"]) == (3, 2, 2)
    assert told["size_bytes"] == field.stat().st_size
    shown = cli("project", "info", field)
    assert shown.status == 0
    assert all(word in shown.out for word in ("north", "50 × 60", "Corn", "12 pixels", "3 steps, 2 done"))


def test_stats_count_every_class_of_every_cube(cli: Callable, field: Path) -> None:
    told = cli("labels", "stats", field, "--json").json
    north, south = told["cubes"]
    assert (north["labelled"], north["unlabelled"]) == (0, 3000)
    assert (south["labelled"], south["unlabelled"]) == (12, 2988)
    assert south["classes"] == [
        {"id": 1, "name": "Corn", "pixels": 12},
        {"id": 2, "name": "Woods", "pixels": 0},
    ]
    shown = cli("labels", "stats", field)
    assert "south" in shown.out
    assert "Corn" in shown.out


def test_a_sound_project_is_status_0_and_a_damaged_one_1(cli: Callable, field: Path) -> None:
    assert cli("project", "check", field, "--json").json == {
        "path": str(field),
        "sound": True,
        "problems": [],
        "recovered": None,
    }
    _damage(field)
    found = cli("project", "check", field, "--json")
    assert found.status == 1
    assert not found.json["sound"]
    assert "damaged" in found.json["problems"][0]
    assert cli("project", "check", field).status == 1


def test_what_is_readable_is_recovered_into_a_copy(cli: Callable, field: Path, tmp_path: Path) -> None:
    _damage(field)
    copy = tmp_path / "copy.hsip"
    found = cli("project", "check", field, "--recover", copy, "--json")
    assert found.status == 0
    assert found.json["recovered"]["labelled"] == 12
    assert check_project(copy).sound
    again = cli("project", "check", field, "--recover", copy)
    assert again.status == 2
    assert "--overwrite" in again.err
    assert cli("project", "check", field, "--recover", copy, "--overwrite").status == 0


@pytest.mark.parametrize("command", [["project", "info"], ["project", "check"], ["labels", "stats"]])
def test_what_is_no_project_is_one_line_and_status_1(
    cli: Callable, tmp_path: Path, command: list[str]
) -> None:
    absent = cli(*command, tmp_path / "absent.hsip")
    assert (absent.status, absent.out) == (1, "")
    assert absent.err.count("\n") == 1
    assert cli(*command, "--help").out.count("hsi-studio") >= 2


def _damage(path: Path) -> None:
    """Overwrite the first page, on which the list of tables is."""
    with path.open("rb+") as file:
        file.write(b"\xff" * 4096)
