"""What the benchmarks of classifiers share: the scene they run on, lists as options, and where results go."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.label_files import chosen_by, require_classes
from hsi_studio.cli.ml_options import MOST_SEED
from hsi_studio.cli.output import note, progress_bar
from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.palette import default_colors
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io import OpenOptions, open_cube
from hsi_studio.io.classes_yaml import read_classes
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.truth import read_truth
from hsi_studio.paths import resource

_Ids = NDArray[np.int16]
_PANEL = "Scene"
_MOST_TOLD = 20

DEMO = "indian-pines"
"""Name of the demo scene, which brings its truth and its class table."""

SceneName = Annotated[
    str,
    typer.Option(
        "--scene",
        help=f"{DEMO}, or the file of a cube, with --truth.",
        metavar="NAME",
        rich_help_panel=_PANEL,
    ),
]
TruthFile = Annotated[
    Path | None,
    typer.Option(
        help="Raster of true class ids, or fractions of materials, whose largest is the class.",
        rich_help_panel=_PANEL,
    ),
]
Variable = Annotated[str | None, typer.Option(help="Variable of the cube's file.", rich_help_panel=_PANEL)]
TruthVariable = Annotated[
    str | None, typer.Option(help="Variable of the truth's file.", rich_help_panel=_PANEL)
]
ClassesFile = Annotated[
    Path | None,
    typer.Option(help="Class table with texts [the demo's, else bare names].", rich_help_panel=_PANEL),
]
Folder = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder for results.csv, tables.md and figure.png.")
]
RESULT_FILES = ("results.csv", "tables.md", "figure.png")
_MOST_SEEDS = 10_000
Seeds = Annotated[int, typer.Option(min=1, max=_MOST_SEEDS, help="Number of seeds; block splits want ten.")]
FirstSeed = Annotated[int, typer.Option(min=0, max=MOST_SEED - _MOST_SEEDS, help="The first of them.")]


def open_scene(
    scene: str,
    truth: Path | None,
    classes: Path | None,
    variable: str | None = None,
    truth_variable: str | None = None,
) -> tuple[Cube, ClassRaster]:
    """Return the scene to run on and its truth, with a class for every id of it.

    Parameters
    ----------
    scene : str
        `DEMO`, or the path of a cube.

    Raises
    ------
    UsageError
        When a cube comes without a truth, the demo scene with one, or the class table lacks an id of the
        truth.
    HsiError
        When the truth leaves nothing to compare.
    """
    if scene == DEMO:
        if truth is not None:
            raise UsageError(
                f"{DEMO} has a truth of its own", "leave --truth out, or name its cube by --scene"
            )
        cube, raster = open_demo()
        table = read_classes(resource("classes", "indian_pines.yaml") if classes is None else classes)
        require_classes(raster.ids, table, raster.name)
        return cube, ClassRaster(raster.name, raster.ids, table)
    if truth is None:
        raise UsageError(
            f"{scene} is no known scene, and a cube needs its truth", f"name {DEMO}, or add --truth"
        )
    path = Path(scene)
    with progress_bar(f"Opening {path.name}") as progress:
        cube = open_cube(path, options=OpenOptions(variable), progress=progress)
    for remark in cube.notes:
        note(remark)
    with chosen_by("--truth-variable"):
        ids = read_truth(truth, (cube.rows, cube.cols), variable=truth_variable)
    ids = _measured(cube, ids)
    _require_tested(ids, truth.name)
    table = _named(ids) if classes is None else read_classes(classes)
    require_classes(ids, table, truth.name)
    return cube, ClassRaster(truth.name, ids, table)


def _measured(cube: Cube, ids: _Ids) -> _Ids:
    from hsi_studio.ml.labelled import where_measured

    found = where_measured(cube, ids).astype(np.int16)
    left_out = int(np.count_nonzero(ids != found))
    if left_out:
        note(f"{left_out} labelled pixels of the truth hold no values and are left out.")
    return found


def _require_tested(ids: _Ids, name: str) -> None:
    if np.bincount(ids[ids > 0]).max(initial=0) < 2:
        raise HsiError(
            f"{name} has no class of two pixels, one to learn from and one to compare",
            "use a truth with more labelled pixels",
        )


def _named(ids: _Ids) -> ClassTable:
    values = np.unique(ids[ids > 0]).tolist()
    return ClassTable(
        tuple(
            ClassEntry(value, f"Class {value}", color)
            for value, color in zip(values, default_colors(len(values)), strict=True)
        )
    )


def names(text: str, known: Collection[str], option: str) -> tuple[str, ...]:
    """Return comma-separated names, each once.

    Raises
    ------
    UsageError
        When one is unknown.
    """
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [one for one in found if one not in known]
    if unknown or not found:
        wrong = unknown[0] if unknown else text
        some = ", ".join([*known][:_MOST_TOLD]) + (" …" if len(known) > _MOST_TOLD else "")
        raise UsageError(f"{option} has no {wrong!r}", f"choose from {some}")
    return found


def counts(text: str, option: str) -> tuple[int, ...]:
    """Return comma-separated positive whole numbers, each once, rising.

    Raises
    ------
    UsageError
        When there are others.
    """
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        found = []
    if not found or found[0] < 1:
        raise UsageError(
            f"{option} takes whole numbers from 1, not {text!r}", f"write it like {option} 5,10,20"
        )
    return tuple(found)
