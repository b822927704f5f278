"""`hsi-studio project train / predict / describe` on a project with a generated cube."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.networks import NETWORK, KeptNetwork
from hsi_studio.io.project.settings import LIVE
from hsi_studio.io.registry import open_cube
from hsi_studio.live.instant_service import InstantService
from hsi_studio.live.map_requests import LiveMap, MapWanted
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.ml.encoders import HuggingFaceEncoder
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.label_embeddings import embed_classes
from hsi_studio.ml.model_file import load_classifier

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


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("predict", "-o", "scene.npy"), (1, "scene.npy belongs to the cube")),
        (("predict", "-o", "a.img", "--confidence", "a.hdr"), (2, "two outputs")),
        (("predict", "-o", "absent/a.img"), (1, "absent does not exist")),
        (("train", "-o", "folder.safetensors"), (1, "folder.safetensors is a folder")),
        (("report", "-o", "absent/a.html"), (1, "absent does not exist")),
        (("check", "--recover", "absent/a.hsip"), (1, "absent does not exist")),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_before_training(
    cli: Callable, field: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], told: tuple[int, str]
) -> None:
    monkeypatch.chdir(field.parent)
    (field.parent / "folder.safetensors").mkdir()
    before = (field.parent / "scene.npy").read_bytes()
    found = cli("project", asked[0], field, *asked[1:])
    assert (found.status, found.err.count("\n"), told[1] in found.err) == (told[0], 1, True), found.err
    assert (field.parent / "scene.npy").read_bytes() == before
    assert not list(field.parent.glob("a.*"))


def test_train_writes_a_model_that_predict_reads(cli: Callable, field: Path, tmp_path: Path) -> None:
    model, out = tmp_path / "m.safetensors", tmp_path / "map.npy"
    assert cli("project", "train", field, "-o", model, "--method", "lda", "--json").json["method"] == "lda"
    told = cli("predict", tmp_path / "scene.npy", "--model", model, "-o", out, "--json").json
    assert set(told["counts"]) == {"Corn", "Woods"}


def described(field: Path, texts: dict[int, str]) -> ClassTable:
    """Describe classes after the last label, and return the table."""
    with closing(ProjectFile.open(field)) as project:
        before = project.state.classes
        entries = tuple(replace(one, description=texts.get(one.id, one.description)) for one in before)
        project.append(Edit("Describe", classes=(before, ClassTable(entries))))
        return ClassTable(entries)


def live_map(field: Path, then: ClassTable, now: ClassTable) -> LiveMap:
    """Return what the window shows where the labels were set with other texts than those of now."""
    encoder = HuggingFaceEncoder()
    anchor = embed_classes(then, encoder)
    vectors = replace(embed_classes(now, encoder), centre=anchor.centre).vectors
    with closing(ProjectFile.open(field)) as project:
        labels = project.state.labels_of(1).to_array()
    positions = np.flatnonzero(labels)
    wanted = MapWanted(
        CubeRecipe.of(open_cube(field.with_name("scene.npy")), OpenOptions()),
        positions,
        np.intp(labels.flat[positions] - 1),
        np.array([1, 2], np.int16),
        anchor.vectors[:2],
        vectors[:2],
        described=any(entry.description for entry in then),
    )
    found = [answer for answer in InstantService().answer("map", wanted) if answer is not None][-1]
    assert isinstance(found, LiveMap)
    return found


def test_predict_scores_what_was_written_since_the_last_label(
    cli: Callable, field: Path, tmp_path: Path
) -> None:
    with closing(ProjectFile.open(field)) as project:
        then = project.state.classes
    now = described(field, {1: "Dense trees.", 2: "Maize in rows on bare soil."})
    out, sure = tmp_path / "map.npy", tmp_path / "sure.npy"
    assert not cli("project", "predict", field, "-o", out, "--confidence", sure).status
    shown, unmoved = live_map(field, then, now), live_map(field, now, now)
    np.testing.assert_array_equal(np.load(out), shown.ids)
    np.testing.assert_allclose(np.load(sure), shown.confidence, atol=1e-4)
    assert np.abs(unmoved.confidence - shown.confidence).max() > 0.01


def test_a_network_of_the_project_joins(cli: Callable, field: Path, tmp_path: Path) -> None:
    model = tmp_path / "network.safetensors"
    cli("project", "train", field, "-o", model, "--method", "cnn3d", "--device", "cpu")
    with closing(ProjectFile.open(field)) as project:
        kept = KeptNetwork.of(field, model.read_bytes())
        project.set_value(NETWORK.format(1), kept.model_dump())
    model.rename(kept.beside(field))
    both = tmp_path / "both.safetensors"
    assert not cli("project", "train", field, "-o", both, "--device", "cpu").status
    loaded = load_classifier(both)
    assert isinstance(loaded, InstantModel)
    assert loaded.network is not None
    with closing(ProjectFile.open(field)) as project:
        project.set_value(LIVE, {"engine": "instant", "smooth": False})
    assert not cli("project", "train", field, "-o", both).status
    loaded = load_classifier(both)
    assert isinstance(loaded, InstantModel)
    assert (loaded.network, loaded.smoothing) == (None, False)
    with closing(ProjectFile.open(field)) as project:
        project.set_value(LIVE, {"engine": "both"})
    kept.beside(field).write_bytes(b"another")
    refused = cli("project", "predict", field, "-o", tmp_path / "map.npy")
    assert (refused.status, "is not the network" in refused.err) == (1, True)


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
