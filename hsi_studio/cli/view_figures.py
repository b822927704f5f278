"""The figures of looking at cubes: what is measured, how, and what it should be."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.core.view import RgbComposite, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.io.convert import convert

_BANDS = 224
_COLS = 3000


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Parameters
    ----------
    gigabytes : float
        Size of each cube on disk.
    slider_side : int
        Rows and columns of the cube in memory; it has 200 bands.
    canvas_side : int
        Rows and columns of the cube to pan and zoom over; it has 10 bands.
    frames : int
        How long to pan and zoom, at 60 frames a second.
    repeats : int
        Runs whose median is taken.
    """

    gigabytes: float
    slider_side: int
    canvas_side: int
    frames: int
    repeats: int


FULL = Size(4.0, 1000, 20_000, 600, 5)
QUICK = Size(0.1, 300, 2000, 120, 2)


@dataclass(frozen=True)
class Row:
    """One figure: the median measured, the bound it should keep (`target`, in the same unit), and a rival's.

    `at_least` tells that the figure should be above its bound rather than below; `ratio` is how many times
    better than the rival it is.
    """

    what: str
    measured: float
    unit: str
    target: float
    at_least: bool = False
    rival: str | None = None
    rival_measured: float | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the bound is kept."""
        return self.measured >= self.target if self.at_least else self.measured <= self.target


def figures(size: Size, folder: Path) -> Iterator[Row]:
    """Measure one figure after the other; `folder` gets scenes that the caller removes.

    Raises
    ------
    HsiError
        When the disk is too full, or a measurement fails.
    """
    yield _start(size)
    for interleave in ("bip", "bsq"):
        scene = folder / f"{interleave}_scene.{interleave}"
        convert(_scene(size), scene)
        yield from _on_disk(size, scene)
        scene.unlink()
    for interleave, target in (("bsq", 30.0), ("bip", 15.0)):
        yield _slider(size, interleave, target)
    yield _canvas(size, folder)


def _start(size: Size) -> Row:
    variables = {"HSI_STUDIO_QUIT_WHEN_READY": "1"}
    if sys.platform == "linux" and not ({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
        variables["QT_QPA_PLATFORM"] = "offscreen"
    starts = [_run(["hsi_studio"], variables) for _ in range(size.repeats)]
    torch = any(start["torch"] for start in starts)
    return Row(
        "start: process start to usable window",
        statistics.median(start["ready_s"] for start in starts),
        "s",
        1.5,
        note="torch is loaded" if torch else "torch is not loaded",
    )


def _on_disk(size: Size, scene: Path) -> Iterator[Row]:
    header, name = scene.with_suffix(".hdr"), f"{size.gigabytes:g} GB {scene.suffix[1:].upper()}"
    _warm(scene)
    ours = [_probe("picture", header) for _ in range(size.repeats)]
    seconds, memory = _median(ours, "seconds"), _median(ours, "rss_anon_mb")
    rivals = _rivals(size, header)
    theirs = _median(rivals, "seconds") if rivals else None
    yield Row(
        f"{name}: open to first full-extent picture",
        seconds,
        "s",
        0.5,
        rival="spectral.open_image + get_rgb" if rivals else None,
        rival_measured=theirs,
        ratio=theirs / seconds if theirs else None,
        note="" if rivals else "too little memory for the rival",
    )
    yield Row(
        f"{name}: private memory (RssAnon) at its peak",
        memory,
        "MB",
        400.0,
        rival="spectral.open_image + get_rgb" if rivals else None,
        rival_measured=_median(rivals, "rss_anon_mb") if rivals else None,
    )
    hovered = _probe("hover", header)
    yield Row(f"{name}: spectrum under the pointer", hovered["seconds"] * 1000, "ms", 3.0)


def _rivals(size: Size, header: Path) -> list[dict[str, Any]]:
    if psutil.virtual_memory().available < 2.5e9 * size.gigabytes:
        return []
    return [_probe("spectral_picture", header) for _ in range(min(size.repeats, 3))]


def _slider(size: Size, interleave: str, target: float) -> Row:
    from hsi_studio.app.painter import Painter
    from hsi_studio.app.pictures import ImageSubject, Task

    side = size.slider_side
    shape = (200, side, side) if interleave == "bsq" else (side, side, 200)
    values = np.random.default_rng(1).random(shape, np.float32)
    cube = Cube(ArraySource(values.transpose(1, 2, 0) if interleave == "bsq" else values), name="in memory")
    painter, whole = Painter(), Window.full(side, side)
    times = []
    for band in range(10, 10 + 12 * size.repeats):
        view = ViewSpec(RgbComposite(band, 5, 2))
        started = time.perf_counter()
        painter.draw(Task(ImageSubject(cube, view), "sharp", whole, 1), lambda: None)
        times.append(time.perf_counter() - started)
    return Row(
        f"band slider, {side}×{side}×200 float32 {interleave.upper()} in memory",
        1 / statistics.median(times),
        "pictures/s",
        target,
        at_least=True,
    )


def _canvas(size: Size, folder: Path) -> Row:
    side = size.canvas_side
    data = convert(_pattern((side, side, 10), np.dtype(np.uint8)), folder / "wide.bsq").files[0]
    frames = _probe("canvas", data, str(size.frames))
    return Row(
        f"pan and zoom over {side}×{side}×10: longest frame on the GUI thread",
        frames["longest"] * 1000,
        "ms",
        50.0,
        note=f"median frame {frames['seconds'] * 1000:.1f} ms",
    )


def _scene(size: Size) -> Cube:
    rows = max(1, round(size.gigabytes * 1e9 / (2 * _BANDS * _COLS)))
    return _pattern((rows, _COLS, _BANDS), np.dtype(np.uint16))


def _pattern(shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Cube:
    wavelengths = np.linspace(400.0, 2500.0, shape[2])
    return Cube(_Pattern(shape, dtype), name="pattern", wavelengths_nm=wavelengths)


class _Pattern:
    """Values computed when read, so that a scene of any size can be written."""

    def __init__(self, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> None:
        self.shape, self.dtype = shape, dtype

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[Any]:
        rows, cols = (np.arange(part.start, part.stop, step) for part in window.slices())
        row, col, band = np.ix_(rows, cols, np.asarray(bands))
        plane = (row * 31 + col * 17 + row * col // 64).astype(self.dtype)
        values: NDArray[Any] = plane + (band * 101).astype(self.dtype)
        return values


def _warm(path: Path) -> None:
    """Read a file once, so that what fits into memory is cached by the system."""
    with path.open("rb", buffering=0) as file:
        buffer = bytearray(2**24)
        while file.readinto(buffer):
            pass


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return float(statistics.median(run[key] for run in runs))


def _probe(name: str, path: Path, *more: str) -> dict[str, Any]:
    offscreen = {} if sys.platform != "linux" else {"QT_QPA_PLATFORM": "offscreen"}
    return _run(["hsi_studio.cli.view_probe", name, str(path), *more], offscreen)


def _run(module_and_arguments: Sequence[str], variables: dict[str, str]) -> dict[str, Any]:
    """Run a module in a fresh process and return the JSON object it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *module_and_arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise HsiError(f"measuring {' '.join(module_and_arguments[:2])} failed ({reason})", "run doctor")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
