"""Strokes on the real canvas, timed in a process of its own: `python -m hsi_studio.cli.label_probe SIDE`.

Prints one JSON object with lists of two numbers: seconds from the pointer's event to the end of the painting
that shows it, and seconds for which the GUI thread was at work in that time.
"""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import TILE, Ids, Labels, tile_keys
from hsi_studio.core.project import Edit
from hsi_studio.core.source import ArraySource
from hsi_studio.core.view import SingleBand, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.gui.application import create_application
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.label_layer import LabelLayer
from hsi_studio.gui.label_tools import LabelTools

if TYPE_CHECKING:
    from collections.abc import Iterator

_WINDOW_SIZE = (1600, 1000)
_STROKES, _STEP = 4, 10.0
_REACH = 250.0
"""Widget units from the middle to which strokes reach: 145 pixels at 400 % are 580."""

_SIZE = 15


class Paintings(QObject):
    """Counts how often a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return super().eventFilter(watched, event)


@dataclass
class Bench:
    """A canvas with tools and labels over all of the image."""

    application: QApplication
    canvas: Canvas
    parts: tuple[RenderService | LabelLayer | LabelTools, ...]

    @classmethod
    def built(cls, side: int) -> Bench:
        """Show an image of `side` × `side` pixels with a label on each."""
        application = create_application()
        session = Session()
        service, labelling, layer = RenderService(session), Labelling(session), LabelLayer()
        canvas = Canvas(session, service)
        tools = LabelTools(labelling, session, canvas)
        labelling.labels_changed.connect(lambda windows: layer.show_labels(labelling.shown, windows))
        labelling.classes_changed.connect(lambda: layer.show_classes(labelling.classes))
        canvas.set_label_layer(layer)
        canvas.resize(*_WINDOW_SIZE)
        canvas.show()
        plane = np.broadcast_to(np.arange(side, dtype=np.uint16)[None, :, None], (side, side, 1))
        session.add(OpenCube(Cube(ArraySource(plane), name="plane"), ViewSpec(SingleBand(0))))
        classes = ClassTable.from_names([f"Class {number}" for number in range(1, 17)])
        labelling.commit(Edit("Classes", classes=(labelling.classes, classes)))
        labelling.set_active(3)
        labelling.paint(full(side).change(Window(0, 0, 1, 1), np.array([[2]])), "First")
        # Not as an edit: a stroke over 400 megapixels would take longer than all that is measured.
        labelling.state.labels[1].tiles.update(full(side).tiles)  # type: ignore[attr-defined]  # a Mapping for all but this
        tools.options.change(size=_SIZE)
        return cls(application, canvas, (service, layer, tools))

    def stop(self) -> None:
        """End the threads."""
        for part in self.parts:
            part.stop()


def full(side: int) -> Labels:
    """Return labels on every pixel; tiles share their memory, so that any size fits."""
    rng = np.random.default_rng(1)
    tile: Ids = np.kron(rng.integers(1, 17, (16, 16)), np.ones((16, 16))).astype(np.uint16)
    empty = Labels(side, side)
    windows = {key: empty.tile_window(key) for key in tile_keys(Window.full(side, side))}
    whole = (TILE, TILE)
    tiles = {
        key: tile if w.shape() == whole else tile[: w.rows, : w.cols].copy() for key, w in windows.items()
    }
    return Labels(side, side, tiles)


def strokes(bench: Bench, percent: float | None) -> Iterator[tuple[float, float]]:
    """Draw circles with the brush; yield seconds from each event to its painting, and the processor's."""
    canvas, application = bench.canvas, bench.application
    canvas.fit() if percent is None else canvas.zoom_to(percent)
    canvas.set_tool("brush")
    _settle(bench)
    seen = Paintings()
    canvas.installEventFilter(seen)
    middle = QPointF(canvas.rect().center())
    for stroke in range(_STROKES):
        radius = _REACH * (stroke + 1) / _STROKES
        moves = round(2 * math.pi * radius / _STEP)
        for number in range(moves):
            turn = 2 * math.pi * number / moves
            place = middle + QPointF(radius * math.cos(turn), radius * math.sin(turn))
            kind = QEvent.Type.MouseMove if number else QEvent.Type.MouseButtonPress
            before, started, busy = seen.count, time.perf_counter(), time.thread_time()
            _send(canvas, kind, place)
            while seen.count == before:
                application.processEvents()
            yield time.perf_counter() - started, time.thread_time() - busy
        _send(canvas, QEvent.Type.MouseButtonRelease, middle + QPointF(radius, 0))
        _settle(bench)


def _send(canvas: Canvas, kind: QEvent.Type, place: QPointF) -> None:
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def _settle(bench: Bench) -> None:
    """Wait until the picture is drawn."""
    until = time.perf_counter() + 0.5
    while time.perf_counter() < until:
        bench.application.processEvents()
        time.sleep(0.005)


def main(side: int) -> dict[str, list[tuple[float, float]]]:
    """Time strokes at 400 % and with all of the image in sight."""
    bench = Bench.built(side)
    near = list(strokes(bench, 400))
    far = list(strokes(bench, None))
    bench.stop()
    return {"near": near, "far": far}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
