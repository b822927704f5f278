"""Hands what the mouse and the keys do to the gesture in progress."""

from __future__ import annotations

from dataclasses import replace
from inspect import GEN_RUNNING, getgeneratorstate

from PySide6.QtCore import QPointF, Qt

from hsi_studio.gui.canvas_tools import TOOLS, TURNED, Gesture, Host, Input, Tool, ToolName, pan


class Gestures:
    """The chosen tool's gesture, and above it one that moves the view, which may interrupt the other."""

    def __init__(self, host: Host) -> None:
        self.tool: ToolName = "inspect"
        self.tools: dict[ToolName, Tool] = dict(TOOLS)
        self.space_held = False
        self._host = host
        self._drawing: Gesture | None = None
        self._moving: Gesture | None = None
        self._last = Input("move", 0.0, 0.0, QPointF(), 1.0)

    def set_tool(self, name: ToolName) -> None:
        """Choose a tool; what is half drawn with another is dropped."""
        self.cancel()
        self.tool = name

    def cancel(self) -> bool:
        """Drop what is half drawn; tells whether anything was."""
        if self._drawing is not None and getgeneratorstate(self._drawing) == GEN_RUNNING:
            return False  # it is about to end by itself, and what it does has led here
        gesture, self._drawing = self._drawing, None
        if gesture is not None:
            gesture.close()
        return gesture is not None

    @property
    def drawing(self) -> bool:
        """Whether something is half drawn."""
        return self._drawing is not None

    @property
    def moves_view(self) -> bool:
        """Whether the left button moves the view, or would."""
        return self._moving is not None or self.space_held or self.tool == "pan"

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape."""
        if self._moving is not None:
            return Qt.CursorShape.ClosedHandCursor
        if self.space_held or self.tool == "pan":
            return Qt.CursorShape.OpenHandCursor
        return Qt.CursorShape.CrossCursor

    def press(self, button: Qt.MouseButton, what: Input, over: Tool | None) -> None:
        """Begin or continue a gesture; `over` is the tool of something lying over the image there."""
        left = button == Qt.MouseButton.LeftButton
        self._last = what
        if button == Qt.MouseButton.MiddleButton or (left and (self.space_held or self.tool == "pan")):
            self._moving = _begun(pan(self._host, what))
        elif left and over is not None:
            self._moving = _begun(over(self._host, what))
        elif left and self._drawing is not None:
            self._drawing = _sent(self._drawing, what)
        elif left:
            self._drawing = _begun(self.tools[self.tool](self._host, what))

    def wheel(self, notches: float) -> bool:
        """Tell that the wheel was turned; returns whether the gesture in progress takes it."""
        return self.tool in TURNED and self._send_key(replace(self._last, kind="wheel", notches=notches))

    def go_on(self, what: Input) -> None:
        """Tell that the pointer has moved, or that the button was released."""
        self._last = what
        if self._moving is not None:
            self._moving = _sent(self._moving, what)
        elif self._drawing is not None:
            self._drawing = _sent(self._drawing, what)

    def finish(self) -> bool:
        """Complete what is being drawn; tells whether there was anything."""
        return self._send_key(replace(self._last, kind="finish"))

    def step_back(self) -> bool:
        """Take back the last vertex; tells whether there was anything to take back."""
        return self._send_key(replace(self._last, kind="back"))

    def _send_key(self, what: Input) -> bool:
        if self._drawing is None:
            return False
        self._drawing = _sent(self._drawing, what)
        return True


def _begun(gesture: Gesture) -> Gesture | None:
    try:
        next(gesture)
    except StopIteration:
        return None
    return gesture


def _sent(gesture: Gesture, what: Input) -> Gesture | None:
    try:
        gesture.send(what)
    except StopIteration:
        return None
    return gesture
