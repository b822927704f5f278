"""The labelling tools, driven with the mouse on a real canvas and compared with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit
from hsi_studio.core.selection import Selection
from hsi_studio.core.view import SingleBand, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.label_layer import LabelLayer
from hsi_studio.gui.label_menu import LabelMenu
from hsi_studio.gui.label_tools import LabelTools

ROWS, COLS = 30, 50
NONE, SHIFT, ALT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
Ids = NDArray[np.uint16]


@dataclass
class Bench:
    """A canvas of 600 × 400 with an image of 30 × 50 pixels at 1000 %, tools, and a hand."""

    canvas: Canvas
    labelling: Labelling
    tools: LabelTools
    menu: LabelMenu
    layer: LabelLayer
    notices: list[str]

    @property
    def ids(self) -> Ids:
        labels = self.labelling.labels
        assert labels is not None
        return labels.to_array()

    @property
    def shown(self) -> Ids:
        labels = self.labelling.shown
        assert labels is not None
        return labels.to_array()

    def press(self, row: float, col: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonPress, row, col, keys)

    def move(self, row: float, col: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseMove, row, col, keys)

    def release(self, row: float, col: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonRelease, row, col, keys)

    def click(self, row: float, col: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(row, col, keys)
        self.release(row, col, keys)

    def drag(self, *way: tuple[float, float], keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(*way[0], keys)
        for place in way[1:]:
            self.move(*place, keys)
        self.release(*way[-1], keys)

    def wheel(self, notches: int, keys: Qt.KeyboardModifier = NONE) -> None:
        point = QPointF(300, 200)
        turned = QPoint(0, 120 * notches) if keys != ALT else QPoint(120 * notches, 0)
        event = QWheelEvent(
            point,
            self.canvas.mapToGlobal(point),
            QPoint(),
            turned,
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def _send(self, kind: QEvent.Type, row: float, col: float, keys: Qt.KeyboardModifier) -> None:
        point = self.canvas.transform.to_widget(row, col)
        moved = kind == QEvent.Type.MouseMove
        button = Qt.MouseButton.NoButton if moved else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, point, self.canvas.mapToGlobal(point), button, button, keys)
        QApplication.sendEvent(self.canvas, event)


@pytest.fixture
def cube(make_cube: Callable[..., Cube]) -> Cube:
    """Two materials: spectra turn by 10° at column 20 and are dark from row 25 on."""
    values = np.zeros((ROWS, COLS, 2), np.float32)
    values[...] = (100, 0)
    values[:, 20:] = 100 * np.array([np.cos(np.radians(10)), np.sin(np.radians(10))])
    values[25:] /= 2
    return make_cube(values)


@pytest.fixture
def bench(qtbot: QtBot, cube: Cube) -> Iterator[Bench]:
    session = Session()
    service = RenderService(session)
    labelling = Labelling(session)
    canvas = Canvas(session, service)
    tools = LabelTools(labelling, session, canvas)
    layer = LabelLayer()
    notices: list[str] = []
    menu = LabelMenu(labelling, session, canvas, tools, tools)
    tools.easel.notice.connect(notices.append)
    menu.notice.connect(notices.append)
    labelling.labels_changed.connect(lambda windows: layer.show_labels(labelling.shown, windows))
    labelling.classes_changed.connect(lambda: layer.show_classes(labelling.classes))
    canvas.set_label_layer(layer)
    canvas.resize(600, 400)
    qtbot.addWidget(canvas)
    canvas.show()
    qtbot.waitExposed(canvas)
    session.add(OpenCube(cube, ViewSpec(SingleBand(0))))
    canvas.zoom_to(1000)
    labelling.commit(Edit("Classes", classes=(labelling.classes, ClassTable.from_names(["Corn", "Oats"]))))
    labelling.set_active(1)
    yield Bench(canvas, labelling, tools, menu, layer, notices)
    for part in (service, layer, tools, menu):
        part.stop()


def disc(row: int, col: int, size: int) -> NDArray[np.bool_]:
    """The pixels whose centres lie in a circle around a pixel's middle (odd sizes)."""
    rows, cols = np.mgrid[:ROWS, :COLS]
    return np.asarray((rows - row) ** 2 + (cols - col) ** 2 <= (size / 2) ** 2)


