"""The live loop in the real window, timed in a process of its own: `python -m hsi_studio.cli.latency_probe`.

Drives the window with events of mouse and keyboard and prints one JSON object; see `main`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from hsi_studio.app.live_texts import SETTLED_MS
from hsi_studio.cli.latency_watch import Heart, Memory, Painted, Stall
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit
from hsi_studio.gui.application import create_application, create_window
from hsi_studio.gui.main_window import MainWindow

CLASSES = 8
_SIZE = (1600, 1000)
_PATIENCE_S = 120.0
_QUIET_S = 0.7
_LOOK_S = 0.5
"""Between a scene appearing and the first click into it."""
_FINGER_S = 0.05
"""Between coming to rest, pressing and letting go: no hand is quicker."""
_WORDS = (
    ("bright dry soil", "dark wet soil", "young green crop", "old yellow straw", "open deep water"),
    ("with a weak red edge", "with a strong red edge", "flat beyond 1000 nm", "dark beyond 1400 nm"),
)
Seconds = list[float]


class Bench:
    """The real window with a cube, the class table of a generated scene, and live prediction on."""

    def __init__(self, scene: str) -> None:
        self.application = create_application()
        self.window: MainWindow = create_window(self.application)
        window = self.window
        window.settings.predict_demo = False
        window.resize(*_SIZE)
        window.show()
        self.heart, self.memory = Heart(window), Memory()
        self.pause(_FINGER_S)  # until it is there
        self.heart.restart()
        window.files.open_paths([scene]) if Path(scene).exists() else window.files.open_demo()
        self.wait(lambda: window.session.current is not None and not window.jobs.jobs)
        self.pause(_FINGER_S)
        if not len(window.labelling.classes):
            table = ClassTable.from_names([f"Class {number}" for number in range(1, CLASSES + 1)])
            window.labelling.commit(Edit("Classes", classes=(window.labelling.classes, table)))
            self.pause(_FINGER_S)
        window.canvas.set_tool("point")
        self.painted = Painted(window.canvas)
        self.canvas: QWidget = window.canvas
        self.pause(_LOOK_S)

    def wait(self, until: Callable[[], object], seconds: float = _PATIENCE_S) -> bool:
        """Run the window until something is so; False when that takes too long."""
        end = time.perf_counter() + seconds
        while not until():
            if time.perf_counter() > end:
                return False
            # Waits for events as a running window does, and wakes often enough to look.
            self.application.processEvents()
            time.sleep(0.001)
        return True

    @property
    def idle(self) -> bool:
        """Whether texts are read and the map is complete."""
        live = self.window.live
        shown = live.follower.shown
        quiet = not live.texts.waiting and not live.texts.busy and not live.follower.engine.busy
        return quiet and shown is not None and shown.map.complete

    def settle(self) -> None:
        """Wait until nothing moves any more."""
        self.wait(lambda: self.idle)
        self.pause(0.5)

    def pause(self, seconds: float) -> None:
        """Run the window for a while."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end)

    def picture(self) -> NDArray[np.uint32]:
        """Return what the canvas shows, without the widgets on it."""
        with self.painted.paused(), self.heart.paused():
            return _drawn(self.canvas)

    def changed(self, before: NDArray[np.uint32], since: float, apart: QPoint | None) -> float | None:
        """Return seconds until a painting showed another map; None when none did.

        What lies around `apart`, where a label was clicked, does not count.
        """
        seen, quiet = 0, time.perf_counter()
        while time.perf_counter() - quiet < _QUIET_S:
            self.wait(lambda: self.painted.count > seen, _QUIET_S / 10)  # noqa: B023
            at, painted = self.painted.last, self.painted.count > seen
            seen = self.painted.count
            if painted and at > since and _differ(before, self.picture(), apart):
                return at - since
            if painted or not self.idle:
                quiet = time.perf_counter()
        return None


