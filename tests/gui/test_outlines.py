"""Outlines of pixels as they are painted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.gui.outlines import brush_outline

_SIDE = 80


@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_the_ring_of_the_brush_is_as_strong_on_a_fine_screen(ratio: int) -> None:
    picture = QImage(_SIDE * ratio, _SIDE * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(0)
    outline = brush_outline(4.5, 4.5, "square", 3, dashed=False)
    painter = QPainter(picture)
    outline.paint(painter, ViewTransform(scale=8))
    painter.end()
    shades = np.frombuffer(picture.constBits(), np.uint8).reshape(_SIDE * ratio, _SIDE * ratio, 4)[..., 0]
    (white,) = np.nonzero(shades[36 * ratio, : 36 * ratio] > 128)
    assert len(white) == pytest.approx(1.3 * ratio, abs=0.7)
    assert white.mean() / ratio == pytest.approx(3 * 8, abs=1)
