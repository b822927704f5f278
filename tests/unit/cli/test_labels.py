"""`labels export` and `labels import` on real project files."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import ProjectCube, ProjectState
from hsi_studio.io import open_cube
from hsi_studio.io.labels import read_ids
from hsi_studio.io.project import ProjectFile

Cli = Callable[..., Any]
TABLE = ClassTable.from_names(["Water", "Sugar beet"])


@pytest.fixture
def ids() -> NDArray[np.uint16]:
    ids = np.zeros((6, 8), np.uint16)
    ids[1:3, 2:5], ids[5, 7] = 1, 2
    return ids


@pytest.fixture
def project(scene: Path, ids: NDArray[np.uint16]) -> Path:
    """A project beside the scene with labels of it, and a second cube that is nowhere."""
    cube = open_cube(scene)
    known = ProjectCube(1, scene.name, cube.name, cube.fingerprint, 6, 8)
    gone = ProjectCube(2, "gone.hdr", "gone", "f" * 32, 3, 3)
    path = scene.with_name("field.hsip")
    ProjectFile.create(path, ProjectState(TABLE, (known, gone), {1: Labels.from_array(ids)})).close()
    return path


def _labels(project: Path) -> tuple[ClassTable, NDArray[np.uint16]]:
    with closing(ProjectFile.open(project, read_only=True)) as file:
        return file.state.classes, file.state.labels_of(1).to_array()


def test_labels_go_out_as_the_ending_says(cli: Cli, project: Path, ids: NDArray[np.uint16]) -> None:
    out = project.with_name("labels.tif")
    found = cli("labels", "export", project, "-o", out, "--cube", 1, "--json").json
    assert (found["labelled"], found["format"], found["files"]) == (7, "GeoTIFF", [str(out)])
    np.testing.assert_array_equal(read_ids(out), ids)
    again = cli("labels", "export", project, "-o", out, "--cube", 1)
    assert again.status == 1
    assert "--overwrite" in again.err
    assert cli("labels", "export", project, "-o", out, "--cube", 1, "--overwrite").status == 0


def test_both_files_of_a_pair_are_kept(cli: Cli, project: Path) -> None:
    header = project.with_name("labels.hdr")
    header.write_text("older")
    found = cli("labels", "export", project, "-o", project.with_name("labels.img"), "--cube", 1)
    assert (found.status, "labels.hdr exists already" in found.err) == (1, True)
    found = cli("labels", "export", project, "-o", project.with_name("scene.bil"), "--cube", 1, "--overwrite")
    assert (found.status, "scene.hdr" in found.err) == (1, True)
    assert (header.read_text(), project.with_name("scene.bil").exists()) == ("older", False)


def test_the_table_of_spectra_reads_the_cube(cli: Cli, project: Path) -> None:
    out = project.with_name("spectra.csv")
    assert cli("labels", "export", project, "-o", out, "--cube", 1).status == 0
    lines = out.read_text().splitlines()
    assert lines[0].startswith("class_id,class,row,col,450 nm,475 nm")
    assert lines[-1].startswith("2,Sugar beet,5,7,570.0,570.1")


def test_a_cube_that_is_gone_still_gives_its_labels(cli: Cli, project: Path) -> None:
    out = project.with_name("gone.npy")
    found = cli("labels", "export", project, "-o", out, "--cube", 2, "--json")
    assert "could not be opened" in found.err
    assert np.load(out).shape == (3, 3)
    refused = cli("labels", "export", project, "-o", project.with_name("a.csv"), "--cube", 2)
    assert (refused.status, "need the cube" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("labels.tif",), "2 cubes; choose one with --cube: 1 (scene.img), 2 (gone)"),
        (("labels.tif", "--cube", "7"), "no cube 7"),
        (("labels.xyz", "--cube", "1"), "no ending of a format of labels"),
        (("labels.gpkg", "--cube", "1"), "no position on the ground"),
    ],
)
def test_what_cannot_be_exported_is_told(
    cli: Cli, project: Path, arguments: tuple[str, ...], words: str
) -> None:
    found = cli("labels", "export", project, "-o", project.with_name(arguments[0]), *arguments[1:])
    assert (found.status, words in found.err) == (2, True), found.err


def test_labels_come_in_as_one_step(cli: Cli, project: Path, ids: NDArray[np.uint16]) -> None:
    values = np.zeros((6, 8), np.uint8)
    values[0], values[1, 2], values[4, :3] = 10, 14, 2
    file = project.with_name("values.npy")
    np.save(file, values)
    found = cli("labels", "import", project, file, "--cube", 1, "--map", "10=sugar_beet", "--json").json
    assert [(one["value"], one["class"], one["created"]) for one in found["imported"]] == [
        (2, "Sugar beet", False),
        (10, "Sugar beet", False),
    ]
    assert found["left_out"] == [{"value": 14, "pixels": 1}]
    assert found["changed"] == 11
    classes, labels = _labels(project)
    assert classes == TABLE
    np.testing.assert_array_equal(labels, np.where(np.isin(values, (2, 10)), 2, ids))
    with closing(ProjectFile.open(project)) as opened:
        assert opened.undo_title == "Import values.npy"
        opened.undo()
    np.testing.assert_array_equal(_labels(project)[1], ids)


def test_classes_are_created_only_when_asked_for(cli: Cli, project: Path) -> None:
    file = project.with_name("values.npy")
    np.save(file, np.full((6, 8), 14, np.uint8))
    refused = cli("labels", "import", project, file, "--cube", 1)
    assert (refused.status, "no value of values.npy (14) matches a class" in refused.err) == (2, True)
    wrong = cli("labels", "import", project, file, "--cube", 1, "--map", "14=Lettuce")
    assert "no class Lettuce" in wrong.err
    assert _labels(project)[0] == TABLE
    asked = ("--map", "14=Lettuce", "--create", "--overlap", "keep", "--json")
    found = cli("labels", "import", project, file, "--cube", 1, *asked).json
    assert found["imported"] == [
        {"value": 14, "id": 14, "class": "Lettuce", "pixels": 48, "created": True}
    ]  # fmt: skip
    classes, labels = _labels(project)
    assert classes[14].name == "Lettuce"
    assert np.unique(labels, return_counts=True)[1].tolist() == [6, 1, 41]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "Lettuce"), "--map takes VALUE=CLASS"),
        (("--map", "9=Water"), "has no pixel of the value 9"),
        (("--overlap", "mix"), "--overlap takes no 'mix'"),
    ],
)
def test_wrong_options_are_told(cli: Cli, project: Path, arguments: tuple[str, ...], words: str) -> None:
    np.save(project.with_name("values.npy"), np.ones((6, 8), np.uint8))
    found = cli("labels", "import", project, project.with_name("values.npy"), "--cube", 1, *arguments)
    assert (found.status, words in found.err) == (2, True), found.err


def test_labels_of_another_size_are_refused_with_both(cli: Cli, project: Path) -> None:
    np.save(project.with_name("values.npy"), np.ones((5, 8), np.uint8))
    found = cli("labels", "import", project, project.with_name("values.npy"), "--cube", 1)
    assert (found.status, "5 × 8 pixels but scene.img has 6 × 8" in found.err) == (2, True)


def test_a_project_in_use_is_not_changed(cli: Cli, project: Path) -> None:
    np.save(project.with_name("values.npy"), np.ones((6, 8), np.uint8))
    with closing(ProjectFile.open(project)):
        found = cli("labels", "import", project, project.with_name("values.npy"), "--cube", 1)
        assert found.status == 1
        assert "field.hsip" in found.err
        assert cli("labels", "export", project, "-o", project.with_name("a.npy"), "--cube", 1).status == 0
