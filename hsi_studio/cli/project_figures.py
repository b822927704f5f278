"""The figures of the project file: keeping a stroke, opening a long history, size."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.cli.view_figures import Row
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Labels, Patch
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.copy import new_store
from hsi_studio.io.project.store import whole_edit

_SIDE = 4000
_BRUSH = 15
_CLASSES = 16
_COMMITS = 300
_OPENINGS = 5


def project_figures(folder: Path, edits: int) -> Iterator[Row]:
    """Measure a project with a history of `edits` brush strokes over 4000 × 4000 pixels, written to `folder`.

    Yields the time to open it with all labels, the time to keep one more stroke, and its size.
    """
    path = folder / "long.hsip"
    _write_history(path, edits)
    opening = statistics.median(_opening(path) for _ in range(_OPENINGS))
    yield Row(f"opening a project with {edits} edits", opening, "s", 1.0)
    raw, size = _SIDE * _SIDE * 2 / 1e6, path.stat().st_size / 1e6
    commits = sorted(_commits(path))
    yield Row(
        "commit of a stroke to the project file",
        statistics.median(commits) * 1000,
        "ms",
        5.0,
        note=f"95 of 100 within {commits[len(commits) * 95 // 100] * 1000:.1f} ms",
    )
    yield Row(
        f"size of a project with {edits} edits over {_SIDE}² pixels",
        size,
        "MB",
        raw,
        note=f"the labels alone are {raw:.0f} MB when not compressed",
    )


def _write_history(path: Path, edits: int) -> None:
    cube = ProjectCube(1, "", "benchmark", "", _SIDE, _SIDE)
    table = ClassTable.from_names([f"Class {number}" for number in range(1, _CLASSES + 1)])
    ids, rng = np.zeros((_SIDE, _SIDE), np.uint16), np.random.default_rng(0)
    with new_store(path) as store:
        store.fill(ProjectState(table, (cube,)), "Add classes")
        for seq in range(2, edits + 1):
            patch = _stroke(ids, rng)
            ids[patch.window.slices()] = patch.after
            store.add_step(seq, Edit("Brush", {1: (patch,)}), time.time())
        store.apply(whole_edit(ProjectState(table, (cube,), {1: Labels.from_array(ids)}), ""))
        store.set_position(max(edits, 1))


def _stroke(ids: NDArray[np.uint16], rng: np.random.Generator) -> Patch:
    """Return a round stroke somewhere in one tile."""
    tile, place = rng.integers(0, _SIDE // TILE, 2), rng.integers(0, TILE - _BRUSH, 2)
    row, col = (int(start) for start in tile * TILE + place)
    window = Window(row, col, _BRUSH, _BRUSH)
    before = ids[window.slices()].copy()
    across = np.arange(_BRUSH) - _BRUSH // 2
    inside = across[:, None] ** 2 + across**2 <= (_BRUSH / 2) ** 2
    return Patch(window, before, np.where(inside, rng.integers(1, _CLASSES + 1), before).astype(np.uint16))


def _opening(path: Path) -> float:
    started = time.perf_counter()
    with closing(ProjectFile.open(path)) as project:
        _ = project.state, project.undo_title, project.redo_title
        return time.perf_counter() - started


def _commits(path: Path) -> list[float]:
    rng, times = np.random.default_rng(1), []
    with closing(ProjectFile.open(path)) as project:
        ids = project.state.labels_of(1).to_array()
        for _ in range(_COMMITS):
            patch = _stroke(ids, rng)
            ids[patch.window.slices()] = patch.after
            started = time.perf_counter()
            project.append(Edit("Brush", {1: (patch,)}))
            times.append(time.perf_counter() - started)
    return times
