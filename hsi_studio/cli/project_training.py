"""What the commands of a project that need a classifier share: labels, settings, training."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.labels_project import chosen_cube
from hsi_studio.cli.ml_options import embedded
from hsi_studio.cli.output import progress_bar
from hsi_studio.cli.project_live import LivePart, live_part
from hsi_studio.cli.train_settings import train_settings
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.cube_files import open_known

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier
    from hsi_studio.ml.label_embeddings import LabelEmbeddings
    from hsi_studio.ml.presets import Settings
    from hsi_studio.ml.scene import Scene

Method = Annotated[str, typer.Option(help="instant, s3fn, s3fn-paper, cnn3d, or a rival such as lda.")]
INSTANT = "instant"
Texts = tuple[str | None, str | None, bool]
"""Encoder and pooling, None for the project's, and whether the network is left alone."""


def labelled_scene(project: Path, number: int | None) -> tuple[Scene, LivePart]:
    """Return a cube of a project with its labels and the classes that have any."""
    path = project.expanduser()
    with closing(ProjectFile.open(path, read_only=True)) as file:
        state = file.state
        known = chosen_cube(state, number, path)
        live = live_part(file, known.number, path)
    return scene_of(open_known(known, path), state.labels_of(known.number), state.classes), live


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


def trained(scene: Scene, settings: Settings, texts: Texts, live: LivePart) -> Classifier:
    """Train on the labels of a scene: `instant` as the window does, others on what is written now."""
    from hsi_studio.ml.methods import method

    way = method(settings.method)
    if not way.uses_text:
        return _finished(scene, None, settings)
    encoder, pooling, offline = texts
    read = partial(
        embedded, encoder=encoder or live.encoder, pooling=pooling or live.pooling, offline=offline
    )
    now = read(live.classes).take(_places(scene.classes, live.classes))
    if settings.method != INSTANT:
        return _finished(scene, now, settings)
    then = read(live.then).take(_places(scene.classes, live.then))
    before = replace(scene, classes=_described(scene.classes, live.then))
    own = replace(settings, backbone=settings.backbone or live.network, smoothing=live.smooth)
    return _finished(before, then, own).with_words(scene.classes, replace(now, centre=then.centre))


def _finished(scene: Scene, embeddings: LabelEmbeddings | None, settings: Settings) -> Classifier:
    from hsi_studio.ml.methods import finish, method

    with progress_bar("Training") as progress:
        return finish(method(settings.method).train(scene, embeddings, settings), progress)


def _places(some: ClassTable, table: ClassTable) -> NDArray[np.intp]:
    ids = [entry.id for entry in table]
    return np.array([ids.index(entry.id) for entry in some], np.intp)


def _described(classes: ClassTable, then: ClassTable) -> ClassTable:
    """Return classes under the names of now with the descriptions of then."""
    texts = {entry.id: entry.description for entry in then}
    return ClassTable(tuple(replace(entry, description=texts[entry.id]) for entry in classes))


def report_of(model: Classifier, seconds: float) -> dict[str, Any]:
    """Return what is told of a training run."""
    return {
        "method": model.method,
        "seconds": round(seconds, 3),
        "labels": model.provenance["labels"],
        "device": model.provenance["device"],
    }