def _drawn(widget: QWidget) -> NDArray[np.uint32]:
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    values = np.frombuffer(image.constBits(), np.uint32)
    return values.reshape(image.height(), image.bytesPerLine() // 4).copy()


def _differ(before: NDArray[np.uint32], after: NDArray[np.uint32], apart: QPoint | None) -> bool:
    if before.shape != after.shape:  # a panel has come up beside the canvas
        return False
    differs = before != after
    if apart is not None:
        reach = 40
        top, left = max(0, apart.y() - reach), max(0, apart.x() - reach)
        differs[top : apart.y() + reach, left : apart.x() + reach] = False
    return bool(differs.any())


def clicks(bench: Bench, count: int, truth: NDArray[np.integer] | None) -> Iterator[float]:
    """Label pixels one after the other; yield seconds from each click to another map."""
    window, random = bench.window, default_rng(5)
    cube = window.session.cube
    assert cube is not None
    ids = [entry.id for entry in window.labelling.classes][:CLASSES]
    for number in range(count + len(ids)):
        row, col = (int(random.integers(side)) for side in (cube.rows, cube.cols))
        window.labelling.set_active(ids[number % len(ids)] if truth is None else int(truth[row, col]))
        at = window.canvas.transform.to_widget(row + 0.5, col + 0.5).toPoint()
        QTest.mouseMove(bench.canvas, at)
        bench.pause(_FINGER_S)
        before = bench.picture()
        started = time.perf_counter()
        _click(bench, at)
        if number:  # one class alone makes no map
            taken = bench.changed(before, started, at)
            bench.settle()
            if number >= len(ids) and taken is not None:
                yield taken


def _click(bench: Bench, at: QPoint) -> None:
    """Press and let go, as two events, between which the window runs."""
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(bench.canvas, button, key, at)
    bench.pause(_FINGER_S)
    QTest.mouseRelease(bench.canvas, button, key, at)


def words(bench: Bench, count: int) -> Iterator[float]:
    """Type descriptions; yield seconds from the end of the pause that settles each to another map."""
    window = bench.window
    editor = window.live.words.editor.editor
    ids = [entry.id for entry in window.labelling.classes]
    for number in range(count + 1):
        window.labelling.set_active(ids[number % CLASSES])
        bench.settle()
        editor.setFocus()
        editor.selectAll()
        first, second = (part[(number * step) % len(part)] for part, step in zip(_WORDS, (1, 3), strict=True))
        QTest.keyClicks(editor, f"{first} {second}")
        before = bench.picture()
        settled = time.perf_counter() + SETTLED_MS / 1000
        taken = bench.changed(before, settled, None)
        bench.settle()
        if number and taken is not None:  # the first one loads the encoder
            yield taken


def cancels(bench: Bench, count: int) -> Iterator[float]:
    """Begin to train S3FN; once it learns, discard it; yield seconds until the process is gone."""
    import psutil

    trainer = bench.window.live.networks.trainer
    for _ in range(count):
        steps: list[object] = []
        trainer.stepped.connect(steps.append)
        bench.window.live.networks.train()
        bench.wait(lambda: len(steps) > 2 or not trainer.busy)  # noqa: B023
        trainer.stepped.disconnect(steps.append)
        pid = trainer.engine.pid
        if pid is None or not trainer.busy:
            return
        started = time.perf_counter()
        trainer.discard()
        bench.wait(lambda: not psutil.pid_exists(pid))  # noqa: B023
        yield time.perf_counter() - started


@contextmanager
def stalls(bench: Bench, into: dict[str, Stall], name: str) -> Iterator[None]:
    """Note the longest time for which the GUI thread did not answer while the block ran."""
    bench.heart.restart()
    yield
    into[name] = bench.heart.longest


def main(scene: str, runs: int) -> dict[str, object]:
    """Time the live loop over a scene: a file, or anything else for the demo.

    Returns
    -------
    dict
        ``clicks``, ``words``, ``cancels``: lists of seconds; ``stalls``: by job, [wall seconds, seconds at
        work]; ``memory``: MB of private memory of all processes above those of the empty window.
    """
    bench = Bench(scene)
    raster = Path(scene).with_suffix(".truth.npy")
    truth = np.load(raster) if raster.exists() else None
    found: dict[str, Stall] = {"opening": bench.heart.longest}
    with stalls(bench, found, "label clicks"):
        label = list(clicks(bench, runs, truth))
    with stalls(bench, found, "words"):
        word = list(words(bench, runs))
    bench.settle()
    bench.memory.note("settled")
    bench.memory.note("peak", peak=True)
    with stalls(bench, found, "training S3FN"):
        cancelled = list(cancels(bench, max(1, runs // 5)))
    bench.memory.note("peak in training", peak=True)
    bench.memory.stop()
    bench.heart.stop()
    bench.window.close()
    bench.window.stop()
    return {
        "clicks": label, "words": word, "cancels": cancelled, "stalls": found, "memory": bench.memory.notes,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))), flush=True)
    QApplication.quit()
