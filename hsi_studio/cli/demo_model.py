"""The demo's model: how it is trained, its card, and its map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_studio.cli.ml_options import DEFAULT_ENCODER, embedded
from hsi_studio.cli.train_settings import require_model_name
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.io.atomic import atomic_outputs
from hsi_studio.io.classes_yaml import read_classes
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.outputs import require_outputs
from hsi_studio.paths import resource

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier
    from hsi_studio.ml.metrics import Agreement

PER_CLASS = 20
SEED = 0


def demo_map(cube: Cube, truth: ClassRaster, progress: Progress) -> tuple[ClassRaster, dict[str, Any]]:
    """Return the shipped model's map with its confidence, and its agreement elsewhere."""
    from hsi_studio.ml.mapping import class_map, demo_model, unseen_agreement
    from hsi_studio.ml.model_file import load_classifier

    model = load_classifier(demo_model()).fitted_to(cube)
    prediction = class_map(model, cube, progress=progress)
    found = unseen_agreement(model, prediction.ids, truth.ids)
    figures = {
        "overall_accuracy": found.overall_accuracy,
        "average_accuracy": found.average_accuracy,
        "kappa": found.kappa,
        "pixels_compared": int(found.confusion.sum()),
        "pixels_trained_on": len(model.provenance["pixels"]),
    }
    return prediction, figures


def train_demo(path: Path, progress: Progress) -> dict[str, Any]:
    """Train on 20 labels per class drawn with seed 0, and write the model and its card beside it."""
    from hsi_studio.ml.labelled import draw_labels
    from hsi_studio.ml.mapping import class_map, unseen_agreement
    from hsi_studio.ml.methods import finish, method
    from hsi_studio.ml.presets import Settings
    from hsi_studio.ml.scene import Scene

    require_model_name(path)
    require_outputs((path,), (path.with_suffix(".md"),))
    cube, truth = open_demo()
    classes = read_classes(resource("classes", "indian_pines.yaml"))
    embeddings = embedded(classes, DEFAULT_ENCODER, "mean", offline=True)
    way = method("s3fn")
    scene = Scene(cube, draw_labels(truth.ids, PER_CLASS, SEED), classes)
    model = finish(way.train(scene, embeddings, Settings("s3fn", seed=SEED)), progress)
    found = unseen_agreement(model, class_map(model, cube, progress=progress).ids, truth.ids)
    with atomic_outputs(path, path.with_suffix(".md")) as (weights, card):
        weights.write_bytes(model.to_bytes())
        card.write_text(_card(path.name, model, found), encoding="utf-8")
    return {"file": path, "card": path.with_suffix(".md"), "overall_accuracy": found.overall_accuracy}


def _card(name: str, model: Classifier, found: Agreement) -> str:
    from hsi_studio.ml.model import Model

    assert isinstance(model, Model)
    names = {entry.id: entry.name for entry in model.classes}
    rows = (
        f"| {names[one.id]} | {one.recall:.3f} | {one.precision:.3f} | {one.f1:.3f} | {one.pixels} |"
        for one in found.per_class
    )
    return (
        resource("demo_model_card.md")
        .read_text(encoding="utf-8")
        .format(
            file=name,
            preset=model.provenance["preset"],
            patch=model.architecture.patch,
            components=model.architecture.components,
            widths=", ".join(map(str, model.architecture.widths)),
            encoder=DEFAULT_ENCODER,
            trained=len(model.provenance["pixels"]),
            per_class=PER_CLASS,
            seed=SEED,
            statistics=model.preprocessor.source,
            compared=int(found.confusion.sum()),
            overall=found.overall_accuracy,
            average=found.average_accuracy,
            kappa=found.kappa,
            f1=found.f1_macro,
            rows="\n".join(rows),
        )
    )
