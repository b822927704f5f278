"""The figures of labelling: what is measured, how, and what it should be."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsi_studio.cli.project_figures import project_figures
from hsi_studio.cli.view_figures import Row
from hsi_studio.errors import HsiError

_SIDES = (145, 4000, 20_000)


@dataclass(frozen=True)
class Size:
    """How much is measured: runs of the strokes at each size, and edits in a project's history."""

    repeats: int
    edits: int


FULL = Size(3, 100_000)
QUICK = Size(1, 1000)


@dataclass(frozen=True)
class Timed:
    """Seconds from each movement of the pointer to its painting, and the GUI thread's own part of them."""

    wall: list[float]
    busy: list[float]

    @property
    def note(self) -> str:
        """Other figures in words."""
        p95 = 1000 * float(np.percentile(self.wall, 95))
        busy = 1000 * statistics.median(self.busy)
        return f"p95 {p95:.1f} ms; the GUI thread is at work for {busy:.1f} ms"


def figures(size: Size, folder: Path) -> Iterator[Row]:
    """Measure one figure after the other; `folder` gets a project that the caller removes.

    Raises
    ------
    HsiError
        When a measurement fails.
    """
    yield from _strokes(size)
    yield from project_figures(folder, size.edits)


def _strokes(size: Size) -> Iterator[Row]:
    near: dict[int, Timed] = {}
    far: dict[int, Timed] = {}
    for side in _SIDES:
        runs = [_probe(side) for _ in range(size.repeats)]
        near[side], far[side] = (_merged(runs, zoom) for zoom in ("near", "far"))
        yield _stroke_row(f"stroke over {side}² labels, 400 %", near[side])
    yield _stroke_row(f"stroke over {_SIDES[-1]}² labels, all in sight", far[_SIDES[-1]])
    first, last = (statistics.median(near[side].wall) for side in (_SIDES[0], _SIDES[-1]))
    yield Row(f"stroke over {_SIDES[-1]}² against {_SIDES[0]}²", last / first, "×", 1.5)


def _stroke_row(what: str, timed: Timed) -> Row:
    return Row(f"{what}: event to repaint", 1000 * statistics.median(timed.wall), "ms", 16.0, note=timed.note)


def _merged(runs: list[dict[str, list[tuple[float, float]]]], zoom: str) -> Timed:
    pairs = [pair for run in runs for pair in run[zoom]]
    return Timed([wall for wall, _ in pairs], [busy for _, busy in pairs])


def _probe(side: int) -> dict[str, list[tuple[float, float]]]:
    """Time strokes in a fresh process, with the real canvas on Qt's offscreen platform."""
    done = subprocess.run(
        [sys.executable, "-m", "hsi_studio.cli.label_probe", str(side)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise HsiError(f"timing strokes over {side}² labels failed ({reason})", "run doctor")
    answer: dict[str, list[tuple[float, float]]] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