def box(top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
    inside = np.zeros((ROWS, COLS), bool)
    inside[top:bottom, left:right] = True
    return inside


def painted(bench: Bench, ids: Ids) -> None:
    """Make these the labels."""
    labels = bench.labelling.labels
    assert labels is not None
    bench.labelling.paint(labels.change(Window.full(ROWS, COLS), ids), "Painted")


def test_a_point_labels_the_pixel_where_the_button_goes_down(bench: Bench) -> None:
    bench.canvas.set_tool("point")
    bench.drag((3.9, 4.1), (6.0, 8.0))
    bench.click(0.5, 0.5)
    bench.click(-0.5, 7.5)
    truth = np.zeros((ROWS, COLS))
    truth[3, 4] = truth[0, 0] = 1
    assert np.array_equal(bench.ids, truth)
    bench.click(3.5, 4.5, ALT)
    assert bench.ids[3, 4] == 0


@pytest.mark.parametrize("scale", [1000, 200, 90])
def test_a_brush_paints_whole_pixels_along_its_way_at_any_zoom(bench: Bench, scale: float) -> None:
    bench.canvas.zoom_to(scale)
    bench.canvas.set_tool("brush")
    bench.tools.options.change(size=5)
    bench.drag((10.5, 10.5), (10.5, 30.5), (20.5, 30.5))
    way = [disc(10, col, 5) for col in range(10, 31)] + [disc(row, 30, 5) for row in range(10, 21)]
    assert np.array_equal(bench.ids, np.any(way, axis=0))
    assert bench.labelling.undo_title == "Brush: Corn"


def test_a_square_brush_of_even_size_ends_at_the_border(bench: Bench) -> None:
    bench.canvas.set_tool("brush")
    bench.tools.options.change(size=4, shape="square")
    bench.drag((28.0, 48.0), (28.0, 49.9))
    assert np.array_equal(bench.ids, box(26, 46, 30, 50))


def test_a_drag_is_one_step_of_undo_and_shown_before_it_ends(bench: Bench) -> None:
    bench.canvas.set_tool("brush")
    steps: list[str | None] = []
    bench.labelling.committed.connect(lambda edit: steps.append(edit.title))
    bench.press(10.5, 10.5)
    for col in range(11, 40):
        bench.move(10.5, col + 0.5)
    assert bench.shown.any()
    assert not bench.ids.any()
    bench.release(10.5, 39.5)
    assert steps == ["Brush: Corn"]
    assert bench.ids.any()
    bench.labelling.undo()
    assert not bench.shown.any()


def test_shift_leaves_other_classes_and_alt_takes_only_the_active_one(bench: Bench) -> None:
    before = np.zeros((ROWS, COLS), np.uint16)
    before[:, 10:20] = 2
    painted(bench, before)
    bench.canvas.set_tool("brush")
    bench.tools.options.change(size=3, shape="square")
    bench.drag((5.5, 5.5), (5.5, 25.5), keys=SHIFT)
    added = np.where((before == 0) & box(4, 4, 7, 27), 1, before)
    assert np.array_equal(bench.ids, added)
    bench.drag((5.5, 15.5), (5.5, 40.5), keys=ALT)
    assert np.array_equal(bench.ids, np.where((added == 1) & box(4, 14, 7, 42), 0, added))


def test_the_eraser_takes_all_but_locked_classes(bench: Bench) -> None:
    before = np.ones((ROWS, COLS), np.uint16)
    before[:, 25:] = 2
    painted(bench, before)
    bench.labelling.commit(class_edits.set_locked(bench.labelling.classes, 2, True))
    bench.canvas.set_tool("eraser")
    bench.tools.options.change(size=3, shape="square")
    bench.drag((10.5, 20.5), (10.5, 30.5))
    assert np.array_equal(bench.ids, np.where(box(9, 19, 12, 25), 0, before))


def test_a_line_follows_the_pointer_and_leaves_no_trace_of_where_it_was(bench: Bench) -> None:
    bench.canvas.set_tool("line")
    bench.tools.options.change(size=1)
    bench.press(5.5, 5.5)
    bench.move(25.5, 5.5)
    assert np.array_equal(bench.shown, box(5, 5, 26, 6))
    drawn_anew: list[tuple[Window, ...]] = []
    bench.labelling.labels_changed.connect(drawn_anew.append)
    bench.move(5.5, 25.5)
    assert np.array_equal(bench.shown, box(5, 5, 6, 26))
    for last in (Window(25, 5, 1, 1), Window(5, 25, 1, 1)):
        assert any(window.contains(last) for window in drawn_anew[0])
    bench.release(15.5, 15.5)
    assert np.array_equal(bench.ids, np.eye(ROWS, COLS) * np.any([box(5, 5, 16, 16)], axis=0))


def test_a_line_is_as_wide_as_the_brush(bench: Bench) -> None:
    bench.canvas.set_tool("line")
    bench.tools.options.change(size=5)
    bench.drag((10.5, 10.5), (10.5, 30.5))
    assert np.array_equal(bench.ids[:, 12:29], box(8, 12, 13, 29)[:, 12:29])


def test_the_ring_is_dashed_where_a_press_would_take_labels_away(bench: Bench) -> None:
    for tool, keys, dashed in (("brush", NONE, False), ("brush", ALT, True), ("eraser", NONE, True)):
        bench.canvas.set_tool(tool)  # type: ignore[arg-type]
        bench.move(9.5, 9.5)
        bench.move(10.5, 10.5, keys)
        outline = bench.canvas._scene.marks.outline
        assert outline is not None
        assert outline.dashed == dashed, tool


def test_a_rectangle_is_filled(bench: Bench) -> None:
    bench.canvas.set_tool("rectangle")
    bench.drag((20.2, 30.9), (12.5, 33.5), (10.9, 20.1))
    assert np.array_equal(bench.ids, box(10, 20, 21, 31))


@pytest.mark.parametrize("tool", ["polygon", "lasso"])
def test_pixels_whose_centres_lie_in_a_polygon_or_lasso_are_filled(
    bench: Bench, qtbot: QtBot, tool: str
) -> None:
    corners = [(4.0, 6.0), (4.0, 30.0), (24.0, 6.0)]
    bench.canvas.set_tool(tool)  # type: ignore[arg-type]
    if tool == "polygon":
        for corner in (*corners, (29.0, 49.0)):
            bench.click(*corner)
        qtbot.keyClick(bench.canvas, Qt.Key.Key_Backspace)
        qtbot.keyClick(bench.canvas, Qt.Key.Key_Return)
    else:
        bench.drag(*corners)
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    inside = (rows > 4) & (cols > 6) & ((rows - 4) / 20 + (cols - 6) / 24 < 1)
    assert np.count_nonzero(bench.ids != inside) <= 2  # centres on the border may go either way
    assert bench.labelling.undo_title == f"{tool.title()}: Corn"


def test_escape_drops_what_is_half_drawn(bench: Bench, qtbot: QtBot) -> None:
    for tool in ("brush", "line", "rectangle", "lasso", "wand"):
        bench.canvas.set_tool(tool)  # type: ignore[arg-type]
        bench.press(5.5, 5.5)
        bench.move(9.5, 15.5)
        qtbot.keyClick(bench.canvas, Qt.Key.Key_Escape)
        bench.release(9.5, 15.5)
        qtbot.wait(20)
        assert not bench.shown.any(), tool
        assert bench.canvas._scene.marks.draft is None


def test_the_wand_grows_over_similar_spectra_however_bright(bench: Bench, qtbot: QtBot) -> None:
    bench.canvas.set_tool("wand")
    bench.tools.options.change(angle=4.0)
    bench.press(3.5, 3.5)
    left = box(0, 0, ROWS, 20)
    qtbot.waitUntil(lambda: np.array_equal(bench.shown, left))
    assert not bench.ids.any()
    bench.wheel(10)  # 4° × 1.15¹⁰ = 16°
    qtbot.waitUntil(lambda: bool(bench.shown.all()))
    bench.wheel(-10)
    bench.release(3.5, 3.5)
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, left))
    assert bench.labelling.undo_title == "Spectral wand: Corn"
    assert bench.canvas._scene.marks.draft is None


