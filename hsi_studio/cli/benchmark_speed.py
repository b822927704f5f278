"""`hsi-studio benchmark speed`: dense inference against matrix products, and against patch by patch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from hsi_studio.cli.hardware import system
from hsi_studio.cli.ml_options import Device
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table, progress_bar
from hsi_studio.core.progress import Progress
from hsi_studio.io.scratch import scratch_array

if TYPE_CHECKING:
    from hsi_studio.ml.s3fn import Architecture
    from hsi_studio.ml.speed import DenseSpeed

_SCENE, _GPU_SCENE = 145, 1024
_WHOLE, _GPU_WHOLE = 512, 2048
_WHOLE_BANDS = 200
_LARGE = 20_000
_BANDS = 60


def speed(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Few patches, few rows: a smoke test.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads [all].")] = None,
    device: Device = None,
    as_json: Json = False,
) -> None:
    """Measure dense inference, training on 160 labels, and a map of a cube larger than memory.

    Rates stand beside the float32 matrix product and the patch-by-patch loop of the same process; each is
    the best of runs that take turns.

    For example:

    - `hsi-studio benchmark speed`

    - `hsi-studio benchmark speed --quick --json`
    """
    import torch

    from hsi_studio.ml.devices import choose_device

    if threads is not None:
        torch.set_num_threads(threads)
    place = choose_device(device)
    with progress_bar("Measuring") as progress:
        rows = list(_rows(quick, place, progress))
    if as_json:
        hardware = system() | {"device": place, "threads": torch.get_num_threads()}
        print_json({"quick": quick, "hardware": hardware, "torch": torch.__version__, "rows": rows})
        return
    headings = ("what", "measured", "bound", "detail")
    print_table(f"{place}, {torch.get_num_threads()} threads", headings, map(_cells, rows))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    bound = "" if row["bound"] is None else f"{row['bound']:g}"
    return row["what"], f"{row['measured']:.4g} {row['unit']}", bound, row["detail"]


def _rows(quick: bool, device: str, progress: Progress) -> Iterator[dict[str, Any]]:
    from hsi_studio.ml.s3fn import Architecture

    cases = {
        "fast (P = 14, C' = 24)": Architecture(24, 14, (16, 32, 64), rectified=False),
        "published widths, P = 14, C' = 24": Architecture(24, 14),
        "published (P = 32, C' = 23)": Architecture(23, 32),
    }
    for name, architecture in cases.items():
        progress.update(None, name)
        yield from _dense(name, architecture, quick, device)
    for name, architecture in list(cases.items())[:2]:
        progress.update(None, f"a scene with {name}")
        yield _whole(name, architecture, quick, device)
    progress.update(None, "training")
    yield from _training(quick, device, progress)
    yield from _stream(cases["fast (P = 14, C' = 24)"], quick, device, progress)


def _dense(name: str, architecture: Architecture, quick: bool, device: str) -> Iterator[dict[str, Any]]:
    from hsi_studio.ml.speed import dense_speed

    side = _GPU_SCENE if device.startswith("cuda") else _SCENE
    found = dense_speed(
        architecture, side, patches=64 if quick else 640, runs=2 if quick else 7, device=device
    )
    whole = f"{found.dense_s:.3f} s for {side} × {side} pixels"
    yield _row(f"{name}: rate", found.pixels_per_second, "pixel/s", _least_rate(architecture, device), whole)
    least = None if device.startswith("cuda") else 0.4
    yield _row(f"{name}: share of the matrix product", found.share_of_gemm, "", least, _products(found))
    yield _row(
        f"{name}: faster than patch by patch",
        found.times_faster,
        "×",
        100.0 if architecture.patch == 32 else None,
        f"{found.patches} patches measured, largest difference {found.largest_difference:.0e}",
    )


def _least_rate(architecture: Architecture, device: str) -> float | None:
    published = device.startswith("cuda") and architecture.patch == 14 and architecture.widths[0] == 32
    return 10e6 if published else None


def _products(found: DenseSpeed) -> str:
    half = f", {found.half_gemm_flops / 1e9:.0f} in bfloat16" if found.half_gemm_flops else ""
    return (
        f"matrix product {found.gemm_flops / 1e9:.0f} GFLOP/s{half}; {found.macs_per_pixel / 1e6:.2f} MMAC "
        "per pixel, counted as if none were saved"
    )


def _whole(name: str, architecture: Architecture, quick: bool, device: str) -> dict[str, Any]:
    from hsi_studio.ml.speed import scene_seconds

    side = 145 if quick else _GPU_WHOLE if device.startswith("cuda") else _WHOLE
    seconds = scene_seconds(architecture, side, bands=_WHOLE_BANDS, runs=1 if quick else 3, device=device)
    detail = f"{seconds:.2f} s from {side} × {side} × {_WHOLE_BANDS} 16-bit values in memory to the map"
    return _row(f"{name}: whole scene", side * side / seconds, "pixel/s", None, detail)


def _training(quick: bool, device: str, progress: Progress) -> Iterator[dict[str, Any]]:
    """Train `fast` on ten labels per class of the demo scene, with the texts of the shipped model."""
    from hsi_studio.io.demo_scene import open_demo
    from hsi_studio.ml.labelled import draw_labels
    from hsi_studio.ml.mapping import demo_model
    from hsi_studio.ml.methods import finish, method
    from hsi_studio.ml.model_file import load_classifier
    from hsi_studio.ml.presets import Settings
    from hsi_studio.ml.scene import Scene

    cube, truth = open_demo()
    shipped = load_classifier(demo_model())
    scene = Scene(cube, draw_labels(truth.ids, 10, seed=0), shipped.classes)

    def seconds() -> float:
        started = time.perf_counter()
        run = method("s3fn").train(scene, shipped.embeddings, Settings("s3fn", device=device))
        finish(run, progress)
        return time.perf_counter() - started

    what, detail = "training on 160 labels, both stages", "band statistics included"
    yield _row(f"{what}, the first of a process", seconds(), "s", None, detail)
    if not quick:
        again = min(seconds() for _ in range(3))
        bound = 2.0 if device.startswith("cuda") else 15.0
        yield _row(f"{what}, again", again, "s", bound, f"{detail}; best of 3")


def _stream(
    architecture: Architecture, quick: bool, device: str, progress: Progress
) -> Iterator[dict[str, Any]]:
    from hsi_studio.ml.predict import tile_side
    from hsi_studio.ml.speed import stream_speed, untrained

    side = tile_side(untrained(architecture, _BANDS), device)
    ids = scratch_array((_LARGE, _LARGE), np.int16)
    found = stream_speed(
        architecture, ids, 16 if quick else side, bands=_BANDS, device=device, progress=progress
    )
    what = f"{_LARGE} × {_LARGE} × {_BANDS} cube"
    part = f"a slice of {found.pixels / 1e6:.1f} Mpixel, from generated values to the map on disk"
    yield _row(f"{what}: rate", found.pixels / found.seconds, "pixel/s", None, part)
    most = None if device.startswith("cuda") else 2.0  # CUDA takes one for itself
    yield _row(f"{what}: private memory", found.peak_private_bytes / 1e9, "GB", most, part)


def _row(what: str, measured: float, unit: str, bound: float | None, detail: str) -> dict[str, Any]:
    return {"what": what, "measured": measured, "unit": unit, "bound": bound, "detail": detail}
