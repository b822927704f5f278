"""`embed`, `train`, `predict` and `evaluate`: from a cube and labels to a map and its figures."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from scipy.io import savemat

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.progress import Progress
from hsi_studio.io import open_cube
from hsi_studio.io.classes_yaml import read_classes, write_classes
from hsi_studio.io.convert import convert
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.presets import FAST, Settings
from hsi_studio.ml.scene import Scene

Cli = Callable[..., Any]
NAMES = ("soil", "corn", "water")
TEXTS = ("Dry bare soil.", "Green corn leaves.", "Deep clear water.")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Tests share few cores."""
    torch.set_num_threads(1)


class Case:
    """A striped scene on disk with labels, truth, classes and a trained model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scene, self.labels, self.truth = (folder / n for n in ("scene.hdr", "labels.npy", "truth.npy"))
        self.classes, self.model = folder / "classes.yaml", folder / "model.safetensors"


@pytest.fixture
def case(make_cube: Callable[..., Cube], rng: np.random.Generator, tmp_path: Path) -> Case:
    """The scene without a model."""
    case = Case(tmp_path)
    spectra = rng.uniform(1000, 9000, (3, 20))
    truth = np.repeat([1, 2, 3], 12)[None].repeat(30, axis=0)
    values = (spectra[truth - 1] + rng.normal(0, 200, (30, 36, 20))).astype(np.uint16)
    transform = (30.0, 0.0, 500000.0, 0.0, -30.0, 4000000.0)
    with rasterio.Env():
        wkt = rasterio.crs.CRS.from_epsg(32616).to_wkt()
    cube = make_cube(values, wavelengths_nm=np.linspace(400, 2400, 20), georef=GeoReference(transform, wkt))
    convert(cube, case.scene)
    labels = np.where(rng.random(truth.shape) < 0.06, truth, 0)
    np.save(case.labels, labels.astype(np.uint8))
    np.save(case.truth, truth.astype(np.uint8))
    entries = zip(NAMES, TEXTS, strict=True)
    table = ClassTable(tuple(ClassEntry(i, n, (40 * i, 9, 9), t) for i, (n, t) in enumerate(entries, 1)))
    write_classes(case.classes, table)
    return case


@pytest.fixture
def trained(case: Case) -> Case:
    """The scene with a model that knows no words."""
    few = replace(FAST.first, least=30, most=30)
    preset = replace(FAST, components=14, widths=(4, 6, 8), first=few)
    scene = Scene(open_cube(case.scene), np.load(case.labels), read_classes(case.classes))
    model = finish(method("cnn3d").train(scene, None, Settings("cnn3d", preset)), Progress())
    case.model.write_bytes(model.to_bytes())
    return case


def test_a_trained_network_joins_the_instant_head(trained: Case, cli: Cli) -> None:
    both = trained.folder / "both.safetensors"
    asked = ("--labels", trained.labels, "--classes", trained.classes, "--device", "cpu")
    made = cli("train", trained.scene, *asked, "-o", both, "--backbone", trained.model, "--json").json
    assert "S3FN" in made["stages"][0]["weights"]
    seen, sure = trained.folder / "map.npy", trained.folder / "sure.npy"
    assert not cli("predict", trained.scene, "--model", both, "-o", seen, "--confidence", sure).status
    found = cli("evaluate", seen, "--truth", trained.truth, "--json").json
    assert found["overall_accuracy"] > 0.95
    once = np.load(sure)
    assert not cli("predict", trained.scene, "--model", both, "-o", seen, "--confidence", sure).status
    np.testing.assert_array_equal(np.load(sure), once)
    other = trained.folder / "other.safetensors"
    refused = cli("train", trained.scene, *asked, "-o", other, "--backbone", both)
    assert (refused.status, "no network" in refused.err) == (2, True)
    refused = cli("train", trained.scene, *asked, "-o", other, "--backbone", trained.model, "--method", "lda")
    assert (refused.status, "takes no trained network" in refused.err) == (2, True)
    assert not other.exists()


def test_embed(case: Case, cli: Cli) -> None:
    found = cli("embed", case.classes, "--json").json
    assert found["names"] == list(NAMES)
    assert (found["dim"], np.shape(found["embeddings"])) == (384, (3, 384))
    assert found["encoder"] == "all-MiniLM-L6-v2"
    np.testing.assert_allclose(np.diag(found["similarity"]), 1, atol=1e-5)
    assert np.shape(found["similarity_centred"]) == (3, 3)
    assert "soil" in cli("embed", case.classes).out


def test_embed_label_phrase_tells_its_fallback(case: Case, cli: Cli) -> None:
    write_classes(case.classes, ClassTable((ClassEntry(1, "oats", (0, 0, 0), "A cereal."),)))
    assert "does not name its class: oats" in cli("embed", case.classes, "--pooling", "label-phrase").err


def test_train_predict_evaluate(case: Case, cli: Cli) -> None:
    asked = ("--labels", case.labels, "--classes", case.classes, "-o", case.model, "--device", "cpu")
    trained = cli("train", case.scene, *asked, "--method", "s3fn", "--components", 14, "--json").json
    assert trained["seconds"] > 0
    assert [stage["stage"] for stage in trained["stages"]] == [1, 2]
    assert trained["validation"] is None
    out, sure = case.folder / "map.tif", case.folder / "sure.tif"
    predicted = cli(
        "predict",
        case.scene,
        "--model",
        case.model,
        "-o",
        out,
        "--confidence",
        sure,
        "--device",
        "cpu",
        "--json",
    ).json
    assert predicted["device"] == "cpu"
    assert sum(predicted["counts"].values()) == 30 * 36
    with rasterio.open(out) as file:
        assert file.crs.to_epsg() == 32616
        assert tuple(file.transform)[:6] == (30, 0, 500000, 0, -30, 4000000)
    with rasterio.open(sure) as file:
        assert 0.3 < file.read(1).min() <= file.read(1).max() <= 1
    found = cli("evaluate", out, "--truth", case.truth, "--exclude", case.labels, "--json").json
    assert found["overall_accuracy"] > 0.85
    labelled = int((np.load(case.labels) > 0).sum())
    assert np.sum(found["confusion"]) == found["pixels"] == 30 * 36 - labelled
    other = case.folder / "other.yaml"
    write_classes(other, ClassTable.from_names(("concrete roof", "lawn")))
    words = cli(
        "predict",
        case.scene,
        "--model",
        case.model,
        "-o",
        case.folder / "words.npy",
        "--classes",
        other,
        "--json",
    ).json
    assert set(words["counts"]) == {"concrete roof", "lawn"}
    assert sum(words["counts"].values()) == 30 * 36


@pytest.mark.parametrize("ending", ["tif", "hdr", "npy", "png"])
def test_maps_are_read_back(ending: str, trained: Case, cli: Cli) -> None:
    reference, out = trained.folder / "reference.npy", trained.folder / f"map.{ending}"
    for target in (reference, out):
        assert cli("predict", trained.scene, "--model", trained.model, "-o", target).status == 0
    assert len(np.unique(np.load(reference))) > 1
    found = cli("evaluate", out, "--truth", reference, "--json").json
    assert found["overall_accuracy"] == found["kappa"] == 1
    assert not list(trained.folder.glob(".map_*"))
    if ending == "hdr":
        classes = open_cube(out).classes
        assert classes is not None
        assert [(e.name, e.color) for e in classes if e.id] == [
            (name, (40 * i, 9, 9)) for i, name in enumerate(NAMES, 1)
        ]


def test_prediction_of_words_needs_words(trained: Case, cli: Cli) -> None:
    asked = ("--model", trained.model, "-o", trained.folder / "map.npy", "--classes", trained.classes)
    found = cli("predict", trained.scene, *asked)
    assert found.status == 2
    assert "cnn3d knows no words" in found.err


def test_no_space_for_the_map(trained: Case, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: namedtuple("usage", "total free")(9000, 5000))
    found = cli("predict", trained.scene, "--model", trained.model, "-o", trained.folder / "map.tif")
    assert found.status == 1
    assert "takes 13.0 kB but its disk has 5.0 kB free; free space there or choose another" in found.err
    assert not (trained.folder / "map.tif").exists()


@pytest.mark.parametrize("name", ["map.jpg", "map", "scene.hdr"])
def test_maps_that_are_not_written(name: str, trained: Case, cli: Cli) -> None:
    before = trained.scene.read_bytes()
    found = cli("predict", trained.scene, "--model", trained.model, "-o", trained.folder / name)
    assert found.status in {1, 2}
    assert trained.scene.read_bytes() == before


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (np.zeros((30, 36)), "no pixel to compare"),
        (np.ones((30, 35)), "truth.npy has 30 × 35 pixels but map.npy has 30 × 36"),
        (np.full((30, 36), 0.5), "not class ids"),
        (np.full((30, 36), -1), "not class ids"),
        (np.ones((30, 36, 20)), "20 bands"),
    ],
)
def test_evaluation_against_nonsense(truth: np.ndarray, message: str, case: Case, cli: Cli) -> None:
    np.save(case.folder / "map.npy", np.ones((30, 36), np.uint8))
    np.save(case.truth, truth)
    found = cli("evaluate", case.folder / "map.npy", "--truth", case.truth)
    assert found.status in {1, 2}
    assert message in found.err
    assert found.err.count("\n") == 1


def test_a_mask_that_leaves_nothing_is_named(case: Case, cli: Cli) -> None:
    np.save(case.folder / "map.npy", np.ones((30, 36), np.uint8))
    np.save(case.folder / "mask.npy", np.zeros((30, 36), np.uint8))
    found = cli(
        "evaluate", case.folder / "map.npy", "--truth", case.truth, "--mask", case.folder / "mask.npy"
    )
    assert (found.status, "--mask" in found.err) == (2, True)


@pytest.mark.parametrize("ids", [np.ones((30, 36)), np.zeros((30, 36)), np.full((30, 36), -1)])
def test_labels_that_teach_nothing_are_a_fault_of_their_file(ids: np.ndarray, case: Case, cli: Cli) -> None:
    np.save(case.folder / "few.npy", ids)
    asked = ("--labels", case.folder / "few.npy", "--classes", case.classes, "--method", "knn")
    found = cli("train", case.scene, *asked, "-o", case.folder / "m.safetensors")
    assert found.status == 1
    assert "few.npy" in found.err


def test_descriptions_that_are_alike_are_one_sentence(case: Case, cli: Cli) -> None:
    texts = zip("abc", "xxy", strict=True)
    entries = [f"{{id: {i}, name: {name}, description: {text}}}" for i, (name, text) in enumerate(texts, 1)]
    case.classes.write_text(f"[{', '.join(entries)}]")
    asked = ("--labels", case.truth, "--classes", case.classes)
    found = cli("train", case.scene, *asked, "-o", case.folder / "m.safetensors")
    assert found.status == 2
    assert found.err.count("\n") == 1
    assert "a and b have the same description" in found.err


def test_evaluation_figures(case: Case, cli: Cli) -> None:
    truth = np.array([[1, 1, 1, 1], [2, 2, 3, 0]], np.uint8)
    found = np.array([[1, 1, 1, 2], [2, 2, 0, 3]], np.uint8)
    mask = np.array([[1, 1, 1, 1], [1, 1, 1, 1]], np.uint8)
    files = [case.folder / name for name in ("found.npy", "true.npy", "mask.npy")]
    for file, values in zip(files, (found, truth, mask), strict=True):
        np.save(file, values)
    figures = cli("evaluate", files[0], "--truth", files[1], "--mask", files[2], "--json").json
    assert figures["overall_accuracy"] == pytest.approx(5 / 7)
    assert figures["average_accuracy"] == pytest.approx((0.75 + 1 + 0) / 3)
    assert figures["ids"] == [0, 1, 2, 3]
    assert np.diag(figures["confusion"]).tolist() == [0, 3, 2, 0]
    assert [one["recall"] for one in figures["per_class"]] == pytest.approx([0.75, 1, 0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no list of classes"),
        ("a: 1", "no list of classes"),
        ("- [", "no YAML, line"),
        ("- 3", "class 1 of classes.yaml is no mapping"),
        ("- {id: 1}", "has no name"),
        ("- {name: a, id: 0}", "has the id 0"),
        ("- {name: a, colour: red}", "unknown key colour"),
        ("- {name: a, color: red}", "has the color red"),
        ("- {name: a, description: [1]}", "description that is no text"),
        ("- {name: a}\n- {name: a}", "two classes with the name a"),
        ("- {name: a, id: 2}\n- {name: b}", "two classes with the id 2"),
        ("- !!python/object/apply:os.system [id]", "a tag in line 1"),
    ],
)
def test_class_tables_that_are_wrong(content: str, message: str, case: Case, cli: Cli) -> None:
    case.classes.write_text(content)
    found = cli("embed", case.classes)
    assert found.status == 1
    assert message in found.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "magic"], "choose one of instant, s3fn"),
        (["-o", "model.pt"], "end it in .safetensors"),
        (["--device", "cuda:7"], "there is no device cuda:7"),
        (["--seed", "4294967296"], "less than or equal to 4294967295"),
        (["--seed", "99999999999999999999999"], "less than or equal to 4294967295"),
        (["--encoder", "no/such-encoder", "--offline"], "hf download no/such-encoder"),
        (["--labels", "absent.npy"], "absent.npy"),
        (["--labels", "."], " is a folder; name a file of labels"),
    ],
)
def test_training_that_cannot_start(arguments: list[str], message: str, case: Case, cli: Cli) -> None:
    asked = ["--labels", case.labels, "--classes", case.classes, "-o", case.model, *arguments]
    found = cli("train", case.scene, *asked)
    assert found.status in {1, 2}
    assert message in found.err
    assert not case.model.exists()


def _as_mat(case: Case) -> Path:
    """Return one file with the cube and its truth, as scenes are downloaded."""
    file = case.folder / "both.mat"
    truth, cube = np.load(case.truth), open_cube(case.scene)
    savemat(file, {"X": cube.block(), "gt": truth, "labels": np.load(case.labels)})
    return file


def test_one_file_with_the_cube_and_several_labels(case: Case, cli: Cli) -> None:
    file, seen = _as_mat(case), case.folder / "map.npy"
    asked = ("train", file, "--labels", file, "--classes", case.classes, "-o", case.model, "--method", "lda")
    refused = cli(*asked)
    assert refused.status == 1
    assert "both.mat holds 2 rasters of 30 × 36; choose one with --labels-variable: gt, labels" in refused.err
    made = cli(*asked, "--labels-variable", "labels", "--json").json
    assert sum(made["labels"].values()) == np.count_nonzero(np.load(case.labels))
    assert not cli("predict", file, "--model", case.model, "-o", seen).status
    for option in ("--truth", "--mask", "--exclude"):
        rest = () if option == "--truth" else ("--truth", case.truth)
        refused = cli("evaluate", seen, option, file, *rest)
        assert f"choose one with {option}-variable: gt, labels" in refused.err
    given = ("--truth", file, "--truth-variable", "gt", "--exclude", file, "--exclude-variable", "labels")
    figures = cli("evaluate", seen, *given, "--mask", file, "--mask-variable", "gt", "--json").json
    assert figures["pixels"] == 30 * 36 - np.count_nonzero(np.load(case.labels))
    backwards = cli("evaluate", file, "--variable", "gt", "--truth", case.truth, "--json").json
    assert backwards["overall_accuracy"] == 1


def test_the_largest_seed_is_taken_by_every_generator(case: Case, cli: Cli) -> None:
    asked = ("--labels", case.labels, "--classes", case.classes, "-o", case.model, "--seed", 2**32 - 1)
    for name in ("instant", "rf", "svm"):
        assert not cli("train", case.scene, *asked, "--method", name).status


def test_people_get_lines_and_no_python(case: Case, cli: Cli) -> None:
    asked = ("--labels", case.labels, "--classes", case.classes, "-o", case.model)
    trained = cli("train", case.scene, *asked).out
    mapped = cli("predict", case.scene, "--model", case.model, "-o", case.folder / "map.npy").out
    labels = np.bincount(np.load(case.labels).ravel())
    for name, count in zip(NAMES, labels[1:], strict=True):
        assert f"{name}: {count}" in trained
    assert "soil: 3" in mapped
    assert "weights (values " in trained
    assert not set("{}'") & set(trained + mapped)
    assert "None" not in trained


def test_labels_that_another_program_fills_up(case: Case, cli: Cli) -> None:
    labels = np.load(case.labels)
    asked = ("train", case.scene, "--labels", case.labels, "--classes", case.classes, "-o", case.model)
    np.save(case.labels, np.where(labels, labels, 255))
    refused = cli(*asked)
    assert refused.status == 2
    assert "labels.npy holds ids that no class has: 255; 255 fills 9" in refused.err
    assert "write 0 where there is no label" in refused.err
    labels[labels == 3] = 7
    np.save(case.labels, labels)
    assert "ids that no class has: 7; add them to the class table" in cli(*asked).err


def test_labels_of_another_size(case: Case, cli: Cli) -> None:
    np.save(case.labels, np.ones((30, 30), np.uint8))
    found = cli("train", case.scene, "--labels", case.labels, "--classes", case.classes, "-o", case.model)
    assert found.status == 2
    assert "labels.npy has 30 × 30 pixels but scene.img has 30 × 36" in found.err
