"""No command writes over what it reads, twice to one file, or learns at the end that it cannot write."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.io.convert import convert

Cli = Callable[..., Any]


@pytest.fixture
def folder(scene: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: scene.hdr with scene.img, and a model, labels and classes of no use."""
    for name in ("m.safetensors", "model.npy", "words.npy", "labels.npy", "classes.yaml"):
        (scene.parent / name).write_text("a command that reads this first fails with other words")
    monkeypatch.chdir(scene.parent)
    return scene.parent


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refused(cli: Cli, folder: Path, line: str, status: int, words: str) -> None:
    """Run a command in a folder: it fails with one sentence and changes nothing."""
    before = contents(folder)
    found = cli(*line.split())
    assert (found.status, found.err.count("\n")) == (status, 1), found.err
    assert words in found.err
    assert contents(folder) == before


@pytest.mark.parametrize("half", ["hdr", "img"])
@pytest.mark.parametrize(
    "line",
    [
        "predict scene.{half} --model m.safetensors -o scene.bil",
        "predict scene.{half} --model m.safetensors -o scene.img",
        "predict scene.{half} --model m.safetensors -o map.tif --confidence scene.dat",
        "query scene.{half} --model m.safetensors --text water -o scene.dat",
        "spectrum scene.{half} --pixel 0,0 -o scene.sli",
        "convert scene.{half} scene.bil --overwrite",
    ],
)
def test_header_and_data_of_the_cube_are_kept(cli: Cli, folder: Path, line: str, half: str) -> None:
    refused(cli, folder, line.format(half=half), 1, "belongs to the cube that is read")


def test_a_header_that_has_the_name_of_its_data_is_the_cube(cli: Cli, folder: Path) -> None:
    (folder / "scene.hdr").rename(folder / "scene.img.hdr")
    refused(cli, folder, "predict scene.img.hdr --model m.safetensors -o scene.img", 1, "belongs to the cube")


def test_a_picture_with_the_name_of_the_cube_is_replaced(cli: Cli, scene: Path) -> None:
    out = scene.with_suffix(".png")
    assert cli("render", scene, "-o", out).status == 0
    assert cli("render", scene, "-o", out, "--band", "0").status == 0


def test_the_header_of_another_cube_is_kept(cli: Cli, folder: Path, make_cube: Callable[..., Cube]) -> None:
    convert(make_cube(np.ones((4, 5, 6), np.uint8)), folder / "other.bil")
    line = "predict scene.hdr --model m.safetensors -o other.img"
    refused(cli, folder, line, 1, "other.hdr is the header of other.bil; choose another name")


@pytest.mark.parametrize(
    ("out", "confidence"),
    [("a.tif", "a.tif"), ("a.tif", "./a.tif"), ("a.img", "a.hdr"), ("a.img", "a.dat"), ("a.hdr", "a.bil")],
)
@pytest.mark.parametrize("existing", [False, True])
def test_two_outputs_never_share_a_file(
    cli: Cli, folder: Path, out: str, confidence: str, existing: bool
) -> None:
    if existing:
        (folder / out).write_text("older")
    line = f"predict scene.hdr --model m.safetensors -o {out} --confidence {confidence}"
    refused(cli, folder, line, 2, "give them different names")


@pytest.mark.parametrize(
    "line",
    [
        "predict scene.hdr --model model.npy -o model.npy",
        "predict scene.hdr --model m.safetensors --classes words.npy -o map.tif --confidence words.npy",
        "query scene.hdr --model model.npy --text water -o model.npy",
        "train scene.hdr --labels labels.npy --classes m.safetensors -o m.safetensors",
        "vote . --model m.safetensors -o m.safetensors",
    ],
)
def test_what_is_read_is_never_written(cli: Cli, folder: Path, line: str) -> None:
    refused(cli, folder, line, 1, "is read by the same command; choose another name")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("absent/{0}", "the folder absent does not exist; create it first"),
        ("folder/{0}", "{0} is a folder; name a file in it"),
        (f"{'x' * 260}{{0}}", "choose another name"),
        ("/proc/{0}", "; choose another folder."),
    ],
    ids=["absent", "folder", "long", "locked"],
)
@pytest.mark.parametrize(
    "line",
    [
        "train scene.hdr --labels labels.npy --classes classes.yaml -o OUT.safetensors",
        "predict scene.hdr --model m.safetensors -o OUT.tif",
        "predict scene.hdr --model m.safetensors -o map.tif --confidence OUT.img",
        "query scene.hdr --model m.safetensors --text water -o OUT.png",
        "vote . --model m.safetensors -o OUT.csv",
        "convert scene.hdr OUT.tif",
        "render scene.hdr -o OUT.png",
        "spectrum scene.hdr --pixel 0,0 -o OUT.csv",
        "demo --train OUT.safetensors",
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_first(
    cli: Cli, folder: Path, line: str, out: str, words: str
) -> None:
    if out.startswith("/proc") and not sys.platform.startswith("linux"):
        pytest.skip("a folder is needed that even root cannot write to")
    name = line.rpartition("OUT")[2].split()[0]
    (folder / "folder" / f"a{name}").mkdir(parents=True)
    target = out.format(f"a{name}")
    refused(cli, folder, line.replace(f"OUT{name}", target), 1, words.format(f"a{name}"))


@pytest.mark.parametrize(
    "line",
    [
        "train scene.hdr --labels labels.npy --classes classes.yaml -o a.pt",
        "demo --train a.md",
        "render scene.hdr -o a.bmp",
        "predict scene.hdr --model m.safetensors -o a.tif --confidence a",
        "spectrum scene.hdr --pixel 0,0 -o a.txt",
    ],
)
def test_an_ending_that_means_nothing_is_told_first(cli: Cli, folder: Path, line: str) -> None:
    refused(cli, folder, line, 2, "end it in")


@pytest.mark.parametrize("line", ["demo --headless --out results", "benchmark accuracy -o results"])
def test_a_folder_of_results_is_tried_first(cli: Cli, folder: Path, line: str) -> None:
    name = "report.json" if line.startswith("demo") else "tables.md"
    (folder / "results" / name).mkdir(parents=True)
    refused(cli, folder, line, 1, f"{name} is a folder; name a file in it")
    assert [path.name for path in (folder / "results").iterdir()] == [name]
