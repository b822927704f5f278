"""`benchmark text` on Salinas A with a small encoder in the place of the real one."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Cli = Callable[..., Any]


def test_all_kinds_on_paper_and_in_files(cli: Cli, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "salinasA"
    where = ("--cube", folder / "SalinasA_corrected.mat", "--truth", folder / "SalinasA_gt.mat")
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


def test_a_method_without_texts_is_refused(cli: Cli) -> None:
    done = cli("benchmark", "text", "--method", "svm")
    assert done.status == 2
    assert "choose from instant, s3fn" in done.err
