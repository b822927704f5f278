"""The confusion matrix in the window."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from hsi_studio.app.comparison import Pair, compare
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.gui.confusion_model import ConfusionModel
from hsi_studio.gui.confusion_panel import ConfusionPanel
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.theme import DARK, LIGHT, Theme, Tokens


@pytest.fixture
def panel(demo_window: MainWindow, qtbot: QtBot) -> ConfusionPanel:
    """The panel beside a map that takes woods (14) for corn (4) and knows the rest."""
    assert demo_window.session.current is not None
    truth = demo_window.session.current.layers[0].raster
    assert isinstance(truth, ClassRaster)
    ids = np.where(truth.ids == 14, 4, truth.ids)
    found = ClassRaster("Prediction", ids, truth.classes, np.ones(ids.shape, np.float32))
    assert demo_window.session.cube is not None
    demo_window.models.predictor._add(demo_window.session.cube, found)
    demo_window.docks.show("Confusion")
    panel = demo_window.plots.confusion
    qtbot.waitUntil(lambda: panel.model.comparison is not None, timeout=180_000)
    return panel


def test_a_cell_lights_its_pixels_and_goes_out_again(
    panel: ConfusionPanel, demo_window: MainWindow, qtbot: QtBot
) -> None:
    model, marks = panel.model, demo_window.canvas._scene.marks
    assert model.comparison is not None
    assert model.comparison.figures is not None
    cell = model.index(model.comparison.rows.index(14), model.comparison.columns.index(4))
    assert "of Woods called Corn" in model.data(cell, Qt.ItemDataRole.ToolTipRole)
    panel.table.scrollTo(cell)
    place = panel.table.visualRect(cell).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: marks.highlight is not None)
    assert "called Corn" in panel.said.text()
    assert marks.highlight is not None
    row, col = np.argwhere(model.comparison.pair.truth.ids == 14)[0]
    assert marks.highlight.picture.pixelColor(int(col), int(row)).alpha() > 0
    assert marks.highlight.picture.pixelColor(0, 0).alpha() == 0
    demo_window.canvas.zoom_to(800)  # the scatter plot, which lights pixels too, leaves these alone
    assert marks.highlight is not None
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert marks.highlight is None


def test_shares_by_key_and_figures(panel: ConfusionPanel, demo_window: MainWindow, qtbot: QtBot) -> None:
    model = panel.model
    assert model.comparison is not None
    cell = model.index(model.comparison.rows.index(14), model.comparison.columns.index(4))
    assert model.data(cell) == str(model.comparison.count(14, 4))
    demo_window.commands["model.shares"].trigger()
    assert model.data(cell) == "100"
    assert "overall accuracy" in panel.figures.text()
    assert model.data(model.index(0, len(model.comparison.columns))) == "100 %"  # recall of the first class
    demo_window.docks.show("Jobs")
    demo_window.session.set_layers(())
    demo_window.docks.show("Confusion")
    qtbot.waitUntil(panel.empty.isVisible)


def test_figures_are_doubted_where_many_test_pixels_lie_beside_labels(panel: ConfusionPanel) -> None:
    assert panel.model.comparison is not None
    few, many = (replace(panel.model.comparison, near=share) for share in (0.004, 0.34))
    panel.show_comparison(many)
    assert panel.warning.isVisible()
    assert "34 % of the test pixels lie within 3 pixels of a label" in panel.warning.text()
    assert "farther from labels the map may be less accurate" in panel.warning.text()
    panel.show_comparison(few)
    assert not panel.warning.isVisible()


def _model() -> ConfusionModel:
    """Return the matrix of three pixels of Corn, one without a class, and one of Woods taken for Corn."""
    truth = np.array([[1, 1, 1, 2]])
    found = np.array([[1, 1, 0, 1]])
    table = ClassTable.from_names(["Corn", "Woods"])
    sure = np.ones(found.shape, np.float32)
    model = ConfusionModel()
    model.show(
        compare(Pair(ClassRaster("Truth", truth, table), ClassRaster("Map", found, table, sure), None))
    )
    return model


def test_rows_tell_the_numbers_that_columns_have_and_columns_the_names() -> None:
    model = _model()
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    assert [model.headerData(row, down) for row in range(2)] == ["1 Corn", "2 Woods"]
    assert [model.headerData(column, across) for column in range(3)] == ["1", "2", "none"]
    told = [model.headerData(column, across, Qt.ItemDataRole.ToolTipRole) for column in range(3)]
    assert told == ["Corn", "Woods", "no class: rejected or not classified"]
    assert model.words(1, 0) == "1 pixel of Corn has no class"
    assert model.words(2, 0) == "0 pixels of Woods have no class"
    assert model.words(1, 1) == "2 pixels of Corn rightly called so"


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_figures_are_readable_on_every_shade(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Theme, "current", lambda: tokens)
    model = _model()
    for row, column in ((0, 0), (1, 0)):  # right, and a whole row wrong
        shade = model.data(model.index(row, column), Qt.ItemDataRole.BackgroundRole).color()
        ground = _over(shade, QColor(tokens.panel))
        assert _contrast(ground, QColor(tokens.text)) >= 4.5


def _over(color: QColor, ground: QColor) -> QColor:
    share = color.alphaF()
    pairs = zip(color.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * one + (1 - share) * other for one, other in pairs))


def _contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours (WCAG 2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    parts = color.getRgbF()[:3]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
