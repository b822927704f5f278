"""`hsi-studio vote`: one label per image of a folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hsi_studio.cli import image_options as on
from hsi_studio.cli.image_results import in_words, require_all, summary
from hsi_studio.cli.image_votes import votes
from hsi_studio.cli.ml_options import Device
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table, progress_bar
from hsi_studio.core.foreground import Side
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.deephs_fruit import FruitChoice
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
    index, or by a raster beside each image. Images whose class is known are compared with it; those that the
    model learned from are marked and counted apart. Images that cannot be read are listed with the reason.

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
    else:
        print_table("", _headings(rows), [_cells(row, _headings(rows)) for row in rows])
        told = in_words(report)
        if told is not None:
            note(told)
    require_all(rows)


def device_for(name: str, wanted: str | None) -> str:
    """Return the device for a method: the CPU, without importing torch, where it is no network."""
    from hsi_studio.ml.methods import on_device

    if not on_device(name):
        return "cpu"
    from hsi_studio.ml.devices import choose_device

    return choose_device(wanted)


def _flat(row: dict[str, Any], model: Classifier) -> dict[str, Any]:
    own = {key: row[key] for key in ("file", "class", "share", "pixels", "truth")}
    own |= {"learned from": row["learned_from"], "reason": row["reason"]}
    return own | {f"share {entry.name}": row["shares"].get(entry.name) for entry in model.classes}


def _headings(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    learned = ("learned from",) if any(row["learned_from"] for row in rows) else ()
    failed = ("reason",) if any(row["class"] is None for row in rows) else ()
    return ("image", "class", "share", "pixels", "truth", *learned, *failed)


def _cells(row: dict[str, Any], headings: Sequence[str]) -> tuple[str, ...]:
    share = "" if row["share"] is None else f"{100 * row['share']:.0f} %"
    told = row | {"share": share, "learned from": "yes" if row["learned_from"] else ""}
    return tuple("" if told[heading] is None else str(told[heading]) for heading in headings)
