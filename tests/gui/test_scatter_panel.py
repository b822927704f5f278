"""The Scatter tab with the demo scene: axes, lasso, highlight, painting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from hsi_studio.app.catalogue import IndexCatalogue
from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.scatter_model import ScatterModel
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.spectra_model import SpectraModel
from hsi_studio.core import class_edits
from hsi_studio.core.brush import rectangle
from hsi_studio.core.presets import default_view
from hsi_studio.core.region import Rectangle
from hsi_studio.core.scatter import BandValue, Component, IndexValue
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.highlight import HIGHLIGHT, Highlighter
from hsi_studio.gui.scatter_axes import AxisChoice
from hsi_studio.gui.scatter_panel import ScatterPanel
from hsi_studio.gui.scatter_plot import ScatterPlot
from hsi_studio.io.demo_scene import open_demo

NONE, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@dataclass
class Parts:
    """Canvas and panel on the demo scene, tied as in the main window."""

    session: Session
    labelling: Labelling
    canvas: Canvas
    spectra: SpectraModel
    panel: ScatterPanel


@pytest.fixture
def parts(qtbot: QtBot) -> Iterator[Parts]:
    session, jobs = Session(), JobQueue()
    labelling, service, catalogue = Labelling(session), RenderService(session), IndexCatalogue(session)
    model, spectra = ScatterModel(session, labelling, jobs), SpectraModel(session)
    host = QSplitter(Qt.Orientation.Vertical)
    qtbot.addWidget(host)
    canvas, panel = Canvas(session, service), ScatterPanel(model, labelling, catalogue, ScatterPlot())
    panel.highlighted.connect(Highlighter(canvas, model).show)
    spectra.regions_changed.connect(partial(model.set_regions, "spectra"))
    host.addWidget(canvas)
    host.addWidget(panel)
    host.resize(900, 700)
    host.show()
    panel.set_awake(True)
    cube, _ = open_demo()
    session.add(OpenCube(cube, default_view(cube)))
    wait_for_picture(qtbot, panel)
    yield Parts(session, labelling, canvas, spectra, panel)
    for part in (model, jobs, service, spectra, catalogue):
        part.stop()


@pytest.fixture
def panel(parts: Parts) -> ScatterPanel:
    return parts.panel


def wait_for_picture(qtbot: QtBot, panel: ScatterPanel) -> None:
    qtbot.waitUntil(lambda: panel._model.sample is not None, timeout=180_000)
    qtbot.waitUntil(lambda: panel.plot._colors.image is not None, timeout=180_000)


def at(panel: ScatterPanel, x: float, y: float) -> QPoint:
    """Return the place of a point of the plane, in fractions of the plot's area."""
    area = panel.plot.getViewBox().sceneBoundingRect()
    scene = QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
    return panel.plot.mapFromScene(scene)


def draw(panel: ScatterPanel, *corners: tuple[float, float], keys: Qt.KeyboardModifier = NONE) -> None:
    viewport, places = panel.plot.viewport(), [at(panel, *corner) for corner in corners]
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, keys, places[0])
    for place in places[1:]:
        QTest.mouseMove(viewport, place)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, keys, places[-1])


LEFT = ((0.02, 0.02), (0.02, 0.98), (0.4, 0.98), (0.4, 0.02))


def selected(qtbot: QtBot, panel: ScatterPanel, before: int = -1) -> int:
    def differs() -> bool:
        return panel._model.chosen is not None and panel._model.chosen.count != before

    qtbot.waitUntil(differs)
    assert panel._model.chosen is not None
    return panel._model.chosen.count


