"""The canvas: the picture of the current cube, to look around in and to point at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.region import Region
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_input import Gestures
from hsi_studio.gui.canvas_marks import CanvasMarks
from hsi_studio.gui.canvas_tools import SIZED, Input, InputKind, Tool, ToolName, drag_minimap
from hsi_studio.gui.canvas_transform import ViewTransform


class Canvas(CanvasMarks):
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
    pointed = Signal(object)
    """The pointer has moved, or what it would do has changed: an `Input`, or None without a pointer."""
    resized = Signal(int)
    """The tool is to grow (1) or shrink (-1) by a step."""
    tool_changed = Signal(str)
    menu_wanted = Signal(QPoint, int, int)
    """A context menu at a place of the screen for the pixel (row, col)."""
    selection_used = Signal(bool)
    """The selected pixels are to get the active class (True), or to lose theirs (False)."""

    def __init__(self, session: Session, service: RenderService, parent: QWidget | None = None) -> None:
        self._hover: tuple[int, int] | None = None
        self._pointer: Input | None = None
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

    def set_tool(self, name: ToolName) -> None:
        """Choose what the left button does; what is half drawn is dropped."""
        self._gestures.set_tool(name)
        self._update_cursor()
        self.tool_changed.emit(name)
        self.pointed.emit(self._pointer)

    def add_tools(self, tools: Mapping[ToolName, Tool]) -> None:
        """Offer more tools."""
        self._gestures.tools.update(tools)

    def point_again(self) -> None:
        """Tell anew where the pointer is."""
        self._point(self._pointer)

    @property
    def drawing(self) -> bool:
        """Whether a tool's gesture is in progress."""
        return self._gestures.drawing

    def cancel(self) -> bool:
        """Drop what is half drawn; tells whether anything was."""
        return self._gestures.cancel()

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
        self._point(what)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        what = self._input("move", event)
        self._gestures.go_on(what)
        self._set_hover(what.pixel if self._is_inside(*what.pixel) else None)
        self._point(what)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:
            self._gestures.go_on(self._input("release", event))
        self._update_cursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Adjust the tool, or zoom."""
        # With Alt, which subtracts, Qt turns the wheel sideways.
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._gestures.wheel(notches):
            event.accept()
        elif ctrl and notches and self.tool in SIZED:
            self.resized.emit(1 if notches > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        at = QPointF(event.pos())
        if not by_mouse and self.inspected is not None:
            at = self._transform.to_widget(*(place + 0.5 for place in self.inspected))
        row, col = map(math.floor, self._transform.to_image(at))
        if self._is_inside(row, col) and not self.drawing and self._lying_over(at) is None:
            self.menu_wanted.emit(self.mapToGlobal(at.toPoint()), row, col)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._gestures.finish():
            self.mousePressEvent(event)

    def leaveEvent(self, _event: QEvent) -> None:
        self._set_hover(None)
        self._point(None)

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
                return self._gestures.finish() or self._use_selection(label=True)
            case Qt.Key.Key_Escape:
                return self._gestures.cancel() or self._leave_selection()
            case Qt.Key.Key_Backspace:
                return self._gestures.step_back()
            case Qt.Key.Key_Delete:
                return self._use_selection(label=False)
        return False

    def _hold_space(self, held: bool) -> None:
        self._gestures.space_held = held
        self._update_cursor()
        self._point(self._pointer)

    def _point(self, what: Input | None) -> None:
        self._pointer = what
        self.pointed.emit(None if self._gestures.moves_view else what)

    def _look(self, transform: ViewTransform, *, fits: bool = False) -> None:
        super()._look(transform, fits=fits)
        if self._pointer is not None:
            row, col = self._transform.to_image(self._pointer.position)
            self._point(replace(self._pointer, row=row, col=col, scale=self._transform.scale))

    def _leave_selection(self) -> bool:
        had = self.selection is not None
        self.set_selection(None)
        return had

    def _use_selection(self, *, label: bool) -> bool:
        selected = self.selection is not None
        if selected:
            self.selection_used.emit(label)
        return selected

    def _lying_over(self, point: QPointF) -> Tool | None:
        minimap = self._sight.minimap()
        return drag_minimap(minimap) if minimap is not None and minimap.area.contains(point) else None

    def _input(self, kind: InputKind, event: QMouseEvent) -> Input:
        row, col = self._transform.to_image(event.position())
        keys = Qt.KeyboardModifier
        shift = bool(event.modifiers() & keys.ShiftModifier)
        # Many desktops move a window with Alt and the mouse, so Ctrl does the same.
        alt = bool(event.modifiers() & (keys.AltModifier | keys.ControlModifier))
        return Input(kind, row, col, event.position(), self._transform.scale, shift, alt)

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
        self.set_selection(None)
        super()._on_cube(current)
