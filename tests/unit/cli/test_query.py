"""`query`: a phrase becomes a picture or raw scores."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from matplotlib.image import imread

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.io import scratch
from hsi_studio.io.classes_yaml import write_classes
from hsi_studio.io.convert import convert

Cli = Callable[..., Any]


@pytest.fixture
def folder(make_cube: Callable[..., Cube], rng: np.random.Generator, cli: Cli, tmp_path: Path) -> Path:
    """A scene of soil, corn and water with an instant model of it; the first two rows hold nothing."""
    truth = np.repeat([1, 2, 3], 8)[None].repeat(20, axis=0)
    values = rng.uniform(1000, 9000, (3, 20))[truth - 1] + rng.normal(0, 200, (20, 24, 20))
    values[:2] = 0
    with rasterio.Env():
        wkt = rasterio.crs.CRS.from_epsg(32616).to_wkt()
    place = GeoReference((30.0, 0.0, 500000.0, 0.0, -30.0, 4000000.0), wkt)
    cube = make_cube(values.astype(np.uint16), wavelengths_nm=np.linspace(400, 2400, 20), georef=place)
    convert(cube, tmp_path / "scene.hdr")
    np.save(tmp_path / "labels.npy", np.where(rng.random(truth.shape) < 0.1, truth, 0).astype(np.uint8))
    texts = ("Dry bare soil.", "Green corn leaves.", "Deep clear water of a lake.")
    entries = (ClassEntry(i, text.split()[2], (9 * i, 9, 9), text) for i, text in enumerate(texts, 1))
    write_classes(tmp_path / "classes.yaml", ClassTable(tuple(entries)))
    asked = ("--labels", tmp_path / "labels.npy", "--classes", tmp_path / "classes.yaml")
    assert cli("train", tmp_path / "scene.hdr", *asked, "-o", tmp_path / "m.safetensors").status == 0
    return tmp_path


def query(cli: Cli, folder: Path, out: str, *more: object, text: str = "water of a river") -> Any:
    asked = ("--model", folder / "m.safetensors", "--text", text, "-o", folder / out)
    return cli("query", folder / "scene.hdr", *asked, *more)


def test_scores_are_highest_where_the_phrase_fits(folder: Path, cli: Cli) -> None:
    found = query(cli, folder, "water.npy", "--json").json
    assert found["file"].endswith("water.npy")
    assert found["text"] == "water of a river"
    scores = np.load(folder / "water.npy")
    assert scores.shape == (20, 24)
    assert np.isnan(scores[:2]).all()
    assert scores[2:, 16:].mean() > scores[2:, :16].mean() + 1
    np.testing.assert_allclose(found["range"], [np.nanmin(scores), np.nanmax(scores)], rtol=1e-5)


def test_pictures_and_rasters(folder: Path, cli: Cli) -> None:
    assert query(cli, folder, "water.png").status == 0
    picture = imread(folder / "water.png")
    assert picture.shape[0] > 300
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 100
    assert query(cli, folder, "water.tif").status == 0
    with rasterio.open(folder / "water.tif") as file:
        assert file.crs.to_epsg() == 32616
        assert file.read(1)[2:, 16:].mean() > file.read(1)[2:, :16].mean()


def test_what_cannot_be_queried(folder: Path, cli: Cli) -> None:
    assert "the text is empty" in query(cli, folder, "water.png", text="  ").err
    assert "no ending of a map" in query(cli, folder, "water.jpg").err
    asked = ("--labels", folder / "labels.npy", "--classes", folder / "classes.yaml", "--method", "svm")
    assert cli("train", folder / "scene.hdr", *asked, "-o", folder / "m.safetensors").status == 0
    found = query(cli, folder, "water.png")
    assert found.status == 1
    assert "knows no words" in found.err
    assert not (folder / "water.png").exists()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="space cannot be claimed ahead here")
@pytest.mark.parametrize(
    ("most_in_memory", "told"), [(1000, r"no room for 0\.0 GB"), (None, r"q\.png could not be written")]
)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    folder: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, most_in_memory: int | None, told: str
) -> None:
    import resource

    if most_in_memory is not None:
        monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", most_in_memory)
    query(cli, folder, "p.png")  # what matplotlib and the encoder keep on the disk is there now
    (folder / "p.png").unlink(missing_ok=True)
    before, limits = sorted(folder.iterdir()), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # stands for a disk that is full
    try:
        found = query(cli, folder, "q.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert found.status == 1
    assert re.search(told, found.err)
    assert "unexpected" not in found.err
    assert sorted(folder.iterdir()) == before


def test_smoothing_can_be_turned_off(folder: Path, cli: Cli) -> None:
    maps = []
    for choice in ("on", "off"):
        out = folder / f"{choice}.npy"
        asked = ("--model", folder / "m.safetensors", "-o", folder / "map.npy", "--confidence", out)
        assert cli("predict", folder / "scene.hdr", *asked, "--smoothing", choice).status == 0
        maps.append(np.load(out))
    assert (maps[0] != maps[1]).any()
