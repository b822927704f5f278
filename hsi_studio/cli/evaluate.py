"""`hsi-studio evaluate`: agreement of a map with the truth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.label_files import chosen_by
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.core.grid import Grid
from hsi_studio.errors import UsageError
from hsi_studio.io.labels import read_ids, same_size

_PANEL = "Variables, where a file has several"


def evaluate(
    map_file: Annotated[
        Path, typer.Argument(metavar="MAP", help="Raster of class ids, as `predict` writes.")
    ],
    *,
    truth: Annotated[Path, typer.Option(help="Raster of true class ids, 0 = unknown.")],
    mask: Annotated[
        Path | None, typer.Option(help="Raster: only pixels other than 0 are compared, such as test pixels.")
    ] = None,
    exclude: Annotated[
        Path | None, typer.Option(help="Raster: pixels other than 0 are left out, such as training labels.")
    ] = None,
    variable: Annotated[str | None, typer.Option(help="Of the map's file.", rich_help_panel=_PANEL)] = None,
    truth_variable: Annotated[
        str | None, typer.Option(help="Of the truth's file.", rich_help_panel=_PANEL)
    ] = None,
    mask_variable: Annotated[
        str | None, typer.Option(help="Of the mask's file.", rich_help_panel=_PANEL)
    ] = None,
    exclude_variable: Annotated[
        str | None, typer.Option(help="Of the file of what is left out.", rich_help_panel=_PANEL)
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare a map with the truth: overall and average accuracy, kappa, F1, and each class.

    For example:

    - `hsi-studio evaluate map.tif --truth truth.tif --exclude training_labels.tif`

    - `hsi-studio evaluate map.npy --truth truth.mat --json`
    """
    from hsi_studio.ml.metrics import agreement

    with chosen_by("--variable"):
        ids = read_ids(map_file, variable=variable)
    over = Grid(map_file.name, *ids.shape)
    true = _over(over, truth, truth_variable, "--truth-variable")
    compared = np.ones(true.shape, bool)
    if mask is not None:
        compared &= _over(over, mask, mask_variable, "--mask-variable") != 0
    if exclude is not None:
        compared &= _over(over, exclude, exclude_variable, "--exclude-variable") == 0
    if not true[compared].any():
        raise UsageError(
            "no pixel to compare is labelled in the truth", "check the truth, --mask and --exclude"
        )
    found = agreement(ids, np.where(compared, true, 0))
    if as_json:
        print_json(asdict(found) | {"pixels": int(found.confusion.sum())})
        return
    whole = ("overall_accuracy", "average_accuracy", "kappa", "f1_macro")
    print_table("", ("", ""), [(name.replace("_", " "), f"{getattr(found, name):.4f}") for name in whole])
    rows = [
        (str(one.id), *(f"{value:.4f}" for value in (one.recall, one.precision, one.f1)), str(one.pixels))
        for one in found.per_class
    ]
    print_table("", ("class", "recall", "precision", "F1", "pixels"), rows)


def _over(grid: Grid, file: Path, variable: str | None, option: str) -> NDArray[np.int16]:
    """Return a raster (rows, cols) that lies over the map."""
    size = (grid.rows, grid.cols)
    with chosen_by(option):
        ids = read_ids(file, variable=variable, size=size)
    same_size(ids, size, file.name, grid.name)
    return ids
