"""CSV of labelled spectra: one line per labelled pixel with class, row, column and all bands."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import MOST_ID
from hsi_studio.core.palette import default_colors
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.csv_table import Line, read_csv
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.options import OpenOptions

_KEYS = ("class_id", "class", "row", "col")


def write(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write ``class_id, class, row, col`` (from 0) and the physical values, headed by wavelengths in nm.

    Without wavelengths the bands are headed ``band 1`` and so on; invalid values are left empty.

    Raises
    ------
    UsageError
        When the cube is not open.
    """
    if scene.cube is None:
        raise UsageError(
            f"The spectra of {scene.grid.name} need the cube, which was not found", "write a raster"
        )
    names = {entry.id: entry.name for entry in scene.classes}
    with atomic_output(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*_KEYS, *_headings(scene.cube)))
        for id, row, col, values in _spectra(scene, scene.cube, progress):
            writer.writerow((id, names.get(id, ""), row, col, *values))
    return (path,)


def _headings(cube: Cube) -> list[str]:
    if cube.wavelengths_nm is None:
        return [f"band {band}" for band in range(1, cube.bands + 1)]
    return [f"{nm:.10g} nm" for nm in cube.wavelengths_nm]


def _spectra(
    scene: LabelledScene, cube: Cube, progress: Progress
) -> Iterator[tuple[int, int, int, list[str]]]:
    """Yield (id, row, col, values as text) of the labelled pixels, a row of the image at a time."""
    rows, cols, ids = scene.pixels()
    starts = np.r_[0, np.flatnonzero(np.diff(rows)) + 1] if len(rows) else np.zeros(0, int)
    for start, stop in zip(starts, (*starts[1:], len(rows)), strict=True):
        progress.update(start / len(rows), "writing")
        row, these = int(rows[start]), cols[start:stop]
        first = int(these[0])
        line = cube.physical(cube.block(Window(row, first, 1, int(these[-1]) - first + 1)))[0]
        for col, id in zip(these.tolist(), ids[start:stop].tolist(), strict=True):
            yield id, row, col, _texts(line[col - first])


def _texts(values: NDArray[np.float32]) -> list[str]:
    return [str(value) if np.isfinite(value) else "" for value in values]


def read(path: Path, grid: Grid, options: OpenOptions, progress: Progress) -> ClassRaster:  # noqa: ARG001
    """Read the columns ``class_id`` or ``class``, ``row`` and ``col`` of a table; others are passed over.

    Raises
    ------
    CubeFileError
        Naming the line at fault.
    """
    ids = np.zeros((grid.rows, grid.cols), np.uint16)
    names: dict[int, str] = {}
    try:
        _fill(ids, names, *read_csv(path), progress)
    except _WrongLine as error:
        raise CubeFileError(f"{path.name} {error}", "correct it there") from error
    colors = default_colors(len(names))
    entries = (ClassEntry(id, names[id], color) for id, color in zip(sorted(names), colors, strict=True))
    return ClassRaster(path.name, ids, ClassTable(tuple(entries)))


class _WrongLine(Exception):
    """What is wrong with a line, to follow the file's name."""


def _fill(
    ids: NDArray[np.uint16],
    names: dict[int, str],
    heads: Sequence[str],
    lines: Iterable[Line],
    progress: Progress,
) -> None:
    missing = [key for key in ("row", "col") if key not in heads]
    if missing or not {"class", "class_id"} & set(heads):
        raise _WrongLine(f"has no column {missing[0] if missing else 'class or class_id'}")
    numbers: dict[str, int] = {}
    for number, line in lines:
        if number % 1000 == 0:
            progress.update(None, "reading")
        told = {key: line[key].strip() for key in _KEYS if key in line}
        id, row, col = _place(told, numbers, ids.shape, number)
        ids[row, col] = id
        names[id] = told.get("class") or f"Class {id}"


def _place(
    told: dict[str, str], numbers: dict[str, int], shape: Iterable[int], line: int
) -> tuple[int, int, int]:
    """Return (id, row, col) of a line; names without an id are numbered as they come."""
    where = dict(zip(("row", "col"), shape, strict=True))
    try:
        row, col = int(told["row"]), int(told["col"])
        id = int(told["class_id"]) if "class_id" in told else _number(told["class"], numbers)
    except ValueError as error:
        raise _WrongLine(f"has no whole number where one is expected, in line {line}") from error
    for name, value in (("row", row), ("col", col)):
        if not 0 <= value < where[name]:
            raise _WrongLine(f"names {name} {value} in line {line}; the image has {where[name]}, from 0")
    if not 1 <= id <= MOST_ID:
        raise _WrongLine(f"names the class {id} in line {line}; ids go from 1 to {MOST_ID}")
    return id, row, col


def _number(name: str, numbers: dict[str, int]) -> int:
    if not name:
        raise ValueError
    if name.isdecimal():
        return int(name)
    return numbers.setdefault(name, len(numbers) + 1)
