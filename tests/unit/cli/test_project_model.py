"""`hsi-studio project train / predict / describe` on a project with a generated cube."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.registry import open_cube

SIDE, BANDS = 24, 16


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """Two fields side by side, six labelled pixels in each."""
    random = np.random.default_rng(3)
    spectra = random.random((2, BANDS)) * 100
    truth = np.broadcast_to(np.repeat([0, 1], SIDE // 2), (SIDE, SIDE))
    np.save(tmp_path / "scene.npy", (spectra[truth] + random.normal(0, 2, (SIDE, SIDE, BANDS))).astype("f4"))
    cube = open_cube(tmp_path / "scene.npy")
    labels = np.zeros((SIDE, SIDE), int)
    labels[2:14:2, 3], labels[2:14:2, 20] = 1, 2
    with closing(ProjectFile.create(tmp_path / "field.hsip")) as project:
        project.add_cube(ProjectCube(1, "scene.npy", "scene", cube.fingerprint, SIDE, SIDE))
        table = ClassTable.from_names(["Corn", "Woods", "Never labelled"])
        project.append(Edit("Add classes", classes=(ClassTable(()), table)))
        project.append(Edit("Brush", {1: Labels(SIDE, SIDE).change(cube.window, labels)}))
    return tmp_path / "field.hsip"


def test_predict_writes_the_map_of_the_labels(cli: Callable, field: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.npy"
    told = cli("project", "predict", field, "-o", out, "--method", "lda", "--json").json
    assert told["labels"] == {"Corn": 6, "Woods": 6}
    ids = np.load(out)
    assert (ids[:, : SIDE // 2] == 1).mean() > 0.95
    assert (ids[:, SIDE // 2 :] == 2).mean() > 0.95


def test_train_writes_a_model_that_predict_reads(cli: Callable, field: Path, tmp_path: Path) -> None:
    model, out = tmp_path / "m.safetensors", tmp_path / "map.npy"
    assert cli("project", "train", field, "-o", model, "--method", "lda", "--json").json["method"] == "lda"
    told = cli("predict", tmp_path / "scene.npy", "--model", model, "-o", out, "--json").json
    assert set(told["counts"]) == {"Corn", "Woods"}


def test_describe_is_a_version_and_a_step_that_can_be_undone(
    cli: Callable, field: Path, tmp_path: Path
) -> None:
    text = tmp_path / "corn.txt"
    text.write_text("Maize in rows.\n", encoding="utf-8")
    told = cli("project", "describe", field, "--class", "corn", "--text", text, "--json").json
    assert (told["changed"], told["versions"]) == (True, 1)
    again = cli("project", "describe", field, "--class", "corn", "--text", text, "--json").json
    assert (again["changed"], again["versions"]) == (False, 1)
    with closing(ProjectFile.open(field)) as project:
        assert project.state.classes[1].description == "Maize in rows."
        assert project.undo_title == "Describe Corn"


def test_unknown_class_and_unreadable_text_are_one_sentence(
    cli: Callable, field: Path, tmp_path: Path
) -> None:
    absent = cli("project", "describe", field, "--class", "Corn", "--text", tmp_path / "none.txt")
    assert absent.status == 1
    assert "could not be read as text" in absent.err
    (tmp_path / "t.txt").write_text("x", encoding="utf-8")
    unknown = cli("project", "describe", field, "--class", "Rye", "--text", tmp_path / "t.txt")
    assert unknown.status == 2
    assert "has no class Rye; choose one of: Corn, Woods" in unknown.err
