"""The canvas's tools: a gesture is a generator that is sent what pointer and keys do until it returns."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from PySide6.QtCore import QPointF

from hsi_studio.core.region import Polygon, Rectangle, Region
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_corners import Minimap
from hsi_studio.gui.overlays import Draft

_CLOSING_DISTANCE = 8.0
"""Widget units around the first vertex within which a click closes a polygon."""

ToolName = Literal[
    "inspect", "pan", "rectangle_spectrum", "polygon_spectrum",
    "point", "brush", "eraser", "line", "rectangle", "polygon", "lasso", "flood", "wand",
]  # fmt: skip
InputKind = Literal["press", "move", "release", "finish", "back", "wheel"]

SIZED: frozenset[ToolName] = frozenset({"brush", "eraser", "line"})
"""Tools with a size, which Ctrl and the wheel change."""

TURNED: frozenset[ToolName] = frozenset({"flood", "wand"})
"""Tools that the wheel adjusts while the button is held."""


@dataclass(frozen=True)
class Input:
    """One thing the user did.

    `row` and `col` are image coordinates, `position` is the widget's, `scale` widget units per image pixel,
    `notches` those of the wheel, upwards.
    """

    kind: InputKind
    row: float
    col: float
    position: QPointF
    scale: float
    shift: bool = False
    alt: bool = False
    notches: float = 0.0

    @property
    def spot(self) -> tuple[float, float]:
        """(row, col) in the image."""
        return self.row, self.col

    @property
    def pixel(self) -> tuple[int, int]:
        """(row, col) of the pixel under the pointer, perhaps outside the image."""
        return int(np.floor(self.row)), int(np.floor(self.col))


class Host(Protocol):
    """What a tool may do to the canvas."""

    def pick(self, row: int, col: int, *, collect: bool) -> None:
        """Inspect a pixel, unless it lies outside the image."""
        ...

    def center_on(self, row: float, col: float) -> None:
        """Bring an image position into the middle."""
        ...

    def drag_by(self, delta: QPointF) -> None:
        """Move the image by widget units."""
        ...

    def set_draft(self, draft: Draft | None) -> None:
        """Show a region being drawn."""
        ...

    def finish(self, region: Region) -> None:
        """Report a drawn region."""
        ...

    def inside_image(self, window: Window) -> Window:
        """Return the part of a window inside the image."""
        ...


Gesture = Generator[None, Input, None]
Tool = Callable[[Host, Input], Gesture]


def inspect(host: Host, press: Input) -> Gesture:
    """Pick the pixel under the pointer, and those it is dragged over."""
    host.pick(*press.pixel, collect=press.shift)
    last = press.pixel
    while (now := (yield)).kind != "release":
        if now.pixel != last and not press.shift:
            last = now.pixel
            host.pick(*last, collect=False)


def pan(host: Host, press: Input) -> Gesture:
    """Drag the image."""
    last = press.position
    while (now := (yield)).kind != "release":
        host.drag_by(now.position - last)
        last = now.position


def drag_minimap(minimap: Minimap) -> Tool:
    """Return the tool that moves the view to where the pointer is on the minimap."""

    def drag(host: Host, press: Input) -> Gesture:
        now = press
        while now.kind != "release":
            host.center_on(*minimap.to_image(now.position))
            now = yield

    return drag


def draw_rectangle(host: Host, press: Input) -> Gesture:
    """Draw a rectangle of whole pixels; a click without a drag picks the pixel."""
    area = Window(*press.pixel, 1, 1)
    try:
        while (now := (yield)).kind != "release":
            area = host.inside_image(_spanned(press.pixel, now.pixel))
            host.set_draft(_rectangle_draft(area, press, now))
    finally:
        host.set_draft(None)
    if now.pixel == press.pixel:
        host.pick(*press.pixel, collect=press.shift)
    elif area.size:
        host.finish(Rectangle(area))


def draw_polygon(host: Host, press: Input) -> Gesture:
    """Set a vertex with every click; see UX for the keys that end it."""
    vertices = [press]
    now = press
    try:
        while vertices:
            host.set_draft(_polygon_draft(vertices, now))
            now = yield
            if now.kind == "back":
                vertices.pop()
            elif now.kind == "finish" or (now.kind == "press" and _closes(vertices, now)):
                break
            elif now.kind == "press":
                vertices.append(now)
    finally:
        host.set_draft(None)
    if len(vertices) >= 3:
        host.finish(Polygon(np.array([(vertex.row, vertex.col) for vertex in vertices], np.float64)))


def draw_lasso(host: Host, press: Input) -> Gesture:
    """Draw the outline of a region with the button held."""
    way = [press]
    try:
        while (now := (yield)).kind != "release":
            if now.kind == "move":
                way.append(now)
                host.set_draft(Draft(tuple(point.spot for point in way), closed=True))
    finally:
        host.set_draft(None)
    if len(way) >= 3:
        host.finish(Polygon(np.array([point.spot for point in way], np.float64)))


TOOLS: dict[ToolName, Tool] = {
    "inspect": inspect,
    "pan": pan,
    "rectangle_spectrum": draw_rectangle,
    "polygon_spectrum": draw_polygon,
}
"""Tools that look and measure; those that label are added by `gui.label_tools`."""


def _spanned(a: tuple[int, int], b: tuple[int, int]) -> Window:
    top, left = min(a[0], b[0]), min(a[1], b[1])
    return Window(top, left, abs(a[0] - b[0]) + 1, abs(a[1] - b[1]) + 1)


def _rectangle_draft(area: Window, press: Input, now: Input) -> Draft:
    """The corners in an order that ends at the pointer, where the size is written."""
    rows, cols = [area.row, area.row_stop], [area.col, area.col_stop]
    if now.row < press.row:
        rows.reverse()
    if now.col < press.col:
        cols.reverse()
    (start_row, end_row), (start_col, end_col) = rows, cols
    points = ((start_row, end_col), (start_row, start_col), (end_row, start_col), (end_row, end_col))
    return Draft(points, closed=True, text=f"{area.rows} × {area.cols} px")


def _polygon_draft(vertices: list[Input], now: Input) -> Draft:
    points = [(vertex.row, vertex.col) for vertex in vertices]
    text = "" if len(vertices) < 3 else "Enter or double-click to finish"
    return Draft((*points, (now.row, now.col)), closed=False, text=text)


def _closes(vertices: list[Input], now: Input) -> bool:
    first = vertices[0]
    away = max(abs(now.row - first.row), abs(now.col - first.col)) * now.scale
    return len(vertices) >= 3 and away < _CLOSING_DISTANCE
