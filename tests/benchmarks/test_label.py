"""`benchmark label`: strokes are timed on the real canvas, at a size that takes seconds."""

import json
import os
import subprocess
import sys

from hsi_studio.cli.label_figures import Timed


def test_strokes_are_timed_near_and_far() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hsi_studio.cli.label_probe", "145"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    for zoom in ("near", "far"):
        assert len(told[zoom]) > 200
        assert all(0 < busy <= wall * 1.5 + 0.01 and wall < 2 for wall, busy in told[zoom])


def test_the_note_tells_the_slowest_strokes() -> None:
    timed = Timed([0.002] * 99 + [0.5], [0.001] * 100)
    assert timed.note == "p95 2.0 ms; the GUI thread is at work for 1.0 ms"