def test_the_wand_keeps_its_answer_when_it_comes_after_the_release(bench: Bench, qtbot: QtBot) -> None:
    bench.canvas.set_tool("wand")
    bench.click(3.5, 30.5)
    bench.click(3.5, 3.5, ALT)
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, box(0, 20, ROWS, COLS)))


def test_the_wand_everywhere_finds_what_is_not_connected(bench: Bench, qtbot: QtBot, cube: Cube) -> None:
    bench.canvas.set_tool("wand")
    bench.tools.options.change(connected=False, where="unlabelled")
    before = np.zeros((ROWS, COLS), np.uint16)
    before[:, 8:12] = 2
    painted(bench, before)
    bench.click(3.5, 3.5)
    truth = np.where(box(0, 0, ROWS, 20) & (before == 0), 1, before)
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, truth))


def test_flood_fill_goes_by_the_colour_on_screen(bench: Bench, qtbot: QtBot) -> None:
    bench.canvas.set_tool("flood")
    bench.tools.options.change(tolerance=1)
    bench.click(3.5, 3.5)
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, box(0, 0, 25, 20)))


def test_the_wheel_changes_the_tolerance_of_a_flood_fill(bench: Bench, qtbot: QtBot) -> None:
    bench.canvas.set_tool("flood")
    bench.tools.options.change(tolerance=1)
    bench.press(3.5, 3.5)
    qtbot.waitUntil(lambda: np.array_equal(bench.shown, box(0, 0, 25, 20)))
    angle = bench.tools.options.now.angle
    bench.wheel(60)
    qtbot.waitUntil(lambda: np.count_nonzero(bench.shown) > 25 * 20)
    assert bench.tools.options.now.tolerance > 1
    assert bench.tools.options.now.angle == angle
    bench.release(3.5, 3.5)


