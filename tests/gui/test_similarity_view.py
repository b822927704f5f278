"""The matrix of how alike texts are."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.core.colormaps import lut
from hsi_studio.gui.similarity_view import _Matrix


@pytest.mark.parametrize(("count", "ruled"), [(8, True), (56, False)])
def test_many_cells_are_not_hidden_behind_lines(qtbot: QtBot, count: int, ruled: bool) -> None:
    matrix = _Matrix()
    qtbot.addWidget(matrix)
    matrix.show_cosines(
        tuple(f"Class {number}" for number in range(count)), np.ones((count, count), np.float32)
    )
    picture = matrix.grab().toImage()
    seen = {picture.pixelColor(x, y).getRgb()[:3] for x in range(matrix.width()) for y in range(40)}
    alike = tuple(lut("inferno")[0].tolist())  # nothing is less alike
    assert alike in seen
    assert (seen != {alike}) == ruled
