"""Map beside truth, away from the labels."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.comparison import Comparator, Comparison, Pair, compare, pixels_of
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.core.presets import default_view
from hsi_studio.core.window import Window

TABLE = ClassTable.from_names(["Corn", "Wheat"])
TRUTH = np.zeros((20, 30), np.int16)
TRUTH[:, :10], TRUTH[:, 10:20], TRUTH[:, 20:25] = 1, 2, 3


def _pair(found: np.ndarray, labels: Labels | None = None, learned: list[int] | None = None) -> Pair:
    truth = ClassRaster("Ground truth", TRUTH, ClassTable.from_names(["wheat", "corn", "Oats"]))
    sure = np.ones(found.shape, np.float32)
    taught = None if learned is None else np.array(learned, np.intp)
    return Pair(truth, ClassRaster("Prediction", found, TABLE, sure, taught), labels)


def test_classes_meet_by_name_and_what_the_map_lacks_is_wrong() -> None:
    found = np.ones((20, 30), np.int16)  # Corn everywhere
    result = compare(_pair(found))
    assert result.figures is not None
    assert [entry.name for entry in result.classes] == ["Corn", "Wheat", "Oats"]
    assert (result.count(1, 1), result.count(2, 1), result.count(3, 1)) == (200, 200, 100)
    assert result.figures.overall_accuracy == pytest.approx(200 / 500)
    assert (result.unknown, result.near, result.left_out) == (100, 0, 0)
    assert (result.rows, result.columns) == ((1, 2, 3), (1, 2, 3))


def test_labels_are_left_out_and_their_neighbours_counted() -> None:
    empty = Labels(20, 30)
    labels = empty.applied(empty.change(Window(10, 5, 1, 1), np.array([[2]])))
    result = compare(_pair(np.ones((20, 30), np.int16), labels, learned=[10 * 30 + 12]))
    assert result.left_out == 2
    # Columns 2 to 8 around the label and 9 to 15 around the learned pixel, seven rows, without themselves.
    assert result.near == pytest.approx((7 * 14 - 2) / 498)


def test_pixels_of_a_cell_and_pixels_without_a_class() -> None:
    found = np.where(TRUTH == 2, 0, 1).astype(np.int16)
    result = compare(_pair(found))
    np.testing.assert_array_equal(pixels_of(result, 1, 0), TRUTH == 2)
    assert result.columns[-1] == 0


def test_nothing_left_to_compare() -> None:
    result = compare(_pair(np.ones((20, 30), np.int16), learned=list(range(600))))
    assert result.figures is None
    assert result.left_out == 500


def test_follows_layers_and_labels_only_while_watched(make_cube: Callable[..., Cube], qtbot: QtBot) -> None:
    cube = make_cube(np.ones((20, 30, 3), np.float32))
    session = Session()
    labelling = Labelling(session)
    comparator = Comparator(session, labelling)
    pair = _pair(np.ones((20, 30), np.int16))
    session.add(OpenCube(cube, default_view(cube), layers=(Layer(pair.truth), Layer(pair.map))))
    told: list[Comparison | None] = []
    comparator.changed.connect(told.append)
    qtbot.wait(50)
    assert not told
    comparator.watch(True)
    qtbot.waitUntil(lambda: len(told) == 1)
    assert labelling.labels is not None
    labelling.paint(labelling.labels.change(Window(0, 0, 1, 1), np.array([[1]])), "Point")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] is not None
    assert told[1].left_out == 1
    session.update_layer(1, opacity=0.2)
    qtbot.wait(50)
    assert len(told) == 2
    session.set_layers((Layer(pair.map),))
    qtbot.waitUntil(lambda: told[-1] is None)
    comparator.stop()
