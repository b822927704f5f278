"""`train FOLDER` and `vote`: images as wholes, on objects generated from measured spectra."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsi_studio.core.synthetic_objects import SyntheticObject, synthetic_object
from hsi_studio.io.convert import convert
from hsi_studio.io.envi_library import read_library
from hsi_studio.ml.model_file import load_classifier

Cli = Callable[..., Any]
CLASSES = ("green", "litter", "soil")


@pytest.fixture(scope="module")
def objects(shared_data: Path) -> list[SyntheticObject]:
    """Eight objects of each of three classes, 40 bands."""
    library = read_library(shared_data / "speclibs" / "optimized.sli")
    spectra = library.spectra[:, ::4]
    assert library.wavelengths_nm is not None
    slope = spectra[:, 12] - spectra[:, 8]
    order = np.argsort(slope)
    chosen = spectra[[order[-1], order[len(order) // 2], order[len(order) // 4], order[0]]]
    chosen[3] = 0.03
    random = np.random.default_rng(5)
    return [synthetic_object(chosen, library.wavelengths_nm[::4], i % 3, random) for i in range(24)]


@pytest.fixture
def fruit(objects: list[SyntheticObject], tmp_path: Path) -> Path:
    """A folder per class with those objects, and rasters of where they are beside them."""
    folder = tmp_path / "fruit"
    for number, one in enumerate(objects):
        place = folder / CLASSES[one.position]
        place.mkdir(parents=True, exist_ok=True)
        convert(one.cube, place / f"{number:02}.hdr")
        np.save(place / f"{number:02}_object", one.inside.astype(np.uint8))
        (place / f"{number:02}_object.npy").rename(place / f"{number:02}.inside")
    return folder


def test_images_are_learned_and_held_out_as_wholes(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    done = cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.4", "--seed", "3", "--json")
    assert done.status == 0, done.err
    report = done.json
    assert report["layout"] == "a folder per class"
    assert (report["images_learned_from"], report["images_held_out"]) == (15, 9)
    assert report["compared"] == 9
    assert report["accuracy"] >= 7 / 9
    images = load_classifier(model).provenance["images"]
    assert not set(images["learned"]) & set(images["held_out"])
    assert len(images["learned"]) == 15
    assert sum(report["labels"].values()) == 15 * 50
    again = cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.4", "--seed", "4", "--json")
    assert load_classifier(model).provenance["images"] != images
    assert again.json["compared"] == 9


@pytest.mark.parametrize("by", ["majority", "mean"])
def test_every_image_gets_the_class_its_object_votes_for(
    cli: Cli, fruit: Path, tmp_path: Path, by: str
) -> None:
    model, out = tmp_path / "model.safetensors", tmp_path / "votes.csv"
    assert cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.5").status == 0
    report = cli("vote", fruit, "--model", model, "--by", by, "-o", out, "--json").json
    assert report["compared"] == report["learned_from"]["compared"] == 12
    assert report["accuracy"] > 0.8
    assert sum(one["class"] == one["truth"] for one in report["images"]) / 24 > 0.85
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == [one["class"] for one in report["images"]]
    shares = [[float(row[f"share {name}"]) for name in CLASSES] for row in rows]
    np.testing.assert_allclose(np.sum(shares, axis=1), 1)
    assert [CLASSES[i] for i in np.argmax(shares, axis=1)] == [row["class"] for row in rows]
    assert all(60 < one["pixels"] < 1200 for one in report["images"])


def test_images_that_the_model_learned_from_are_counted_apart(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model, out = tmp_path / "model.safetensors", tmp_path / "votes.csv"
    assert cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.4").status == 0
    learned = set(load_classifier(model).provenance["images"]["learned"])
    moved = fruit.rename(tmp_path / "moved")
    found = cli("vote", moved, "--model", model, "-o", out, "--json").json
    assert {one["image"] for one in found["images"] if one["learned_from"]} == learned
    assert (found["compared"], found["learned_from"]["compared"]) == (9, 15)
    assert sum(one["images"] for one in found["confusion"]) == 9
    with out.open(encoding="utf-8") as file:
        assert sum(row["learned from"] == "True" for row in csv.DictReader(file)) == 15
    paper = cli("vote", moved, "--model", model)
    own, known = found["right"], found["learned_from"]["right"]
    assert f"{own} of 9 unseen images right (" in paper.err
    assert f"; {known} of 15 that the model learned from." in paper.err
    assert paper.out.count("yes") == 15
    for name in CLASSES:
        for file in (moved / name).iterdir():
            if f"{name}/{file.stem}.hdr" not in learned:
                file.unlink()
    only = cli("vote", moved, "--model", model)
    assert f"{known} of 15 that the model learned from right, which tells nothing" in only.err
    assert cli("vote", moved, "--model", model, "--json").json["accuracy"] is None


def test_a_cube_that_the_model_learned_from_is_one_too(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model, classes = tmp_path / "model.safetensors", tmp_path / "classes.yaml"
    classes.write_text("[{id: 1, name: soil}, {id: 2, name: dark}]", encoding="utf-8")
    np.save(tmp_path / "labels.npy", np.load(fruit / "soil" / "02.inside") + 1)
    asked = ("--labels", tmp_path / "labels.npy", "--classes", classes, "--method", "lda")
    assert cli("train", fruit / "soil" / "02.hdr", *asked, "-o", model).status == 0
    found = cli("vote", fruit / "soil", "--model", model, "--json").json
    assert [one["image"] for one in found["images"] if one["learned_from"]] == ["02.hdr"]


def test_bad_images_are_listed_and_the_others_voted_on(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model, out = tmp_path / "model.safetensors", tmp_path / "votes.csv"
    assert cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.4").status == 0
    (fruit / "green" / "a.hdr").write_text("ENVI\nsamples = 10\n", encoding="utf-8")
    (fruit / "green" / "a.img").write_bytes(b"x")
    (fruit / "soil" / "b.npy").write_bytes(b"x")
    done = cli("vote", fruit, "--model", model, "-o", out)
    assert done.status == 1
    assert "2 of 26 images could not be classified" in done.err
    assert "of 9 unseen images right" in done.err
    assert "green/a.hdr does not say" in done.out
    with out.open(encoding="utf-8") as file:
        rows = {Path(row["file"]).name: row for row in csv.DictReader(file)}
    assert (len(rows), rows["a.hdr"]["class"], rows["a.hdr"]["share green"]) == (26, "", "")
    assert rows["b.npy"]["reason"].startswith("soil/b.npy")
    told = cli("vote", fruit, "--model", model, "--json")
    assert (told.status, told.json["failed"], told.json["compared"]) == (1, 2, 9)
    (fruit / "green" / "a.hdr").unlink()
    (fruit / "green" / "a.img").unlink()
    assert "soil/b.npy could not be classified" in cli("vote", fruit, "--model", model).err


def test_what_is_wrong_with_every_image_is_told_once(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    assert cli("train", fruit, "-o", model, "--method", "lda", "--held-out", "0.4").status == 0
    done = cli("vote", fruit, "--model", model, "--band", "90000")
    assert (done.status, done.out) == (2, "")
    assert "green/00.hdr has no band near 90000 nm; ask for one from " in done.err


def test_training_names_a_bad_image_and_goes_on_over_one_held_out(
    cli: Cli, fruit: Path, tmp_path: Path
) -> None:
    lines = ["file,class,split"]
    for name in CLASSES:
        files = sorted((fruit / name).glob("*.hdr"))
        lines += [f"{name}/{file.name},{name},{'test' if i < 2 else 'train'}" for i, file in enumerate(files)]
    (fruit / "images.csv").write_text("\n".join(lines), encoding="utf-8")
    (fruit / "green" / "00.img").write_bytes(b"x")
    model = tmp_path / "model.safetensors"
    done = cli("train", fruit, "-o", model, "--method", "lda", "--json")
    assert (done.status, done.json["compared"], done.json["failed"]) == (1, 5, 1)
    assert "green/00.hdr says 40 × 40" in done.err
    assert "green/00.hdr could not be classified" in done.err
    (fruit / "green" / "06.img").write_bytes(b"x")
    model.unlink()
    done = cli("train", fruit, "-o", model, "--method", "lda")
    assert done.status == 1
    assert "hsi-studio: green/06.hdr says" in done.err
    assert not model.exists()


def test_the_object_alone_votes(
    cli: Cli, fruit: Path, tmp_path: Path, objects: list[SyntheticObject]
) -> None:
    model = tmp_path / "model.safetensors"
    run = ("--raster", ".inside")
    report = cli("train", fruit, "-o", model, "--method", "knn", "--held-out", "0", *run, "--json")
    assert report.status == 0, report.err
    voted = cli("vote", fruit, "--model", model, *run, "--json").json["images"]
    expected = {f"{number:02}.hdr": int(one.inside.sum()) for number, one in enumerate(objects)}
    assert {Path(one["file"]).name: one["pixels"] for one in voted} == expected
    whole = cli("vote", fruit, "--model", model, "--whole-image", "--json").json["images"]
    assert {one["pixels"] for one in whole} == {1600}


def test_a_list_keeps_its_own_split(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    lines = ["file,class,split"]
    for name in CLASSES:
        files = sorted((fruit / name).glob("*.hdr"))
        lines += [f"{name}/{file.name},{name},{'test' if i < 2 else 'train'}" for i, file in enumerate(files)]
    (fruit / "images.csv").write_text("\n".join(lines), encoding="utf-8")
    report = cli("train", fruit, "-o", tmp_path / "m.safetensors", "--method", "lda", "--json").json
    assert (report["images_learned_from"], report["images_held_out"]) == (18, 6)


def test_wrong_use_is_one_sentence(cli: Cli, fruit: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    labels = tmp_path / "labels.npy"
    np.save(labels, np.ones((3, 3), np.uint8))
    for arguments, told in (
        (("train", fruit, "-o", model, "--labels", labels), "leave out --labels"),
        (("train", fruit / "soil", "-o", model, "--method", "lda"), "the set holds 0 classes"),
        (("train", labels, "-o", model), "give --labels and --classes"),
        (("train", fruit, "-o", model, "--band", "500", "--whole-image"), "each tell the object"),
    ):
        done = cli(*arguments)
        assert done.status == 2
        assert told in done.err
        assert not model.exists()


def test_images_of_two_sensors_are_refused(
    cli: Cli, fruit: Path, tmp_path: Path, objects: list[SyntheticObject]
) -> None:
    from dataclasses import replace

    wavelengths = objects[0].cube.wavelengths_nm
    assert wavelengths is not None
    (fruit / "soil" / "other.hdr").unlink(missing_ok=True)
    convert(replace(objects[0].cube, wavelengths_nm=wavelengths + 9), fruit / "soil" / "other.hdr")
    done = cli("train", fruit, "-o", tmp_path / "m.safetensors", "--method", "lda", "--held-out", "0")
    assert done.status == 2
    assert "soil/other.hdr has other bands" in done.err
