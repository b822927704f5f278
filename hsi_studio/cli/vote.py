"""`hsi-studio vote`: one label per image of a folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hsi_studio.cli import image_options as on
from hsi_studio.cli.image_results import summary
from hsi_studio.cli.ml_options import Device
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table, progress_bar
from hsi_studio.core.foreground import Side
from hsi_studio.core.progress import Progress
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.deephs_fruit import FruitChoice
from hsi_studio.io.image_entry import ImageEntry
from hsi_studio.io.image_set import read_image_set
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.tables import as_csv
from hsi_studio.ml.vote import By

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier


def vote(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A folder per class, a CSV list, DeepHS-Fruit."),
    ],
    *,
    model: Annotated[Path, typer.Option(help="Model made by `train`.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file of the results.")] = None,
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
    device: Device = None,
    as_json: Json = False,
) -> None:
    """Classify images as wholes: the pixels of the object before its background vote.

    The object is told from the background by Otsu's threshold on the mean of the bands, on one band or on an
    index, or by a raster beside each image. Images whose class is known are compared with it.

    For example:

    - `hsi-studio vote fruit/ --model model.safetensors -o labels.csv`

    - `hsi-studio vote fruit/ --model model.safetensors --by mean --index NDVI --threshold 0.3`

    - `hsi-studio vote DeepHS-Fruit/ --model model.safetensors --fruit Avocado --camera VIS`
    """
    from hsi_studio.ml.model_file import load_classifier

    if out is not None:
        require_outputs((out,), read=(folder, model))
    found = read_image_set(folder, FruitChoice(fruit, camera, target))
    telling = on.objects(
        band=band, index=index, threshold=threshold, side=side, whole_image=whole_image, raster=raster
    )
    loaded = load_classifier(model)
    place = device_for(loaded.method, device)
    started = time.perf_counter()
    with progress_bar("Voting") as progress:
        rows = votes(found.entries, loaded, telling, by=by, device=place, progress=progress)
    seconds = round(time.perf_counter() - started, 3)
    report: dict[str, Any] = {"layout": found.layout, "seconds": seconds} | summary(rows)
    if out is not None:
        with atomic_output(out) as temporary:
            temporary.write_text(as_csv([_flat(row, loaded) for row in rows]), encoding="utf-8")
        report["file"] = out
    if as_json:
        print_json(report | {"images": rows})
        return
    print_table("", ("image", "class", "share", "pixels", "truth"), map(_cells, rows))
    if report["accuracy"] is not None:
        note(f"{report['right']} of {report['compared']} images right ({100 * report['accuracy']:.1f} %).")


def votes(
    entries: Sequence[ImageEntry],
    model: Classifier,
    telling: on.Objects,
    *,
    by: By,
    device: str,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Return one row per image: file, class, its share, pixels, truth (None where unknown), all shares."""
    from hsi_studio.ml.vote import vote as decide

    names, rows = [entry.name for entry in model.classes], []
    for done, entry in enumerate(entries):
        inner = _passed_on(progress, done / len(entries), entry.path.name)
        inner.update(None)
        cube, inside = telling.open(entry)
        found = decide(model.fitted_to(cube), cube, inside, by, device=device, progress=inner)
        rows.append(
            {
                "file": entry.path,
                "class": names[found.position],
                "share": float(found.shares[found.position]),
                "pixels": found.pixels,
                "truth": entry.class_name,
                "shares": dict(zip(names, found.shares.tolist(), strict=True)),
            }
        )
    return rows


def _passed_on(progress: Progress, fraction: float, text: str) -> Progress:
    """Return a progress for one image: a cancel reaches it, its own reports become this one."""
    return Progress(lambda *_: progress.update(fraction, text))


def device_for(name: str, wanted: str | None) -> str:
    """Return the device for a method: the CPU, without importing torch, where it is no network."""
    from hsi_studio.ml.methods import on_device

    if not on_device(name):
        return "cpu"
    from hsi_studio.ml.devices import choose_device

    return choose_device(wanted)


def _flat(row: dict[str, Any], model: Classifier) -> dict[str, Any]:
    own = {key: row[key] for key in ("file", "class", "share", "pixels", "truth")}
    return own | {f"share {entry.name}": row["shares"][entry.name] for entry in model.classes}


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["file"].name,
        row["class"],
        f"{100 * row['share']:.0f} %",
        str(row["pixels"]),
        row["truth"] or "",
    )
