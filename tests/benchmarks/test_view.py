"""`benchmark view`: every figure is measured, at a size that takes seconds."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.cli.view_figures import QUICK, Row, _pattern, _slider
from hsi_studio.core.window import Window


def test_whole_table(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hsi_studio", "benchmark", "view", "--quick", "--size-gb", "0.02"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["hardware"]["cores"] >= 1
    assert told["versions"]["spectral"]
    rows = {row["what"]: row for row in told["rows"]}
    assert len(rows) == 10
    assert all(row["measured"] > 0 and isinstance(row["reached"], bool) for row in rows.values())
    assert rows["start: process start to usable window"]["note"] == "torch is not loaded"
    opened = rows["0.02 GB BSQ: open to first full-extent picture"]
    assert opened["ratio"] == pytest.approx(opened["rival_measured"] / opened["measured"])
    assert list(tmp_path.iterdir()) == []


def test_scene_is_the_same_in_whatever_pieces_it_is_read() -> None:
    cube = _pattern((50, 70, 9), np.dtype(np.uint16))
    whole = cube.block()
    np.testing.assert_array_equal(
        cube.block(Window(7, 11, 20, 30), (2, 5), 3), whole[7:27:3, 11:41:3][:, :, [2, 5]]
    )
    assert whole.std() > 100


@pytest.mark.parametrize("interleave", ["bsq", "bip"])
def test_slider_pace(interleave: str) -> None:
    row = _slider(replace(QUICK, slider_side=40, repeats=1), interleave, 15.0)
    assert row.measured > 15
    assert row.reached


def test_bounds_are_kept_from_the_right_side() -> None:
    assert Row("a", 1.0, "s", 1.5).reached
    assert not Row("a", 2.0, "s", 1.5).reached
    assert Row("a", 31.0, "pictures/s", 30.0, at_least=True).reached
    assert not Row("a", 29.0, "pictures/s", 30.0, at_least=True).reached
