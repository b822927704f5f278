"""`hsi-studio benchmark latency`: how soon the map follows a click or a word, in the real window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import psutil
import typer

from hsi_studio import __version__
from hsi_studio.cli.hardware import system
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.cli.view_figures import Row
from hsi_studio.errors import HsiError

_RUNS, _QUICK_RUNS = 10, 3
_LARGE = (512, 614, 200)
_FIELDS = 8
_LIMITS_MS = {"demo": (100.0, 500.0), "large": (200.0, 800.0)}
_LIMITS_MB = {"demo": 500.0, "large": 1500.0}
_NAMES = {"demo": "145 × 145 × 200", "large": "512 × 614 × 200"}
_LIBRARIES = ("numpy", "torch", "PySide6-Essentials")


def latency(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="The demo scene, few runs: a smoke test.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Where a scene is written and removed again [temporary folder].")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Json = False,
) -> None:
    """Measure from words and clicks to the changed map, stalls of the window, cancelling, memory.

    Drives the real window without a screen by events of mouse and keyboard, on Indian Pines and on a
    generated scene. Figures are medians, with the 95th percentile beside; memory is that of all processes.

    For example:

    - `hsi-studio benchmark latency --json`

    - `hsi-studio benchmark latency --markdown`
    """
    busy = psutil.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="hsi_studio_") as place,
        progress_bar("Measuring") as progress,
    ):
        rows: list[Row] = []
        for scene in ("demo",) if quick else ("demo", "large"):
            progress.update(None, _NAMES[scene])
            rows += _rows(scene, _probe(scene, Path(place), _QUICK_RUNS if quick else _RUNS))
    if as_json:
        versions = {"hsi_studio": __version__} | {name: metadata.version(name) for name in _LIBRARIES}
        print_json(
            {
                "quick": quick,
                "hardware": system(),
                "load_before": busy,
                "versions": versions,
                "rows": [asdict(row) | {"reached": row.reached} for row in rows],
            }
        )
        return
    title = f"{system()['processor']}, {system()['cores']} cores, load {busy:.1f} before the run"
    print_table(title, ("what", "measured", "bound", "remark"), map(_cells, rows), markdown=markdown)


def _rows(scene: str, found: dict[str, Any]) -> Iterator[Row]:
    name, (words, clicks) = _NAMES[scene], _LIMITS_MS[scene]
    yield _timed(f"{name}: description settled → other map", found["words"], words)
    yield _timed(f"{name}: label click → other map", found["clicks"], clicks)
    for job, (wall, busy) in found["stalls"].items():
        note = f"the GUI thread was at work for {1000 * busy:.0f} ms of it"
        yield Row(f"{name}: longest stall, {job}", 1000 * wall, "ms", 30.0, note=note)
    yield _timed(f"{name}: training discarded → process gone", found["cancels"], 500.0)
    memory = found["memory"]
    note = f"peak {memory['peak']:.0f}, in training {memory['peak in training']:.0f}; with the text encoder"
    yield Row(f"{name}: memory above the empty window", memory["settled"], "MB", _LIMITS_MB[scene], note=note)


def _timed(what: str, seconds: list[float], limit: float) -> Row:
    if not seconds:
        return Row(what, float("nan"), "ms", limit, note="nothing changed on the screen")
    middle, high = (1000 * float(np.percentile(seconds, part)) for part in (50, 95))
    return Row(what, middle, "ms", limit, note=f"p95 {high:.0f} ms of {len(seconds)}")


def _probe(scene: str, place: Path, runs: int) -> dict[str, Any]:
    """Drive the window in a fresh process with folders of its own: no text was read before."""
    file = _large(place) if scene == "large" else Path("demo")
    folders = {f"XDG_{name}_HOME": str(place / scene / name) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    done = subprocess.run(
        [sys.executable, "-m", "hsi_studio.cli.latency_probe", str(file), str(runs)],
        env=os.environ | folders | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise HsiError(f"driving the window over {_NAMES[scene]} failed ({reason})", "run doctor")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _large(place: Path) -> Path:
    """Write a scene of fields with smooth spectra and noise, and what grows where; return its path."""
    rows, cols, bands = _LARGE
    random = np.random.default_rng(11)
    seeds = random.random((60, 2)) * (rows, cols)
    kinds = random.integers(1, _FIELDS + 1, len(seeds))
    row, col = np.mgrid[:rows, :cols]
    nearest = np.argmin([(row - r) ** 2 + (col - c) ** 2 for r, c in seeds], axis=0)
    truth = kinds[nearest].astype(np.uint8)
    walks = np.cumsum(random.normal(0, 60, (_FIELDS + 1, bands)), axis=1) + 3000
    cube = np.empty(_LARGE, np.uint16)
    for number in range(rows):
        noisy = walks[truth[number]] + random.normal(0, 150, (cols, bands))
        cube[number] = np.clip(noisy, 0, 65_535)
    np.save(place / "scene.npy", cube)
    np.save(place / "scene.truth.npy", truth)
    return place / "scene.npy"


def _cells(row: Row) -> tuple[str, ...]:
    remark = " ".join(filter(None, ("" if row.reached else "missed;", row.note)))
    return row.what, f"{row.measured:.3g} {row.unit}", f"≤ {row.target:g} {row.unit}", remark
