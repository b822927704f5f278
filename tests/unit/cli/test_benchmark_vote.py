"""`benchmark vote` on objects generated from a real spectral library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hsi_studio.io.image_set import read_image_set

Cli = Callable[..., Any]


def test_votes_are_right_more_often_than_pixels(cli: Cli, shared_data: Path, tmp_path: Path) -> None:
    library = shared_data / "speclibs" / "optimized.sli"
    spectra = "FS15R_FS4281,FS15R_FS4309,FS15R_FS4393"
    run = ("--methods", "lda", "--images", "6", "--seeds", "2", "--save", tmp_path / "set", "--json")
    done = cli("benchmark", "vote", library, "--spectra", spectra, *run)
    assert done.status == 0, done.err
    report = done.json
    assert report["synthetic"] is True
    (row,) = report["rows"]
    assert row["method"] == "lda"
    assert row["pixels"] > 1 / 3
    assert row["majority"] >= row["pixels"]
    assert row["mean"] >= row["pixels"]
    found = read_image_set(tmp_path / "set")
    assert len(found.entries) == 18
    assert found.class_names == tuple(sorted(spectra.split(",")))


@pytest.mark.parametrize(
    ("spectra", "told"), [("FS15R_FS4281", "name two or more"), ("FS15R_FS4281,absent", "has no 'absent'")]
)
def test_wrong_spectra_are_one_sentence(cli: Cli, shared_data: Path, spectra: str, told: str) -> None:
    done = cli("benchmark", "vote", shared_data / "speclibs" / "optimized.sli", "--spectra", spectra)
    assert done.status == 2
    assert told in done.err
    assert len(done.err) < 400
