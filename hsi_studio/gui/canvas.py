"""The canvas: the picture of the current cube, to look around in and to point at."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import Color
from hsi_studio.core.region import Region
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_input import Gestures
from hsi_studio.gui.canvas_tools import Input, InputKind, Tool, ToolName, drag_minimap
from hsi_studio.gui.canvas_view import CanvasView
from hsi_studio.gui.overlays import Draft


class Canvas(CanvasView):
    """A view with tools. Positions are image coordinates: pixel (r, c) covers [r, r + 1) × [c, c + 1).

    The main window maps keys to the methods; only what belongs to a gesture is handled here: Space (move the
    image with the left button), Enter, Esc and Backspace (finish, cancel, take back a vertex).
    """

    hovered = Signal(int, int)
    """(row, col): the pointer is over another pixel."""
    left = Signal()
    """The pointer has left the image."""
    picked = Signal(int, int, bool)
    """(row, col, collect): a pixel was clicked, dragged over or stepped to; collect: with Shift."""
    region_drawn = Signal(object)
    """A `Rectangle` or `Polygon` was drawn."""

    def __init__(self, session: Session, service: RenderService, parent: QWidget | None = None) -> None:
        self._hover: tuple[int, int] | None = None
        self._gestures = Gestures(self)
        super().__init__(session, service, parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Image")
        self._update_cursor()

    @property
    def tool(self) -> ToolName:
        """The chosen tool."""
        return self._gestures.tool

    @property
    def inspected(self) -> tuple[int, int] | None:
        """(row, col) of the marked pixel."""
        return self._scene.marks.inspected

    def set_tool(self, name: ToolName) -> None:
        """Choose what the left button does; what is half drawn is dropped."""
        self._gestures.set_tool(name)
        self._update_cursor()

    def set_regions(self, regions: Sequence[tuple[Region, Color]]) -> None:
        """Outline regions, each in its colour."""
        self._scene.marks.regions = tuple(regions)
        self.update()

    def set_markers(self, markers: Sequence[tuple[int, int, Color]]) -> None:
        """Mark pixels (row, col), each in its colour."""
        self._scene.marks.markers = tuple(markers)
        self.update()

    def set_inspected(self, pixel: tuple[int, int] | None) -> None:
        """Move the box that marks the inspected pixel, or hide it."""
        self._scene.marks.inspected = pixel
        self.update()

    def step_inspected(self, rows: int, cols: int) -> None:
        """Inspect the pixel some rows down and columns to the right, bringing it into sight."""
        if not all(self._shape):
            return
        row, col = self.inspected or map(math.floor, self._transform.to_image(self._middle))
        row, col = min(max(row + rows, 0), self._shape[0] - 1), min(max(col + cols, 0), self._shape[1] - 1)
        if not self.visible.contains(Window(row, col, 1, 1)):
            self.center_on(row + 0.5, col + 0.5)
        self.pick(row, col, collect=False)

    # What tools do (`canvas_tools.Host`)

    def pick(self, row: int, col: int, *, collect: bool) -> None:
        """Inspect a pixel, unless it lies outside the image."""
        if self._is_inside(row, col):
            self.set_inspected((row, col))
            self.picked.emit(row, col, collect)

    def set_draft(self, draft: Draft | None) -> None:
        """Show a region being drawn."""
        self._scene.marks.draft = draft
        self.update()

    def finish(self, region: Region) -> None:
        """Report a drawn region."""
        self.region_drawn.emit(region)

    def inside_image(self, window: Window) -> Window:
        """Return the part of a window inside the image."""
        return window.clipped(*self._shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        what = self._input("press", event)
        self._gestures.press(event.button(), what, self._lying_over(event.position()))
        self._update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        what = self._input("move", event)
        self._gestures.go_on(what)
        self._set_hover(what.pixel if self._is_inside(*what.pixel) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.go_on(self._input("release", event))
        self._update_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._gestures.finish():
            self.mousePressEvent(event)

    def leaveEvent(self, _event: QEvent) -> None:
        self._set_hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._handles(event.key()):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold_space(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self._hold_space(False)

    def _handles(self, key: int) -> bool:
        match key:
            case Qt.Key.Key_Space:
                self._hold_space(True)
                return True
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                return self._gestures.finish()
            case Qt.Key.Key_Escape:
                return self._gestures.cancel()
            case Qt.Key.Key_Backspace:
                return self._gestures.step_back()
        return False

    def _hold_space(self, held: bool) -> None:
        self._gestures.space_held = held
        self._update_cursor()

    def _lying_over(self, point: QPointF) -> Tool | None:
        minimap = self._sight.minimap()
        return drag_minimap(minimap) if minimap is not None and minimap.area.contains(point) else None

    def _input(self, kind: InputKind, event: QMouseEvent) -> Input:
        row, col = self._transform.to_image(event.position())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return Input(kind, row, col, event.position(), self._transform.scale, shift)

    def _is_inside(self, row: int, col: int) -> bool:
        return 0 <= row < self._shape[0] and 0 <= col < self._shape[1]

    def _set_hover(self, pixel: tuple[int, int] | None) -> None:
        if pixel == self._hover:
            return
        self._hover = pixel
        if pixel is None:
            self.left.emit()
        else:
            self.hovered.emit(*pixel)

    def _update_cursor(self) -> None:
        self.setCursor(self._gestures.cursor)

    def _on_cube(self, current: OpenCube | None) -> None:
        self._gestures.cancel()
        self._set_hover(None)
        super()._on_cube(current)
