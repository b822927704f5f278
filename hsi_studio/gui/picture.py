"""The whole picture of a cube with its layers, to save."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from hsi_studio.app.session import Layer, OpenCube
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import MOST_ID, Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.render import compute_levels, render
from hsi_studio.core.scalars import colors_without
from hsi_studio.core.window import Window

_MOST_PIXELS = 100e6
_STRIP_ROWS = 256


def whole_picture(
    opened: OpenCube, progress: Progress, labels: Labels | None = None, classes: ClassTable | None = None
) -> QImage:
    """Return the picture of the whole cube with its visible layers, every pixel of the cube one of the image.

    Labels lie on top, in the colours of their visible classes.

    Images beyond 100 megapixels are made smaller by taking every n-th pixel.

    Raises
    ------
    Cancelled
        When `progress` says so.
    """
    cube = opened.cube
    step = math.ceil(math.sqrt(cube.rows * cube.cols / _MOST_PIXELS))
    rows, cols = cube.window.shape(step)
    picture = QImage(cols, rows, QImage.Format.Format_RGBA8888)
    picture.fill(0)
    levels = compute_levels(cube, opened.view)
    painter = QPainter(picture)
    for top in range(0, rows, _STRIP_ROWS):
        progress.update(top / rows, "drawing")
        height = min(_STRIP_ROWS * step, cube.rows - top * step)
        window = Window(top * step, 0, height, cube.cols)
        if opened.image_visible:
            _paste(painter, top, render(cube, opened.view, window, step, levels=levels))
        for layer in opened.layers:
            if layer.visible:
                painter.setOpacity(layer.opacity)
                _paste(painter, top, _rgba(layer, window, step))
        if labels is not None and classes is not None and opened.labels.visible:
            painter.setOpacity(opened.labels.opacity)
            _paste(painter, top, _label_colors(classes)[labels.read(window, step)])
        painter.setOpacity(1)
    painter.end()
    return picture


def _rgba(layer: Layer, window: Window, step: int) -> NDArray[np.uint8]:
    rgba: NDArray[np.uint8] = colors_without(layer.raster, layer.hidden)[layer.raster.indices(window, step)]
    return rgba


def _label_colors(classes: ClassTable) -> NDArray[np.uint8]:
    """Return RGBA by id; transparent for hidden classes and for ids that no class has."""
    table = np.zeros((MOST_ID + 1, 4), np.uint8)
    for entry in classes:
        if entry.visible:
            table[entry.id] = (*entry.color, 255)
    return table


def _paste(painter: QPainter, top: int, rgba: NDArray[np.uint8]) -> None:
    rows, cols = rgba.shape[:2]
    painter.drawImage(0, top, QImage(rgba.tobytes(), cols, rows, 4 * cols, QImage.Format.Format_RGBA8888))
