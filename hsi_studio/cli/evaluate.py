"""`hsi-studio evaluate`: agreement of a map with the truth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.io.labels import read_ids, same_size


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
    as_json: Json = False,
) -> None:
    """Compare a map with the truth: overall and average accuracy, kappa, F1, and each class.

    For example:

    - `hsi-studio evaluate map.tif --truth truth.tif --exclude training_labels.tif`

    - `hsi-studio evaluate map.npy --truth truth.mat --json`
    """
    from hsi_studio.ml.metrics import agreement

    ids, true = read_ids(map_file), read_ids(truth)
    same_size(ids, true.shape, map_file.name, truth.name)
    compared = np.ones(true.shape, bool)
    for file, wanted in ((mask, True), (exclude, False)):
        if file is not None:
            raster = read_ids(file)
            same_size(raster, true.shape, file.name, truth.name)
            compared &= (raster != 0) == wanted
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