def test_a_lasso_highlights_its_pixels_on_the_image(qtbot: QtBot, parts: Parts, panel: ScatterPanel) -> None:
    assert panel.readout.text() == "21\u202f025 pixels"
    draw(panel, *LEFT)
    count = selected(qtbot, panel)
    assert panel.readout.text() == f"{count:,} selected".replace(",", "\u202f")
    question, chosen = panel._model.question, panel._model.chosen
    assert question is not None
    assert chosen is not None
    assert question.axes == (
        BandValue(question.cube.nearest_band(660)),
        BandValue(question.cube.nearest_band(860)),
    )
    points = np.dstack([question.cube.physical(question.cube.band(axis.band)) for axis in question.axes])
    low, high = (side(panel._model.lassos[0].vertices, axis=0) for side in (np.min, np.max))
    margin = (high - low) * 0.02
    well_inside = ((points > low + margin) & (points < high - margin)).all(axis=2)
    inside = ((points >= low) & (points <= high)).all(axis=2)
    assert 1000 < well_inside.sum() <= count <= inside.sum()
    assert (chosen.mask[well_inside]).all()
    assert not chosen.mask[~inside].any()

    row, col = np.argwhere(chosen.mask)[count // 2]
    place = parts.canvas.transform.to_widget(row + 0.5, col + 0.5)
    picture = parts.canvas.grab().toImage()
    shade = picture.pixelColor((place * picture.devicePixelRatio()).toPoint())
    assert shade.red() > 150
    assert shade.green() < shade.blue()
    panel.set_awake(False)
    assert parts.canvas._scene.marks.highlight is None
    panel.set_awake(True)
    qtbot.waitUntil(lambda: parts.canvas._scene.marks.highlight is not None)


def test_shift_adds_alt_takes_out_escape_lets_go(qtbot: QtBot, panel: ScatterPanel) -> None:
    draw(panel, *LEFT)
    first = selected(qtbot, panel)
    draw(panel, (0.5, 0.02), (0.5, 0.98), (0.9, 0.98), (0.9, 0.02), keys=SHIFT)
    more = selected(qtbot, panel, first)
    assert more > first
    draw(panel, *LEFT, keys=ALT)
    assert selected(qtbot, panel, more) == pytest.approx(more - first, abs=more / 50)
    draw(panel, *LEFT)
    assert selected(qtbot, panel, more - first) == pytest.approx(first, abs=first / 50)
    QTest.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert panel._model.chosen is None
    assert panel.readout.text() == "21\u202f025 pixels"


def test_painting_needs_a_class_and_is_one_step(qtbot: QtBot, parts: Parts, panel: ScatterPanel) -> None:
    draw(panel, *LEFT)
    count = selected(qtbot, panel)
    labelling = parts.labelling
    assert not panel.paint_button.isEnabled()
    assert "class" in panel.paint_button.toolTip()
    entry = class_edits.new_class(labelling.classes, "Shade")
    labelling.commit(class_edits.add(labelling.classes, entry))
    labelling.set_active(entry.id)
    assert panel.paint_button.text() == " Paint as Shade"
    with qtbot.waitSignal(panel._model.notice, timeout=180_000):
        QTest.mouseClick(panel.paint_button, Qt.MouseButton.LeftButton)
    assert dict(labelling.counts) == {entry.id: count}
    labelling.undo()
    assert not labelling.counts


def type_axis(choice: AxisChoice, text: str) -> None:
    choice.setFocus()
    choice.lineEdit().selectAll()
    QTest.keyClicks(choice.lineEdit(), text)
    QTest.keyClick(choice.lineEdit(), Qt.Key.Key_Return)


def test_axes_are_searched_by_typing(qtbot: QtBot, panel: ScatterPanel) -> None:
    assert panel.horizontal.findText("NDVI") < 0  # read when somebody comes near: it holds other work up
    QTest.mouseMove(panel.horizontal)
    qtbot.waitUntil(lambda: panel.horizontal.findText("NDVI") >= 0, timeout=180_000)
    type_axis(panel.horizontal, "NDVI")
    assert panel._model.question is not None
    assert panel._model.question.axes[0] == IndexValue("NDVI")
    wait_for_picture(qtbot, panel)
    assert panel.plot.getAxis("bottom").labelText == "NDVI"
    type_axis(panel.vertical, "mnf 2")
    assert panel._model.question.axes[1] == Component("MNF", 1)
    wait_for_picture(qtbot, panel)


def test_text_that_is_no_axis_gives_way_to_the_axis(qtbot: QtBot, panel: ScatterPanel) -> None:
    before = panel.horizontal.currentText()
    type_axis(panel.horizontal, "nonsense")
    assert panel.horizontal.currentText() == before


def test_regions_of_the_image_show_in_the_plot(qtbot: QtBot, parts: Parts, panel: ScatterPanel) -> None:
    assert not panel.plot._colors.image.any()
    parts.spectra.add_region(Rectangle(Window(20, 30, 9, 9)))
    qtbot.waitUntil(lambda: bool(panel.plot._colors.image.any()))
    shown = panel.plot._colors.image
    color = parts.spectra.entries[0].color
    assert {tuple(pixel) for pixel in shown[shown[:, :, 3] > 0][:, :3].tolist()} == {color}
    parts.spectra.clear()
    qtbot.waitUntil(lambda: not panel.plot._colors.image.any())


def test_pixels_selected_in_the_image_show_in_the_plot(
    qtbot: QtBot, parts: Parts, panel: ScatterPanel
) -> None:
    parts.canvas.set_selection(rectangle(Window(20, 30, 9, 9)))
    qtbot.waitUntil(lambda: bool(panel.plot._colors.image.any()))
    shown = panel.plot._colors.image
    assert {QColor(*pixel).name() for pixel in shown[shown[:, :, 3] > 0][:, :3].tolist()} == {HIGHLIGHT}
    parts.canvas.set_selection(None)
    qtbot.waitUntil(lambda: not panel.plot._colors.image.any())


def test_labelled_pixels_alone(qtbot: QtBot, parts: Parts, panel: ScatterPanel) -> None:
    panel.kind.setCurrentIndex(1)
    panel.kind.activated.emit(1)
    qtbot.waitUntil(lambda: panel._model.sample is not None)
    assert "labelled" in panel.plot.hint.text()
    labelling = parts.labelling
    entry = class_edits.new_class(labelling.classes, "Shade")
    labelling.commit(class_edits.add(labelling.classes, entry))
    labels = labelling.labels
    assert labels is not None
    labelling.paint(labels.change(Window(0, 0, 30, 30), np.full((30, 30), entry.id)), "Brush")
    qtbot.waitUntil(lambda: panel.readout.text() == "900 pixels")
    qtbot.waitUntil(lambda: bool(panel.plot._colors.image.any()))
    shown = panel.plot._colors.image
    assert {tuple(pixel) for pixel in shown[shown[:, :, 3] > 0][:, :3].tolist()} == {entry.color}
    assert not panel.plot.hint.text()


def test_the_highlight_is_not_in_the_way_of_another_cube(
    qtbot: QtBot, parts: Parts, panel: ScatterPanel
) -> None:
    draw(panel, *LEFT)
    selected(qtbot, panel)
    assert parts.canvas._scene.marks.highlight is not None
    parts.session.close(0)
    assert parts.canvas._scene.marks.highlight is None
    assert panel._model.question is None


def test_the_lasso_has_the_colour_of_the_highlight(qtbot: QtBot, panel: ScatterPanel) -> None:
    draw(panel, *LEFT)
    selected(qtbot, panel)
    assert [item.pen().color().name() for item in panel.plot._lassos] == [HIGHLIGHT]
