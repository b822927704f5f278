"""Selected pixels shown over the image in a colour that no picture has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from hsi_studio.core.scatter_sample import Picked
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas_transform import ViewTransform

if TYPE_CHECKING:
    from hsi_studio.app.scatter_model import ScatterModel
    from hsi_studio.gui.canvas import Canvas

HIGHLIGHT = "#ff2bd6"

_ALPHA = 190


@dataclass(frozen=True, eq=False)
class Highlight:
    """A picture of selected pixels, each of its pixels standing for `step` × `step` of a window."""

    window: Window
    step: int
    picture: QImage

    @classmethod
    def of(cls, window: Window, mask: NDArray[np.bool_], step: int) -> Self:
        """Return the picture of a mask `window.shape(step)`."""
        rows, cols = mask.shape
        data = np.ascontiguousarray(mask, np.uint8)
        picture = QImage(data.data, cols, rows, cols, QImage.Format.Format_Indexed8)
        color = QColor(HIGHLIGHT)
        picture.setColorTable([0, qRgba(color.red(), color.green(), color.blue(), _ALPHA)])
        return cls(window, step, picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))

    def paint(self, painter: QPainter, transform: ViewTransform) -> None:
        """Paint it over the image."""
        rows, cols = self.window.rows / self.step, self.window.cols / self.step
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(transform.rect(self.window), self.picture, QRectF(0, 0, cols, rows))


class Highlighter(QObject):
    """Shows on a canvas what a plot selects, as closely as its zoom asks for, and the other way round."""

    def __init__(self, canvas: Canvas, model: ScatterModel) -> None:
        super().__init__(canvas)
        self._canvas, self._model = canvas, model
        self._whole: Highlight | None = None
        self._part: Highlight | None = None
        canvas.visible_changed.connect(self._refresh)
        model.refined.connect(self._on_refined)
        canvas.selection_changed.connect(self._mark)

    def show(self, whole: Highlight | None) -> None:
        """Show a picture of the whole image; closer ones of the part in sight are asked for as needed."""
        self._whole, self._part = whole, None
        self._canvas.set_highlight(whole)
        self._refresh()

    def _mark(self, selection: Selection | None) -> None:
        color = QColor(HIGHLIGHT)
        marked = (color.red(), color.green(), color.blue())
        self._model.set_regions("selection", [] if selection is None else [(Picked(selection), marked)])

    def _on_refined(self, answer: tuple[Window, NDArray[np.bool_], int]) -> None:
        window, mask, step = answer
        self._part = Highlight.of(window, mask, step)
        self._refresh()

    def _refresh(self) -> None:
        whole, part, visible = self._whole, self._part, self._canvas.visible
        if whole is None:
            return  # others show pixels too
        step = max(1, int(100 / self._canvas.zoom))
        if step >= whole.step or not visible.size:
            self._canvas.set_highlight(whole)
        elif part is not None and part.step <= step and part.window.contains(visible):
            self._canvas.set_highlight(part)
        else:
            self._canvas.set_highlight(whole)
            self._model.refine(visible, step)
