"""`demo --headless`: pictures and report without a display."""

import json
from collections.abc import Callable
from pathlib import Path

from matplotlib.image import imread


def test_report_is_complete(cli: Callable, tmp_path: Path) -> None:
    result = cli("demo", "--headless", "--out", tmp_path / "new" / "report", "--json")
    told = result.json
    assert told == json.loads((tmp_path / "new" / "report" / "report.json").read_text(encoding="utf-8"))
    assert told["seconds"] > 0
    assert told["picture"]["bands"]
    assert sum(entry["pixels"] for entry in told["classes"]) == 10_249
    assert {Path(file).name for file in told["files"]} == {
        path.name for path in (tmp_path / "new" / "report").iterdir()
    }


def test_prediction_is_right_where_it_was_not_trained(cli: Callable, tmp_path: Path) -> None:
    told = cli("demo", "--headless", "--out", tmp_path, "--json").json
    assert told["overall_accuracy"] > 0.8
    assert told["pixels_compared"] + told["pixels_trained_on"] == 10_249
    picture, overlaid = imread(tmp_path / "picture.png"), imread(tmp_path / "prediction_overlay.png")
    assert (picture != overlaid).any(axis=2).mean() > 0.9
    sure = imread(tmp_path / "confidence.png")
    assert sure.shape == (145, 145, 4)
    assert sure.std() > 0.05


def test_pictures_show_the_scene_and_the_truth(cli: Callable, tmp_path: Path) -> None:
    cli("demo", "--headless", "--out", tmp_path)
    picture, overlaid = imread(tmp_path / "picture.png"), imread(tmp_path / "ground_truth.png")
    assert picture.shape == overlaid.shape == (145, 145, 4)
    changed = (picture != overlaid).any(axis=2)
    assert 9_000 < changed.sum() <= 10_249  # the labelled pixels, but for a few of just that colour
    assert imread(tmp_path / "spectra.png").std() > 0.05


def test_a_file_in_the_way_of_the_folder_is_told(cli: Callable, tmp_path: Path) -> None:
    (tmp_path / "report").touch()
    told = cli("demo", "--headless", "--out", tmp_path / "report")
    assert (told.status, "cannot be made (File exists)" in told.err) == (1, True)
