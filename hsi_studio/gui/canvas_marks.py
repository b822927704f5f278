"""The canvas's marks: what lies over the picture and belongs to no tool."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from hsi_studio.core.classes import Color
from hsi_studio.core.region import Region
from hsi_studio.core.selection import Selection
from hsi_studio.gui.canvas_view import CanvasView
from hsi_studio.gui.highlight import Highlight
from hsi_studio.gui.outlines import Outline, outlined
from hsi_studio.gui.overlays import Draft
from hsi_studio.gui.suggestion_mark import SuggestionMark


class CanvasMarks(CanvasView):
    """A view with marks."""

    selection_changed = Signal(object)
    """The `Selection` of pixels, or None."""

    _selection: Selection | None = None

    @property
    def inspected(self) -> tuple[int, int] | None:
        """(row, col) of the marked pixel."""
        return self._scene.marks.inspected

    @property
    def selection(self) -> Selection | None:
        """The selected pixels."""
        return self._selection

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

    def set_selection(self, selection: Selection | None) -> None:
        """Outline selected pixels: Enter gives them the active class, Delete takes it, Esc lets them go."""
        self._selection = selection if selection else None
        self._scene.marks.selection = None if self._selection is None else outlined(self._selection)
        self.update()
        self.selection_changed.emit(self._selection)

    def set_highlight(self, highlight: Highlight | None) -> None:
        """Show selected pixels in a colour that no picture has."""
        self._scene.marks.highlight = highlight
        self.update()

    def set_chip(self, text: str, *, warns: bool = False) -> None:
        """Write something into the upper left corner, as a warning or not; nothing when empty."""
        scene = self._scene
        if (text, warns) != (scene.chip, scene.chip_warns):
            scene.chip, scene.chip_warns = text, warns
            self.update()

    @property
    def chip(self) -> str:
        """What stands in the upper left corner."""
        return self._scene.chip

    def set_suggestion(self, suggestion: SuggestionMark | None) -> None:
        """Mark the pixel that the user is asked about."""
        self._scene.marks.suggestion = suggestion
        self.update()

    def set_draft(self, draft: Draft | None) -> None:
        """Show a region being drawn."""
        self._scene.marks.draft = draft
        self.update()

    def set_outline(self, outline: Outline | None) -> None:
        """Show which pixels the tool would paint."""
        marks = self._scene.marks
        for shown in (marks.outline, outline):
            if shown is not None:
                self.update(shown.area(self._transform).toAlignedRect())
        marks.outline = outline
