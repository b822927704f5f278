"""What the commands of a project that need a classifier share: labels, settings, training."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli.labels_project import chosen_cube
from hsi_studio.cli.ml_options import embedded
from hsi_studio.cli.output import progress_bar
from hsi_studio.cli.train_settings import train_settings
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.cube_files import open_known

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier
    from hsi_studio.ml.presets import Settings
    from hsi_studio.ml.scene import Scene

Method = Annotated[str, typer.Option(help="instant, s3fn, s3fn-paper, cnn3d, or a rival such as lda.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")]
Texts = tuple[str, str, bool]
"""Encoder, pooling, and whether the network is left alone."""


def labelled_scene(project: Path, number: int | None) -> Scene:
    """Return a cube of a project with its labels and the classes that have any."""
    path = project.expanduser()
    with closing(ProjectFile.open(path, read_only=True)) as file:
        state = file.state
    known = chosen_cube(state, number, path)
    return scene_of(open_known(known, path), state.labels_of(known.number), state.classes)


def scene_of(cube: Cube, labels: Labels, classes: ClassTable) -> Scene:
    """Return a cube with its labels and the classes that have any."""
    from hsi_studio.ml.scene import Scene

    ids = labels.to_array().astype(np.int16)
    return Scene(cube, ids, ClassTable(tuple(entry for entry in classes if (ids == entry.id).any())))


def settings_of(
    method: str,
    seed: int,
    device: str | None,
    *,
    out: Path = Path("model.safetensors"),
    backbone: Path | None = None,
) -> Settings:
    """Return the settings of a training run.

    Raises
    ------
    UsageError
        As in `train_settings`.
    """
    return train_settings(
        method=method,
        out=out,
        sizes={},
        added=(False, False, False, False),
        seed=seed,
        device=device,
        validation=None,
        backbone=backbone,
    )


def trained(scene: Scene, settings: Settings, texts: Texts) -> Classifier:
    """Train on the labels of a scene."""
    from hsi_studio.ml.methods import finish, method

    way = method(settings.method)
    embeddings = embedded(scene.classes, *texts) if way.uses_text else None
    with progress_bar("Training") as progress:
        return finish(way.train(scene, embeddings, settings), progress)


def report_of(model: Classifier, seconds: float) -> dict[str, Any]:
    """Return what is told of a training run."""
    return {
        "method": model.method,
        "seconds": round(seconds, 3),
        "labels": model.provenance["labels"],
        "device": model.provenance["device"],
    }
