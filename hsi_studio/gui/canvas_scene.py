"""Everything that the canvas paints, in order."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from hsi_studio.app.painter import PixelValues
from hsi_studio.app.render_service import RenderService
from hsi_studio.core.classes import Color
from hsi_studio.core.region import Region
from hsi_studio.core.window import Window
from hsi_studio.gui import overlays
from hsi_studio.gui.canvas_corners import Minimap, ScaleBar
from hsi_studio.gui.canvas_items import Frame, checkerboard, paint_stack
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.highlight import Highlight
from hsi_studio.gui.label_layer import REACH, LabelLayer
from hsi_studio.gui.outlines import Outline
from hsi_studio.gui.suggestion_mark import SuggestionMark
from hsi_studio.gui.theme import Theme

_SLOW_S = 0.015
_CORNER = QPointF(10, 10)


@dataclass
class Marks:
    """What lies over the picture."""

    regions: tuple[tuple[Region, Color], ...] = ()
    markers: tuple[tuple[int, int, Color], ...] = ()
    inspected: tuple[int, int] | None = None
    draft: overlays.Draft | None = None
    outline: Outline | None = None
    selection: Outline | None = None
    highlight: Highlight | None = None
    suggestion: SuggestionMark | None = None


@dataclass(frozen=True)
class Sight:
    """What part of an image of (rows, cols) is in sight, and where."""

    transform: ViewTransform
    rows: int
    cols: int
    size: QSizeF

    @property
    def visible(self) -> Window:
        """The pixels in sight, in part or whole."""
        return self.transform.visible(self.rows, self.cols, self.size)

    def pixels_in(self, area: QRectF) -> Window:
        """Return the pixels that a rectangle of the widget shows, or near enough to paint into it."""
        near = area.adjusted(-REACH, -REACH, REACH, REACH)
        moved = self.transform.moved(-near.topLeft())
        return moved.visible(self.rows, self.cols, near.size()).common(self.visible)

    @property
    def whole(self) -> Window:
        """All pixels of the image."""
        return Window.full(self.rows, self.cols)

    def minimap(self) -> Minimap | None:
        """Return the minimap; None while all of the image is in sight."""
        if self.visible == self.whole:
            return None
        return Minimap.placed(self.rows, self.cols, self.size)


@dataclass
class Scene:
    """The pictures of a `RenderService` and the marks over them.

    `frame` must be invalidated when the pictures, the view or the values change. While `moving`, pictures are
    scaled without smoothing where that would take long.
    """

    service: RenderService
    marks: Marks = field(default_factory=Marks)
    bare: bool = False
    moving: bool = False
    smooth_is_slow: bool = False
    values: PixelValues | None = None
    metres_per_pixel: float | None = None
    labels: LabelLayer | None = None
    frame: Frame = field(default_factory=Frame)
    chip: str = ""
    chip_warns: bool = False

    def clear(self) -> None:
        """Forget what belongs to the cube shown so far; regions and markers are their owner's to replace."""
        self.marks = replace(self.marks, inspected=None, draft=None, outline=None, highlight=None)
        self.values = self.metres_per_pixel = None
        self.frame.invalidate()

    def paint(self, painter: QPainter, sight: Sight, widget: QWidget, wanted: QRect) -> None:
        """Paint a widget, of which no more than a part may be wanted."""
        begun = self.frame.begin(widget.size(), widget.devicePixelRatioF())
        if begun is not None:
            started = time.perf_counter()
            smooth = not (self.moving and self.smooth_is_slow)
            frame_painter, area = begun
            frame_painter.fillRect(area, QColor(Theme.current().canvas))
            self._paint_pictures(frame_painter, sight, area, smooth=smooth)
            frame_painter.end()
            if smooth and area == widget.rect():
                self.smooth_is_slow = time.perf_counter() - started > _SLOW_S
        self.frame.show(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.bare:
            self._paint_marks(painter, sight.transform)
            self._paint_pointing(painter, sight.transform, widget.palette())
        self._paint_corners(painter, sight, widget.palette(), wanted)

    def paint_export(self, painter: QPainter, sight: Sight) -> None:
        """Paint the pictures, regions and markers alone, on what is there."""
        stack = self.service.stack()
        paint_stack(painter, stack, sight.transform, sight.visible, bare=self.bare, smooth=True)
        self._paint_labels(painter, sight.transform, sight.visible)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.bare:
            self._paint_marks(painter, sight.transform)

    def _paint_labels(self, painter: QPainter, transform: ViewTransform, part: Window) -> None:
        if self.labels is not None and not self.bare:
            device = painter.device()
            self.labels.paint(painter, transform, part, 1.0 if device is None else device.devicePixelRatioF())

    def _paint_pictures(self, painter: QPainter, sight: Sight, area: QRect, *, smooth: bool) -> None:
        stack, visible = self.service.stack(), sight.visible
        part = sight.pixels_in(QRectF(area))
        if not all(picture.opaque for shown in stack[:1] for picture in shown.pictures):
            painter.fillRect(sight.transform.rect(visible), checkerboard(QColor(Theme.current().canvas)))
        paint_stack(painter, stack, sight.transform, visible, bare=self.bare, smooth=smooth)
        self._paint_labels(painter, sight.transform, part)
        if stack and sight.transform.scale > overlays.GRID_FROM:
            overlays.paint_grid(painter, sight.transform, part)
        if self.values is not None:
            overlays.paint_values(painter, self.frame.image, sight.transform, part, self.values)

    def _paint_marks(self, painter: QPainter, transform: ViewTransform) -> None:
        if self.marks.highlight is not None:
            self.marks.highlight.paint(painter, transform)
        overlays.paint_regions(painter, transform, self.marks.regions)
        overlays.paint_markers(painter, transform, self.marks.markers)

    def _paint_pointing(self, painter: QPainter, transform: ViewTransform, palette: QPalette) -> None:
        for outline in (self.marks.selection, self.marks.outline):
            if outline is not None:
                outline.paint(painter, transform)
        if self.marks.inspected is not None:
            overlays.paint_inspected(painter, transform, *self.marks.inspected)
        if self.marks.suggestion is not None:
            self.marks.suggestion.paint(painter, transform, palette)
        if self.marks.draft is not None:
            overlays.paint_draft(painter, transform, self.marks.draft, palette)

    def _paint_corners(self, painter: QPainter, sight: Sight, palette: QPalette, wanted: QRect) -> None:
        minimap, overview = sight.minimap(), self.service.overview()
        if minimap is not None and overview is not None and minimap.plate.intersects(QRectF(wanted)):
            minimap.paint(painter, overview, sight.visible, palette)
        if self.chip and not self.bare:
            overlays.paint_chip(painter, _CORNER, self.chip, palette, warns=self.chip_warns)
        if self.metres_per_pixel is not None:
            bar = ScaleBar.fitting(self.metres_per_pixel / sight.transform.scale)
            bar.paint(painter, sight.size, palette)
