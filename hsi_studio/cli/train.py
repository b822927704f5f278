"""`hsi-studio train`: a model from the labelled pixels of a cube."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from hsi_studio.cli.label_files import chosen_by, require_classes
from hsi_studio.cli.ml_options import (
    DEFAULT_ENCODER,
    Backbone,
    Device,
    Encoder,
    Offline,
    Pooling,
    PoolingChoice,
    Seed,
    embedded,
)
from hsi_studio.cli.options import Json, with_cube
from hsi_studio.cli.output import print_result, progress_bar
from hsi_studio.cli.train_images import or_images
from hsi_studio.cli.train_settings import train_settings
from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.classes_yaml import read_classes
from hsi_studio.io.labels import read_ids, same_size
from hsi_studio.io.outputs import require_outputs

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier

_SIZES = "Sizes"
_ADDED = "Beyond the published method"


class ScoreChoice(StrEnum):
    """How pixels and texts are compared."""

    COSINE = "cosine"
    RAW = "raw"


@or_images
@with_cube
def train(
    cube: Cube,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Model to write, a .safetensors file.")],
    labels: Annotated[
        Path | None, typer.Option(help="Raster of class ids, 0 = unlabelled; of a cube.")
    ] = None,
    labels_variable: Annotated[
        str | None, typer.Option(help="Variable of the labels' file [the one of the cube's size].")
    ] = None,
    classes: Annotated[Path | None, typer.Option(help="YAML list of {id, name, color, description}.")] = None,
    method: Annotated[str, typer.Option(help="instant, s3fn, s3fn-paper, cnn3d, svm, lda …")] = "instant",
    seed: Seed = 0,
    validation: Annotated[
        float | None,
        typer.Option(
            min=0, max=0.5, help="Share of labels, in blocks, for early stopping [0.2 from 50 per class]."
        ),
    ] = None,
    backbone: Backbone = None,
    device: Device = None,
    encoder: Encoder = DEFAULT_ENCODER,
    pooling: Pooling = PoolingChoice.MEAN,
    offline: Offline = False,
    patch: Annotated[
        int | None, typer.Option(min=14, max=128, help="Side of a patch.", rich_help_panel=_SIZES)
    ] = None,
    components: Annotated[
        int | None, typer.Option(min=1, max=512, help="Spectral components.", rich_help_panel=_SIZES)
    ] = None,
    score: Annotated[ScoreChoice | None, typer.Option(help="Of texts.", rich_help_panel=_SIZES)] = None,
    joint: Annotated[
        bool, typer.Option("--joint", help="Stage 1 learns the text scores too.", rich_help_panel=_ADDED)
    ] = False,
    symmetric: Annotated[
        bool, typer.Option("--symmetric", help="Texts rank pixels too.", rich_help_panel=_ADDED)
    ] = False,
    softmax_beside: Annotated[
        bool, typer.Option("--softmax-beside", help="A softmax beside the texts.", rich_help_panel=_ADDED)
    ] = False,
    residual: Annotated[
        bool, typer.Option("--residual", help="Learn a residual per class.", rich_help_panel=_ADDED)
    ] = False,
    as_json: Json = False,
) -> None:
    """Train a classifier on the labelled pixels of a cube.

    `instant`, the default, takes seconds and no GPU: linear experts on spectra, windows and fields, weighed
    by how well they foretell labels that were held out, and written in closed form as scores of the texts.
    The statistics of its features, as of s3fn's, come from the whole unlabelled scene; all else is learned
    from the labelled pixels alone.

    For example:

    - `hsi-studio train scene.hdr --labels labels.tif --classes classes.yaml -o model.safetensors`

    - `hsi-studio train scene.mat --labels truth.mat --classes classes.yaml -o m.safetensors --method cnn3d`

    - `hsi-studio train scene.mat --labels scene.mat --labels-variable gt --classes c.yaml -o m.safetensors`

    - `hsi-studio train a.hdr --labels a.tif --classes a.yaml -o b.safetensors --backbone s3fn.safetensors`

    - `hsi-studio train fruit/ -o model.safetensors --method lda --held-out 0.3 --seed 1`
    """
    from hsi_studio.ml.methods import finish
    from hsi_studio.ml.methods import method as chosen
    from hsi_studio.ml.scene import Scene

    if labels is None or classes is None:
        raise UsageError("a cube needs its labels and their classes", "give --labels and --classes")
    settings = train_settings(
        method=method,
        out=out,
        sizes={"patch": patch, "components": components, "score": score},
        added=(joint, softmax_beside, symmetric, residual),
        seed=seed,
        device=device,
        validation=validation,
        backbone=backbone,
    )
    require_outputs((out,), cube=cube, read=(labels, classes, backbone))
    way = chosen(method)
    table, size = read_classes(classes), (cube.rows, cube.cols)
    with chosen_by("--labels-variable"):
        ids = read_ids(labels, variable=labels_variable, size=size)
    same_size(ids, size, labels.name, cube.name)
    require_classes(ids, table, labels.name)
    if len(np.unique(ids[ids > 0])) < 2:
        raise CubeFileError(
            f"{labels.name} labels fewer than two classes", "label pixels of two classes or more"
        )
    embeddings = embedded(table, encoder, pooling, offline) if way.uses_text else None
    started = time.perf_counter()
    with progress_bar("Training") as progress:
        model = finish(way.train(Scene(cube, ids, table), embeddings, settings), progress)
    with atomic_output(out) as temporary:
        temporary.write_bytes(model.to_bytes())
    print_result(_report(model, out, time.perf_counter() - started), as_json)


def _report(model: Classifier, out: Path, seconds: float) -> dict[str, object]:
    stages = model.provenance["stages"]
    return {
        "file": out,
        "method": model.method,
        "seconds": round(seconds, 3),
        "stages": stages,
        "validation": stages[-1]["validation"],
        "labels": model.provenance["labels"],
        "device": model.provenance["device"],
    }
