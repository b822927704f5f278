"""Measurements of `benchmark view` that need a process of their own: `python -m hsi_studio.cli.view_probe`.

Each prints one JSON object. The import of what is measured is not counted, but what that loads lazily is.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Measured = dict[str, float]
_PICTURE_PIXELS = 1_000_000
_HOVERS = 200
_FRAME_S = 1 / 60
_WINDOW_SIZE = (1600, 1000)


def picture(path: Path) -> Measured:
    """Open a cube and draw its first full-extent picture of about a megapixel."""
    from hsi_studio.core.presets import default_view
    from hsi_studio.core.render import render
    from hsi_studio.io.registry import open_cube, readers

    readers()
    with private_memory() as peak:
        started = time.perf_counter()
        cube = open_cube(path)
        step = max(1, math.ceil(math.sqrt(cube.rows * cube.cols / _PICTURE_PIXELS)))
        drawn = render(cube, default_view(cube), step=step)
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "rss_anon_mb": peak[0], "width": drawn.shape[1], "height": drawn.shape[0]}


def spectral_picture(path: Path) -> Measured:
    """Do the same with Spectral Python, which draws all pixels."""
    import spectral

    with private_memory() as peak:
        started = time.perf_counter()
        image = spectral.open_image(str(path))
        drawn = spectral.get_rgb(image, [image.nbands // 2, image.nbands // 3, image.nbands // 5])
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "rss_anon_mb": peak[0], "width": drawn.shape[1], "height": drawn.shape[0]}


def hover(path: Path) -> Measured:
    """Read the spectra of pixels spread over the cube, after having read them once."""
    from hsi_studio.core.spectra import pixel_spectrum
    from hsi_studio.io import open_cube

    cube = open_cube(path)
    places = [(i * 7919 % cube.rows, i * 104_729 % cube.cols) for i in range(_HOVERS)]
    for row, col in places:
        pixel_spectrum(cube, row, col)
    times = [_seconds(pixel_spectrum, cube, row, col) for row, col in places]
    return {"seconds": statistics.median(times), "longest": max(times)}


def canvas(path: Path, frames: str) -> Measured:
    """Pan and zoom over a cube, 60 frames a second, and time what the GUI thread does for each frame."""
    from PySide6.QtCore import QPointF

    from hsi_studio.app.render_service import RenderService
    from hsi_studio.app.session import OpenCube, Session
    from hsi_studio.core.presets import default_view
    from hsi_studio.gui.application import create_application
    from hsi_studio.gui.canvas import Canvas
    from hsi_studio.io import open_cube

    application = create_application()
    session = Session()
    service = RenderService(session)
    shown = Canvas(session, service)
    shown.resize(*_WINDOW_SIZE)
    shown.show()
    cube = open_cube(path)
    session.add(OpenCube(cube, default_view(cube)))
    while service.overview() is None:
        application.processEvents()

    def frame(number: int) -> None:
        if number % 4 == 0:
            shown.zoom_to(shown.zoom * (1.15 if number % 240 < 120 else 1 / 1.15))
        shown.drag_by(QPointF(-9.0 if number % 480 < 240 else 9.0, 5.0))
        application.processEvents()

    times = []
    for number in range(int(frames)):
        times.append(_seconds(frame, number))
        time.sleep(max(0.0, _FRAME_S - times[-1]))
    service.stop()
    return {"seconds": statistics.median(times), "longest": max(times)}


@contextmanager
def private_memory() -> Iterator[list[float]]:
    """Yield a list that holds the peak of the process's private memory in MB when the block ends.

    This is RssAnon where the system tells it (Linux), which leaves out mapped files; NaN elsewhere.
    """
    peak, stop = [math.nan], threading.Event()
    status = Path("/proc/self/status")

    def watch() -> None:
        while not stop.is_set():
            peak[0] = max(_rss_anon_mb(status), 0.0 if math.isnan(peak[0]) else peak[0])
            stop.wait(0.005)

    watcher = threading.Thread(target=watch, daemon=True)
    if status.is_file():
        watcher.start()
    yield peak
    stop.set()
    if watcher.is_alive():
        watcher.join()


def _rss_anon_mb(status: Path) -> float:
    line = next(
        line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("RssAnon")
    )
    return int(line.split()[1]) / 1024


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


PROBES: dict[str, Callable[..., Measured]] = {
    probe.__name__: probe for probe in (picture, spectral_picture, hover, canvas)
}

if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])))
