"""The tools that label pixels: each gesture is a generator, and becomes one step of undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Session
from hsi_studio.core.brush import line, sweep
from hsi_studio.core.labels import LabelEdit
from hsi_studio.core.region import Region
from hsi_studio.core.selection import Selection, difference
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.canvas_tools import (
    SIZED,
    Gesture,
    Host,
    Input,
    Tool,
    ToolName,
    draw_lasso,
    draw_polygon,
    draw_rectangle,
)
from hsi_studio.gui.label_easel import Easel
from hsi_studio.gui.label_finders import FloodFinder, WandFinder
from hsi_studio.gui.label_grow import Growing
from hsi_studio.gui.label_options import ToolOptions
from hsi_studio.gui.label_paint import Paint
from hsi_studio.gui.outlines import brush_outline
from hsi_studio.gui.overlays import Draft

TITLES: dict[ToolName, str] = {
    "point": "Point",
    "brush": "Brush",
    "eraser": "Eraser",
    "line": "Line",
    "rectangle": "Rectangle",
    "polygon": "Polygon",
    "lasso": "Lasso",
    "flood": "Flood fill",
    "wand": "Spectral wand",
}
"""Labelling tools, as steps of undo call them."""

_AT_ONCE = 1 << 20
"""Pixels of a region that are filled on the GUI thread; larger ones are filled on another."""

_PIXEL_FROM = 3.0
"""Widget units per pixel from which the tools that point at one pixel outline it."""


class LabelTools(QObject):
    """Offers its tools to a canvas and paints with them."""

    failed = Signal(object)
    """The exception of pixels that could not be found."""

    def __init__(
        self, labelling: Labelling, session: Session, canvas: Canvas, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.options = ToolOptions(self)
        self.easel = Easel(labelling, session, self)
        self.growing = Growing(self.easel, self.options, canvas, self)
        canvas.add_tools(self._tools())
        canvas.pointed.connect(self._point)
        canvas.resized.connect(self.options.resize)
        self.options.changed.connect(canvas.point_again)
        self.easel.disturbed.connect(canvas.cancel)
        self.growing.failed.connect(self.failed)
        session.current_changed.connect(self.growing.end_all)

    def stop(self) -> None:
        """End the thread, after the step in progress."""
        self.growing.stop()

    def _tools(self) -> dict[ToolName, Tool]:
        return {
            "point": self._point_at,
            "brush": self._stroke,
            "eraser": self._stroke,
            "line": self._line,
            "rectangle": partial(self._region, draw_rectangle),
            "polygon": partial(self._region, draw_polygon),
            "lasso": partial(self._region, draw_lasso),
            "flood": self._flood,
            "wand": self._wand,
        }

    def _paint(self, press: Input) -> Paint | None:
        title = TITLES[self._canvas.tool]
        if self._canvas.tool == "eraser":
            return self.easel.eraser(title)
        return self.easel.paint(title, self.options.now, shift=press.shift, alt=press.alt)

    def _point_at(self, _host: Host, press: Input) -> Gesture:
        """Label the pixel where the button goes down: a slip of the hand while clicking changes nothing."""
        if (paint := self._paint(press)) is not None:
            pixel = sweep(press.spot, press.spot, "round", 1)
            self.easel.keep(paint, paint.edit(paint.base, pixel))
        yield from ()

    def _stroke(self, _host: Host, press: Input) -> Gesture:
        if (paint := self._paint(press)) is None:
            return
        drawn, last, now = paint.base, press, press
        with self.easel.previewing(paint):
            while True:
                options = self.options.now
                stroke = sweep(last.spot, now.spot, options.shape, options.size)
                drawn = self.easel.show(drawn, paint.edit(drawn, stroke))
                if now.kind == "release":
                    break
                last, now = now, (yield)
            self.easel.keep(paint, difference(paint.base, drawn))

    def _line(self, _host: Host, press: Input) -> Gesture:
        if (paint := self._paint(press)) is None:
            return
        edit: LabelEdit = ()
        now = press
        with self.easel.previewing(paint):
            while True:
                before, way = edit, line(press.spot, now.spot, self.options.now.size)
                edit = paint.edit(paint.base, way)
                self.easel.show(paint.base, edit, also=before)
                if now.kind == "release":
                    break
                now = yield
            self.easel.keep(paint, edit)

    def _region(self, draw: Tool, host: Host, press: Input) -> Gesture:
        if self._paint(press) is not None:
            yield from draw(_Filler(host, partial(self._fill, press)), press)

    def _fill(self, press: Input, region: Region) -> None:
        """Paint a region; one that took long to draw goes over the labels as they are by now."""
        if (paint := self._paint(press)) is None:
            return
        window = region.window(paint.base.rows, paint.base.cols)
        if window.size <= _AT_ONCE:
            self.easel.keep(paint, paint.edit(paint.base, Selection(window, region.inside(window))))
        else:
            self.growing.fill(lambda _: Selection(window, region.inside(window)), paint)

    def _flood(self, _host: Host, press: Input) -> Gesture:
        current = self._session.current
        if current is not None and _is_on(current.cube.window, press):
            find = FloodFinder(current.cube, current.view, press.pixel)
            if (paint := self._paint(press)) is not None:
                yield from self.growing.tool(find, paint, press, "tolerance")

    def _wand(self, _host: Host, press: Input) -> Gesture:
        cube = self._session.cube
        if cube is not None and _is_on(cube.window, press):
            find = WandFinder(cube, press.pixel, connected=self.options.now.connected)
            if (paint := self._paint(press)) is not None:
                yield from self.growing.tool(find, paint, press, "angle")

    def _point(self, what: Input | None) -> None:
        """Outline the pixels that a press would paint."""
        tool, options = self._canvas.tool, self.options.now
        if what is None or tool not in TITLES or (tool not in SIZED and what.scale < _PIXEL_FROM):
            self._canvas.set_outline(None)
            return
        shape = options.shape if tool in ("brush", "eraser") else "round"
        size = options.size if tool in SIZED else 1
        outline = brush_outline(*what.spot, shape, size, dashed=what.alt or tool == "eraser")
        self._canvas.set_outline(outline)


class _Filler:
    """A canvas that fills the regions drawn on it."""

    def __init__(self, host: Host, fill: Callable[[Region], None]) -> None:
        self._host = host
        self.finish = fill

    def pick(self, row: int, col: int, *, collect: bool) -> None:
        self._host.pick(row, col, collect=collect)

    def center_on(self, row: float, col: float) -> None:
        self._host.center_on(row, col)

    def drag_by(self, delta: QPointF) -> None:
        self._host.drag_by(delta)

    def set_draft(self, draft: Draft | None) -> None:
        self._host.set_draft(draft)

    def inside_image(self, window: Window) -> Window:
        return self._host.inside_image(window)


def _is_on(image: Window, press: Input) -> bool:
    return image.contains(Window(*press.pixel, 1, 1))
