"""Rows of the action table for labelling: tools, size of the brush, classes by number."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hsi_studio.gui.actions import SEPARATOR, ActionRow

if TYPE_CHECKING:
    from hsi_studio.gui.canvas_tools import ToolName
    from hsi_studio.gui.main_window import MainWindow


def _has_cube(window: MainWindow) -> bool:
    return window.session.cube is not None


def _set_tool(tool: ToolName, window: MainWindow) -> None:
    window.canvas.set_tool(tool)


def _is_tool(tool: ToolName, window: MainWindow) -> bool:
    return window.canvas.tool == tool


def tool_row(tool: ToolName, text: str, icon: str, shortcut: str, hint: str) -> ActionRow:
    """Return the row that chooses a tool."""
    run, checked = partial(_set_tool, tool), partial(_is_tool, tool)
    return ActionRow(f"tool.{tool}", text, run, shortcut, icon, _has_cube, checked, hint)


TOOLS = (
    tool_row("point", "Point", "target", "D", "Label single pixels; Alt takes the label away"),
    tool_row(
        "brush", "Brush", "paint-brush", "B", "Paint; Shift only unlabelled pixels, Alt takes the class away"
    ),
    tool_row("eraser", "Eraser", "eraser", "E", "Take labels of any class away"),
    tool_row("line", "Line", "line-segment", "S", "Label a straight line as wide as the brush"),
    tool_row("rectangle", "Rectangle", "rectangle", "R", "Label a rectangle"),
    tool_row("polygon", "Polygon", "polygon", "P", "Label a polygon: Enter finishes, Esc cancels"),
    tool_row("lasso", "Lasso", "selection-plus", "F", "Label what you draw around"),
    tool_row("flood", "Flood fill", "paint-bucket", "G", "Label connected pixels of one colour on screen"),
    tool_row(
        "wand", "Wand", "magic-wand", "W", "Label pixels with a similar spectrum; hold and turn the wheel"
    ),
)  # fmt: skip
KEYS = tuple(row.key for row in TOOLS)


def _pick(number: int, window: MainWindow) -> None:
    if not window.live.suggestions.accept_number(number):
        window.labelling.set_active(tuple(window.labelling.classes)[number - 1].id)


def _has_class(number: int, window: MainWindow) -> bool:
    return window.session.cube is not None and len(window.labelling.classes) >= number


CLASSES = tuple(
    ActionRow(
        f"class.{number}",
        f"Label with class {number}",
        partial(_pick, number),
        str(number),
        enabled=partial(_has_class, number),
    )
    for number in range(1, 10)
)


def _resize(steps: int, window: MainWindow) -> None:
    window.desk.tools.options.resize(steps)


BRUSH = (
    ActionRow("brush.smaller", "Smaller brush", partial(_resize, -1), "[", enabled=_has_cube),
    ActionRow("brush.larger", "Larger brush", partial(_resize, 1), "]", enabled=_has_cube),
)
ROWS = (*TOOLS, *BRUSH, *CLASSES)
MENU = (*KEYS, SEPARATOR, "brush.smaller", "brush.larger")
