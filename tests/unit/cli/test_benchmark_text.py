"""`benchmark text` on Salinas A with a small encoder in the place of the real one."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Cli = Callable[..., Any]


def test_all_kinds_on_paper_and_in_files(cli: Cli, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "salinasA"
    where = ("--scene", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
    out = tmp_path / "out"
    done = cli(
        "benchmark", "text", *where, "--shots", "5", "--seeds", "2", "--no-unseen", "-o", out, "--offline"
    )
    assert done.status == 0, done.err
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[0] for line in lines if len(line) > 5 and line[0] in ("real", "one-hot", "softmax")] == [
        "real",
        "one-hot",
        "softmax",
    ]
    with (out / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    real = [float(row["overall_accuracy"]) for row in rows if row["kind"] == "real"]
    assert np.mean(real) > 0.9
    assert f"{100 * np.mean(real):.1f} ± {100 * np.std(real, ddof=1):.1f}" in done.out
    assert (out / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert "| real |" in (out / "tables.md").read_text(encoding="utf-8")


def test_shuffles_of_the_texts_on_paper_in_json_and_in_files(
    cli: Cli, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "salinasA"
    where = ("--scene", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
    run = ("--shots", "5", "--seeds", "1", "--shuffles", "9", "-o", tmp_path, "--offline")
    told = cli("benchmark", "text", *where, *run, "--json").json["shuffles"]
    assert told["count"] == 9
    assert told["p"] == (1 + told["reached"]) / 10
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    areas = [float(row["auc"]) for row in rows if row["kind"].startswith("shuffle ")]
    assert len(areas) == 9
    assert sum(area >= told["real"] for area in areas) == told["reached"]
    real = [float(row["auc"]) for row in rows if row["kind"] == "real" and row["auc"]]
    assert np.mean(real) == pytest.approx(told["real"], abs=1e-3)
    assert f"| {told['reached']} of 9 |" in (tmp_path / "tables.md").read_text(encoding="utf-8")


def test_a_method_without_texts_is_refused(cli: Cli) -> None:
    done = cli("benchmark", "text", "--method", "svm")
    assert done.status == 2
    assert "choose from instant, s3fn" in done.err