@pytest.mark.parametrize("connected", [True, False])
def test_the_wand_stays_with_connected_pixels_or_goes_everywhere(
    bench: Bench, qtbot: QtBot, make_cube: Callable[..., Cube], connected: bool
) -> None:
    values = np.full((ROWS, COLS, 2), (100, 0), np.float32)
    values[:, 20:30] = (0, 100)
    bench.canvas._session.add(OpenCube(make_cube(values), ViewSpec(SingleBand(0))))
    bench.canvas.zoom_to(1000)
    bench.canvas.set_tool("wand")
    bench.tools.options.change(connected=connected)
    bench.click(3.5, 3.5)
    left, right = box(0, 0, ROWS, 20), box(0, 30, ROWS, COLS)
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, left if connected else left | right))


def test_undo_during_a_stroke_ends_it_and_is_kept(bench: Bench) -> None:
    bench.canvas.set_tool("point")
    bench.click(1.5, 1.5)
    bench.canvas.set_tool("brush")
    bench.press(10.5, 10.5)
    bench.labelling.undo()
    bench.move(10.5, 20.5)
    bench.release(10.5, 20.5)
    assert not bench.shown.any()


def test_the_first_stroke_makes_a_class(bench: Bench) -> None:
    bench.labelling.commit(Edit("None", classes=(bench.labelling.classes, ClassTable(()))))
    bench.canvas.set_tool("point")
    bench.click(1.5, 1.5)
    (entry,) = bench.labelling.classes
    assert entry.name == "Class 1"
    assert bench.ids[1, 1] == bench.labelling.active == entry.id
    assert "Class 1" in bench.notices[-1]


def test_only_where_the_prediction_says(bench: Bench) -> None:
    predicted = np.zeros((ROWS, COLS), np.uint8)
    predicted[:, 12:] = 7
    classes = ClassTable((replace(ClassTable.from_names(["corn"]).entries[0], id=7),))
    raster = ClassRaster("Prediction", predicted, classes, np.ones((ROWS, COLS), np.float32))
    bench.canvas._session.set_layers((Layer(raster),))
    bench.tools.options.change(where="predicted")
    bench.canvas.set_tool("rectangle")
    bench.drag((2.5, 2.5), (8.5, 20.5))
    assert np.array_equal(bench.ids, box(2, 12, 9, 21))


