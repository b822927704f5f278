"""`hsi-studio query`: where a phrase fits."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.ml_options import Offline, phrase_vector
from hsi_studio.cli.options import Json, with_cube
from hsi_studio.cli.output import note, print_result, progress_bar
from hsi_studio.core.colormaps import lut
from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.heat_figure import write_heat_figure
from hsi_studio.io.maps import map_files, write_scores
from hsi_studio.io.outputs import require_outputs
from hsi_studio.io.scratch import scratch_array

Range = tuple[float, float]


@with_cube
def query(
    cube: Cube,
    *,
    model: Annotated[Path, typer.Option(help="Model made by `train` with texts.")],
    text: Annotated[str, typer.Option(help="What to look for, in plain words.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="A .png picture, or raw scores: .tif, .hdr, .npy.")
    ],
    colormap: Annotated[str, typer.Option(help="Colour map of the picture.")] = "inferno",
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Show how well a free phrase fits every pixel.

    The phrase is read by the encoder of the model and scored as its classes are, without training. Scores
    compare pixels with each other; they are no probabilities. An existing file is replaced.

    For example:

    - `hsi-studio query scene.hdr --model model.safetensors --text "dry straw on bare soil" -o straw.png`

    - `hsi-studio query scene.hdr --model model.safetensors --text "water" -o water.tif --json`
    """
    from hsi_studio.ml.heat import heat
    from hsi_studio.ml.model_file import load_classifier

    if not text.strip():
        raise UsageError("the text is empty", "describe what to look for")
    require_outputs(map_files(out), cube=cube, read=(model,))
    lut(colormap)
    started = time.perf_counter()
    scores = scratch_array((cube.rows, cube.cols), np.float32)
    loaded = load_classifier(model).fitted_to(cube)
    vector = phrase_vector(loaded, text, offline)
    with progress_bar("Querying") as progress:
        low, high = _fill(scores, heat(loaded, cube, vector, progress))
    if low > high:
        note(f"{cube.name} has no measured pixel.")
    if out.suffix.lower() == ".png":
        write_heat_figure(out, scores, text, colormap)
    else:
        write_scores(out, scores, cube.georef)
    seconds = round(time.perf_counter() - started, 3)
    print_result({"file": out, "text": text, "range": [low, high], "seconds": seconds}, as_json)


def _fill(scores: NDArray[np.float32], parts: Iterable[tuple[Window, NDArray[np.float32]]]) -> Range:
    """Write parts (rows, cols, 1) into an array (rows, cols) and return their range, infinite without any."""
    low, high = np.inf, -np.inf
    for window, values in parts:
        scores[window.slices()] = values[..., 0]
        finite = values[np.isfinite(values)]
        low, high = min(low, finite.min(initial=np.inf)), max(high, finite.max(initial=-np.inf))
    return float(low), float(high)
