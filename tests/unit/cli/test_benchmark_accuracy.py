"""`benchmark accuracy` on real scenes: the same figures on paper, in JSON and in files."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Cli = Callable[..., Any]


def test_salinas_a_on_paper_and_in_files(cli: Cli, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "salinasA"
    where = ("--scene", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
    run = ("--methods", "lda9,lda", "--shots", "5,10", "--seeds", "2", "--first-seed", "7")
    out = tmp_path / "made" / "here"
    report = cli("benchmark", "accuracy", *where, *run, "-o", out, "--json").json
    rows = {(row["method"], row["split"], row["shots"]): row for row in report["rows"]}
    assert len(rows) == 8
    assert rows["lda", "random", 10]["overall_accuracy"] > 0.95
    assert rows["lda9", "random", 10]["guarded"] is None
    assert rows["lda9", "block", 10]["guarded"] <= 1
    assert report["seeds"] == [7, 8]
    with (out / "results.csv").open(encoding="utf-8") as file:
        trials = list(csv.DictReader(file))
    assert len(trials) == 16
    chosen = [t for t in trials if (t["method"], t["split"], t["shots"]) == ("lda", "random", "10")]
    own = [float(trial["overall_accuracy"]) for trial in chosen]
    assert np.mean(own) == pytest.approx(rows["lda", "random", 10]["overall_accuracy"])
    text = (out / "tables.md").read_text(encoding="utf-8")
    assert f"{100 * np.mean(own):.1f} ± {100 * np.std(own, ddof=1):.1f}" in text
    assert "| lda9 |" in text
    assert (out / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert len(report["differences"]) == 4


def test_samson_by_its_abundances(cli: Cli, shared_data: Path) -> None:
    folder = shared_data / "samson"
    done = cli(
        "benchmark", "accuracy", "--scene", folder / "samson_1.mat", "--truth", folder / "end3.mat",
        "--truth-variable", "A", "--methods", "lda", "--shots", "10", "--seeds", "2",
    )  # fmt: skip
    assert "Overall accuracy in %" in done.out
    line = next(line for line in done.out.splitlines() if line.strip().startswith("lda"))
    random, block = (float(part) for part in (line.split()[1], line.split()[4]))
    assert 85 < random < 97
    assert 85 < block < 97
    assert "One drawing of labels took" in done.err


def test_the_demo_with_its_class_table(cli: Cli) -> None:
    run = ("--methods", "lda", "--shots", "5", "--split", "random", "--seeds", "1", "--json")
    report = cli("benchmark", "accuracy", "--scene", "indian-pines", *run).json
    assert report["scene"] == "Indian Pines"
    (row,) = report["rows"]
    assert 0.4 < row["overall_accuracy"] < 0.6
    assert row["overall_accuracy_std"] is None
    assert row["by_distance"][0] > row["by_distance"][2]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--methods", "lda,what"), "--methods has no 'what'"),
        (("--split", "diagonal"), "--split has no 'diagonal'"),
        (("--shots", "5,x"), "--shots takes whole numbers"),
        (("--scene", "scene.hdr"), "scene.hdr is no known scene, and a cube needs its truth"),
        (("--truth", "truth.npy"), "indian-pines has a truth of its own"),
    ],
)
def test_wrong_options_are_one_sentence(cli: Cli, wrong: tuple[str, str], told: str) -> None:
    done = cli("benchmark", "accuracy", *wrong)
    assert done.status == 2
    assert told in done.err


def test_a_table_without_a_class_of_the_truth_is_refused(cli: Cli, tmp_path: Path) -> None:
    np.save(tmp_path / "cube.npy", np.ones((8, 8, 20), np.float32))
    np.save(tmp_path / "truth.npy", np.full((8, 8), 7, np.uint8))
    (tmp_path / "classes.yaml").write_text("[{id: 1, name: Corn}]", encoding="utf-8")
    files = [tmp_path / name for name in ("cube.npy", "truth.npy", "classes.yaml")]
    where = ("--scene", files[0], "--truth", files[1], "--classes", files[2])
    done = cli("benchmark", "accuracy", *where)
    assert done.status == 2
    assert "ids that no class has: 7" in done.err


def test_a_truth_among_others_in_one_file_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    np.save(tmp_path / "cube.npy", np.ones((8, 8, 20), np.float32))
    np.savez(tmp_path / "truths.npz", a=np.ones((8, 8), np.uint8), b=np.ones((8, 8), np.uint8))
    where = ("--scene", tmp_path / "cube.npy", "--truth", tmp_path / "truths.npz")
    assert "choose one with --truth-variable: a, b" in cli("benchmark", "accuracy", *where).err


def test_a_truth_of_one_pixel_per_class_is_told(cli: Cli, tmp_path: Path) -> None:
    np.save(tmp_path / "cube.npy", np.random.default_rng(0).random((8, 8, 20), np.float32))
    np.save(tmp_path / "truth.npy", np.pad(np.array([[1, 2]], np.uint8), ((0, 7), (0, 6))))
    where = ("--scene", tmp_path / "cube.npy", "--truth", tmp_path / "truth.npy")
    done = cli("benchmark", "accuracy", *where, "--methods", "knn", "--split", "random", "--seeds", "1")
    assert done.status == 1
    assert "truth.npy has no class of two pixels, one to learn from and one to compare" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
def test_a_full_disk_loses_no_table_and_leaves_no_file(cli: Cli, shared_data: Path, tmp_path: Path) -> None:
    import resource

    folder = shared_data / "salinasA"
    where = ("--scene", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
    run = ("--methods", "knn", "--shots", "3", "--split", "random", "--seeds", "2", "-o", tmp_path / "out")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))  # the figure is larger than that
    try:
        done = cli("benchmark", "accuracy", *where, *run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert done.status == 1
    assert "could not be written" in done.err
    assert "Overall accuracy in %" in done.out
    assert list((tmp_path / "out").iterdir()) == []


def test_a_stopped_run_keeps_the_seeds_that_are_done(
    cli: Cli, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hsi_studio.ml.benchmark import accuracy

    measured = accuracy.compare
    calls: list[int] = []

    def stopped(*arguments: Any) -> accuracy.Figures:
        calls.append(1)
        if len(calls) > 5:
            raise KeyboardInterrupt
        return measured(*arguments)

    monkeypatch.setattr(accuracy, "compare", stopped)
    folder = shared_data / "salinasA"
    where = ("--scene", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
    run = ("--methods", "lda", "--shots", "5", "--seeds", "9", "-o", tmp_path, "--json")
    done = cli("benchmark", "accuracy", *where, *run)
    assert done.status == 1
    assert "Stopped after 2 of 9 seeds." in done.err
    assert done.json["seeds"] == [0, 1]
    assert len((tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()) == 5
