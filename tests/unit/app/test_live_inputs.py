"""What is read off labels for the live map."""

import numpy as np

from hsi_studio.app.live_inputs import labelled_pixels
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import TILE, Labels


def test_labelled_pixels_of_known_classes_over_tiles() -> None:
    ids = np.zeros((TILE + 5, TILE + 7), int)
    ids[3, 4], ids[TILE + 1, TILE + 2], ids[0, 0] = 1, 2, 9
    positions, targets = labelled_pixels(Labels.from_array(ids), ClassTable.from_names(["Corn", "Woods"]))
    found = dict(zip(positions.tolist(), targets.tolist(), strict=True))
    assert found == {3 * (TILE + 7) + 4: 0, (TILE + 1) * (TILE + 7) + TILE + 2: 1}
