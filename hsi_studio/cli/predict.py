"""`hsi-studio predict`: the map of a model over a cube."""

from __future__ import annotations

import time
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli.ml_options import Device, Offline, reworded
from hsi_studio.cli.options import Json, with_cube
from hsi_studio.cli.output import note, print_result, progress_bar
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import row_strips
from hsi_studio.io.maps import map_files, spool, write_confidence, write_map
from hsi_studio.io.outputs import require_outputs

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier


class Smoothing(StrEnum):
    """Whether maps are smoothed."""

    ON = "on"
    OFF = "off"


@with_cube
def predict(
    cube: Cube,
    *,
    model: Annotated[Path, typer.Option(help="Model made by `train`.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Map: .tif, .hdr (ENVI), .npy or .png.")],
    classes: Annotated[
        Path | None, typer.Option(help="Other texts or classes to score with the same model.")
    ] = None,
    confidence: Annotated[Path | None, typer.Option(help="Raster of probabilities to write too.")] = None,
    smoothing: Annotated[
        Smoothing, typer.Option(help="Whether an instant model spreads classes along similar neighbours.")
    ] = Smoothing.ON,
    device: Device = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Classify every pixel of a cube; memory stays bounded whatever its size.

    GeoTIFF keeps the position, ENVI the class names and colours; a .png is coloured. Pixels without
    measurements get 0. Existing files are replaced.

    On the cube it was trained on, an `instant` model keeps every label as it was given. On another cube with
    covered wavelengths it uses the statistics and weights of its own scene: such a map is as good as the two
    are alike in calibration, light and season.

    For example:

    - `hsi-studio predict scene.hdr --model model.safetensors -o map.tif --confidence sure.tif`

    - `hsi-studio predict scene.hdr --model model.safetensors -o map.png --classes other_words.yaml`

    - `hsi-studio predict scene.hdr --model model.safetensors -o map.npy --smoothing off`
    """
    from hsi_studio.ml.classifier import fill
    from hsi_studio.ml.devices import choose_device
    from hsi_studio.ml.methods import on_device
    from hsi_studio.ml.model_file import load_classifier

    files = [out] if confidence is None else [out, confidence]
    require_outputs(*map(map_files, files), cube=cube, read=(model, classes))
    loaded = load_classifier(model)
    place = choose_device(device) if on_device(loaded.method) or device is not None else "cpu"
    if smoothing is Smoothing.OFF:
        loaded = _unsmoothed(loaded)
    if classes is not None:
        loaded = reworded(loaded, classes, offline)
    loaded = loaded.fitted_to(cube)
    started = time.perf_counter()
    ids, shares = spool((cube.rows, cube.cols), out, np.int16, np.float32)
    with progress_bar("Predicting") as progress:
        used = fill(loaded, cube, ids, shares, device=place, progress=progress)
        seconds = time.perf_counter() - started
        write_map(out, ids, loaded.classes, cube.georef, progress)
        if confidence is not None:
            write_confidence(confidence, shares, cube.georef, progress)
        counts = _counts(ids, cube)
    if used != place:
        note(f"{place} ran out of memory; {used} went on.")
    report: dict[str, Any] = {
        "file": out,
        "files": files,
        "seconds": round(seconds, 3),
        "pixels_per_second": round(cube.window.size / seconds),
        "device": used,
        "counts": {entry.name: int(counts[entry.id]) for entry in loaded.classes},
        "not_measured": int(counts[0]),
    }
    print_result(report, as_json)


def _unsmoothed(model: Classifier) -> Classifier:
    from hsi_studio.errors import UsageError
    from hsi_studio.ml.instant.model import InstantModel

    if not isinstance(model, InstantModel):
        raise UsageError(f"a model of the method {model.method} is never smoothed", "leave out --smoothing")
    return replace(model, smoothing=False)


def _counts(ids: np.ndarray[Any, np.dtype[np.int16]], cube: Cube) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the number of pixels of each id, read from the disk in strips."""
    counts = np.zeros(32_768, np.intp)
    for strip in row_strips(cube.window, 1):
        counts += np.bincount(ids[strip.slices()].ravel(), minlength=len(counts))
    return counts