def test_ctrl_and_wheel_size_the_brush_and_the_wheel_alone_zooms(bench: Bench) -> None:
    bench.canvas.set_tool("brush")
    zoom = bench.canvas.zoom
    bench.wheel(1, CTRL)
    assert (bench.tools.options.now.size, bench.canvas.zoom) == (6, zoom)
    bench.tools.options.change(size=1)
    bench.wheel(-1, CTRL)
    assert bench.tools.options.now.size == 1
    bench.wheel(1)
    assert bench.canvas.zoom > zoom


def test_the_outline_is_that_of_the_pixels_a_press_would_paint(bench: Bench) -> None:
    bench.canvas.set_tool("brush")
    bench.tools.options.change(size=3, shape="square")
    bench.move(10.5, 20.5)
    outline = bench.canvas._scene.marks.outline
    assert outline is not None
    assert outline.window == Window(9, 19, 3, 3)
    bench.tools.options.change(size=5)
    assert bench.canvas._scene.marks.outline.window == Window(8, 18, 5, 5)  # type: ignore[union-attr]
    QApplication.sendEvent(bench.canvas, QEvent(QEvent.Type.Leave))
    assert bench.canvas._scene.marks.outline is None


def color_at(bench: Bench, row: float, col: float) -> tuple[int, int, int]:
    image = bench.canvas.grab().toImage()
    at = bench.canvas.transform.to_widget(row, col).toPoint()
    return QColor(image.pixel(at)).getRgb()[:3]  # type: ignore[return-value]


def test_a_stroke_is_painted_while_it_is_drawn_and_undo_removes_it(bench: Bench, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bench.canvas._service.overview() is not None)
    bench.layer.set_shown(True, 1.0)
    corn = bench.labelling.classes[1].color
    before = color_at(bench, 10.5, 30.2)
    bench.canvas.set_tool("brush")
    bench.press(10.5, 20.5)
    bench.move(10.5, 35.5)
    assert color_at(bench, 10.5, 30.2) == corn
    bench.release(10.5, 35.5)
    assert color_at(bench, 10.5, 30.2) == corn
    bench.labelling.undo()
    assert color_at(bench, 10.5, 30.2) == before


def test_the_menu_picks_selects_relabels_and_clears(bench: Bench, qtbot: QtBot) -> None:
    before = np.zeros((ROWS, COLS), np.uint16)
    before[5:10, 5:10] = before[5:10, 30:40] = 2
    painted(bench, before)

    def choose(text: str, place: tuple[int, int] = (7, 7)) -> None:
        menu = bench.menu.build(*place)
        found = {action.text(): action for action in menu.actions()}
        submenu = found["Relabel region"].menu() if text == "Corn" else None
        if submenu is not None:
            found = {action.text(): action for action in submenu.actions()}  # type: ignore[attr-defined]
        found[text].trigger()

    choose("Pick Oats")
    assert bench.labelling.active == 2
    choose("Corn")
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, np.where(box(5, 5, 10, 10), 1, before)))
    choose("Clear region")
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, np.where(box(5, 5, 10, 10), 0, before)))
    choose("Select connected region", (7, 35))
    qtbot.waitUntil(lambda: bench.canvas.selection is not None)
    assert bench.canvas.selection is not None
    assert bench.canvas.selection.window == Window(5, 30, 5, 10)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not bench.ids.any())
    choose("Copy coordinates", (7, 35))
    assert QGuiApplication.clipboard().text() == "row 7, col 35"


def test_enter_labels_the_selection_and_escape_lets_it_go(bench: Bench, qtbot: QtBot) -> None:
    bench.canvas.set_selection(Selection(Window(3, 4, 2, 2), np.eye(2, dtype=bool)))
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Return)
    truth = np.zeros((ROWS, COLS))
    truth[3, 4] = truth[4, 5] = 1
    qtbot.waitUntil(lambda: np.array_equal(bench.ids, truth))
    assert bench.canvas.selection is None
    bench.canvas.set_selection(Selection(Window(3, 4, 1, 1), np.ones((1, 1), bool)))
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Escape)
    assert bench.canvas.selection is None


def test_a_cube_without_labels_of_its_own_starts_empty(bench: Bench) -> None:
    assert bench.labelling.labels == Labels(ROWS, COLS)
