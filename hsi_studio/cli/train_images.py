"""`hsi-studio train FOLDER`: a model from images that are classified as wholes."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli import image_options as on
from hsi_studio.cli.image_results import require_all, summary
from hsi_studio.cli.image_votes import votes
from hsi_studio.cli.ml_options import embedded
from hsi_studio.cli.output import note, print_result, progress_bar
from hsi_studio.cli.train_settings import train_settings
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.foreground import Side
from hsi_studio.core.progress import Progress
from hsi_studio.errors import UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.classes_yaml import read_classes
from hsi_studio.io.deephs_fruit import FruitChoice
from hsi_studio.io.image_entry import ImageEntry
from hsi_studio.io.image_set import ImageSet, is_image_set, read_image_set
from hsi_studio.io.outputs import require_outputs
from hsi_studio.ml.vote import By

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier
    from hsi_studio.ml.image_scene import LabelledImage
    from hsi_studio.ml.presets import Settings

_SET = "A folder of images"
HeldOut = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of objects that is held out.", rich_help_panel=_SET)
]
Pixels = Annotated[int, typer.Option(min=1, help="Labelled pixels drawn per image.", rich_help_panel=_SET)]


@dataclass(frozen=True)
class _Images:
    """What is asked of a set of images."""

    telling: on.Objects
    choice: FruitChoice
    held_out: float
    pixels: int
    by: By


def _options(
    *,
    held_out: HeldOut = 0.3,
    pixels: Pixels = 50,
    by: on.Decide = By.MAJORITY,
    band: on.Band = None,
    index: on.Index = None,
    threshold: on.Threshold = None,
    side: on.Where = Side.AUTO,
    whole_image: on.Whole = False,
    raster: on.Raster = None,
    fruit: on.Fruit = None,
    camera: on.Camera = None,
    target: on.Target = "ripeness_state",
) -> _Images:
    """Return what the options of a set of images say; `or_images` gives them to `train`."""
    telling = on.objects(
        band=band, index=index, threshold=threshold, side=side, whole_image=whole_image, raster=raster
    )
    return _Images(telling, FruitChoice(fruit, camera, target), held_out, pixels, by)


def or_images(command: Callable[..., None]) -> Callable[..., None]:
    """Let a folder of images stand in the place of the cube of `train`, and add the options for it."""
    own = list(inspect.signature(command).parameters.values())
    added = list(inspect.signature(_options, eval_str=True).parameters.values())

    @wraps(command)
    def either(**given: Any) -> None:
        options = {parameter.name: given.pop(parameter.name) for parameter in added}
        if not is_image_set(given["cube"]):
            command(**given)
            return
        if given["labels"] is not None:
            raise UsageError("an image of a set has one class, not labels", "leave out --labels")
        train_images(given, _options(**options))

    either.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]  # typer's
    either.__annotations__ = {}
    return either


def train_images(given: Mapping[str, Any], asked: _Images) -> None:
    """Learn from pixels of the objects in some images, and vote on the images that were held out.

    The set is divided by object, never by patch: by its own split where it has one (train against test and
    val), else at random.

    Parameters
    ----------
    given : mapping
        The options of `train`.

    Raises
    ------
    UsageError
        When the set does not hold images of two classes.
    """
    from hsi_studio.ml.image_scene import image_scene
    from hsi_studio.ml.methods import finish, method

    settings = _settings(given)
    require_outputs((given["out"],), read=(given["cube"], given["classes"], given["backbone"]))
    found = read_image_set(given["cube"], asked.choice)
    table = _table(found, given["classes"])
    learned, held = _divided(found, asked.held_out, settings.seed)
    way = method(settings.method)
    read = (given["encoder"], given["pooling"], given["offline"])
    embeddings = embedded(table, *read) if way.uses_text else None
    started = time.perf_counter()
    with progress_bar("Training") as progress:
        images = _images(learned, table, asked.telling, progress)
        scene = image_scene(images, table, asked.pixels, settings.seed, f"{len(images)} images")
        model = finish(way.train(scene, embeddings, settings), progress)
    seconds = time.perf_counter() - started
    model.provenance["images"] = {
        "set": given["cube"].name,
        "layout": found.layout,
        "learned": {image.cube.name: image.cube.fingerprint for image in images},
        "held_out": [entry.name for entry in held],
    }
    with atomic_output(given["out"]) as temporary:
        temporary.write_bytes(model.to_bytes())
    report = _report(model, learned, held, given["out"]) | {
        "seconds": round(seconds, 3),
        "layout": found.layout,
    }
    with progress_bar("Voting") as progress:
        rows = votes(held, model, asked.telling, by=asked.by, device=settings.device, progress=progress)
    agreement = summary(rows)
    del agreement["learned_from"]
    print_result(report | agreement, given["as_json"])
    for row in rows:
        if row["class"] is None:
            note(row["reason"])
    require_all(rows)


def _settings(given: Mapping[str, Any]) -> Settings:
    return train_settings(
        method=given["method"],
        out=given["out"],
        sizes={key: given[key] for key in ("patch", "components", "score")},
        added=(given["joint"], given["softmax_beside"], given["symmetric"], given["residual"]),
        seed=given["seed"],
        device=given["device"],
        validation=given["validation"],
    )


def _table(found: ImageSet, classes: Path | None) -> ClassTable:
    names = found.class_names
    if len(names) < 2:
        raise UsageError(f"the set holds {len(names)} class{'' if len(names) == 1 else 'es'}", found.remedy)
    if classes is None:
        return ClassTable.from_names(names)
    table = read_classes(classes)
    missing = set(names) - {entry.name for entry in table}
    if missing:
        raise UsageError(f"{classes.name} lacks the class {min(missing)} of the set", "add it")
    return table


def _divided(found: ImageSet, share: float, seed: int) -> tuple[list[ImageEntry], list[ImageEntry]]:
    """Return images to learn from and images held out."""
    from hsi_studio.ml.splits import object_split

    known = [entry for entry in found.entries if entry.class_name is not None]
    if any(entry.split for entry in known):
        held = np.array([entry.split in ("test", "val") for entry in known])
    else:
        named = [entry.class_name or "" for entry in known]
        held = object_split([entry.object for entry in known], named, share, seed)
    if held.all():
        raise UsageError("the set has no training images", "correct its split")
    learned = [entry for entry, out in zip(known, held, strict=True) if not out]
    return learned, [entry for entry, out in zip(known, held, strict=True) if out]


def _images(
    entries: Sequence[ImageEntry], table: ClassTable, telling: on.Objects, progress: Progress
) -> list[LabelledImage]:
    from hsi_studio.ml.image_scene import LabelledImage

    ids = {entry.name: entry.id for entry in table}
    images = []
    for done, entry in enumerate(entries):
        progress.update(0.5 * done / len(entries), entry.name)
        cube, inside = telling.open(entry)
        images.append(LabelledImage(cube, inside, ids[entry.class_name or ""]))
    return images


def _report(
    model: Classifier, learned: Sequence[ImageEntry], held: Sequence[ImageEntry], out: Path
) -> dict[str, Any]:
    return {
        "file": out,
        "method": model.method,
        "images_learned_from": len(learned),
        "images_held_out": len(held),
        "labels": model.provenance["labels"],
    }
