"""`hsi-studio demo`: the Indian Pines scene, in the window or as a report."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hsi_studio.cli.demo_model import demo_map, train_demo
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import plain, print_json, print_result, progress_bar
from hsi_studio.cli.render import write_picture
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.progress import Progress
from hsi_studio.core.render import render
from hsi_studio.core.spectra import Spectrum
from hsi_studio.errors import UsageError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.maps import write_confidence
from hsi_studio.io.outputs import make_folder
from hsi_studio.io.picture import overlaid, write_png
from hsi_studio.io.spectra_figure import write_spectra_figure

_OVERLAY_OPACITY = 0.6
_PICTURE_SIZE = 2048
_REPORT_FILES = (
    "picture.png",
    "ground_truth.png",
    "spectra.png",
    "prediction.png",
    "prediction_overlay.png",
    "confidence.png",
    "report.json",
)


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="Write the report without a window.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; made if absent.")] = None,
    train: Annotated[
        Path | None, typer.Option(help="Train the demo's model anew; write it and its card.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open the Indian Pines scene with its ground truth, or write a report on it.

    The report is the first picture, the ground truth over it, the mean spectrum of each class, the map of
    the model that comes with the program, its confidence and its accuracy on pixels that it was not trained
    on, and report.json. The scene comes with the tensorly package.

    For example:

    - `hsi-studio demo`

    - `hsi-studio demo --headless --out report --json`
    """
    if train is not None:
        with progress_bar("Training") as progress:
            trained = train_demo(train, progress)
        print_result(trained, as_json)
        return
    if headless:
        with progress_bar("Classifying") as progress:
            report = _report(out, progress)
        print_json(report) if as_json else print(*report["files"], sep="\n")
        return
    if out is not None or as_json:
        raise UsageError("the window writes no report", "pass --headless too")
    from hsi_studio.gui.application import run_window

    raise typer.Exit(run_window([], demo=True))


def _report(out: Path | None, progress: Progress) -> dict[str, Any]:
    if out is None:
        raise UsageError("the report needs a folder", "pass --out DIR")
    started = time.perf_counter()
    make_folder(out, _REPORT_FILES)
    cube, truth = open_demo()
    view = default_view(cube)
    picture = write_picture(cube, view, out / "picture.png", _PICTURE_SIZE)
    composite = render(cube, view)
    write_png(out / "ground_truth.png", overlaid(composite, truth.rgba(), _OVERLAY_OPACITY))
    _write_spectra(out / "spectra.png", cube, truth)
    prediction, figures = demo_map(cube, truth, progress)
    write_png(out / "prediction.png", prediction.rgba())
    write_png(out / "prediction_overlay.png", overlaid(composite, prediction.rgba(), _OVERLAY_OPACITY))
    assert prediction.confidence is not None
    write_confidence(out / "confidence.png", prediction.confidence)
    report = {
        "scene": cube.name,
        "picture": picture,
        "classes": _counts(truth),
        **figures,
        "files": [out / name for name in _REPORT_FILES],
        "seconds": round(time.perf_counter() - started, 3),
    }
    with atomic_output(out / "report.json") as temporary:
        temporary.write_text(json.dumps(plain(report), indent=2) + "\n", encoding="utf-8")
    return report


def _write_spectra(path: Path, cube: Cube, truth: ClassRaster) -> None:
    colors = [entry.color for entry in truth.classes]
    write_spectra_figure(
        path,
        BandAxis.of(cube),
        _class_spectra(cube, truth),
        colors,
        title=f"{cube.name}: mean ± standard deviation of each class",
        unit="Stored value",
    )


def _class_spectra(cube: Cube, truth: ClassRaster) -> Sequence[Spectrum]:
    values = cube.physical(cube.block())
    chosen = [(entry.name, values[truth.ids == entry.id]) for entry in truth.classes]
    return [
        Spectrum(name, pixels.mean(axis=0), pixels.std(axis=0, ddof=1), len(pixels))
        for name, pixels in chosen
    ]


def _counts(truth: ClassRaster) -> list[dict[str, Any]]:
    return [
        {"id": entry.id, "name": entry.name, "pixels": int((truth.ids == entry.id).sum())}
        for entry in truth.classes
    ]
