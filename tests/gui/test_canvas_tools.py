"""The canvas: pointing, picking and drawing regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.cube import Cube
from hsi_studio.core.region import Polygon, Rectangle
from hsi_studio.core.view import SingleBand, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def canvas(qtbot: QtBot, make_cube: Callable[..., Cube]) -> Iterator[Canvas]:
    """A canvas of 600 × 400 with an image of 30 × 50 pixels at 1000 %."""
    session = Session()
    service = RenderService(session)
    widget = Canvas(session, service)
    widget.resize(600, 400)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    session.add(OpenCube(make_cube(np.zeros((30, 50, 1), np.uint8)), ViewSpec(SingleBand(0))))
    widget.zoom_to(1000)
    yield widget
    service.stop()


class Hand:
    """Moves the pointer over image positions."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def press(self, row: float, col: float, *, shift: bool = False) -> None:
        self._send(QEvent.Type.MouseButtonPress, row, col, LEFT, shift)

    def move(self, row: float, col: float, *, shift: bool = False) -> None:
        self._send(QEvent.Type.MouseMove, row, col, NONE, shift)

    def release(self, row: float, col: float) -> None:
        self._send(QEvent.Type.MouseButtonRelease, row, col, LEFT, False)

    def click(self, row: float, col: float, *, shift: bool = False) -> None:
        self.press(row, col, shift=shift)
        self.release(row, col)

    def double_click(self, row: float, col: float) -> None:
        self.click(row, col)
        self._send(QEvent.Type.MouseButtonDblClick, row, col, LEFT, False)
        self.release(row, col)

    def _send(self, kind: QEvent.Type, row: float, col: float, button: Qt.MouseButton, shift: bool) -> None:
        point: QPointF = self._canvas.transform.to_widget(row, col)
        keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, point, self._canvas.mapToGlobal(point), button, button, keys)
        QApplication.sendEvent(self._canvas, event)


@pytest.fixture
def hand(canvas: Canvas) -> Hand:
    return Hand(canvas)


@pytest.fixture
def picked(canvas: Canvas) -> list[tuple[int, int, bool]]:
    seen: list[tuple[int, int, bool]] = []
    canvas.picked.connect(lambda *args: seen.append(args))
    return seen


@pytest.fixture
def drawn(canvas: Canvas) -> list[Rectangle | Polygon]:
    seen: list[Rectangle | Polygon] = []
    canvas.region_drawn.connect(seen.append)
    return seen


def test_hovering_tells_each_pixel_once_and_when_the_image_is_left(canvas: Canvas, hand: Hand) -> None:
    seen: list[object] = []
    canvas.hovered.connect(lambda row, col: seen.append((row, col)))
    canvas.left.connect(lambda: seen.append("left"))
    for row, col in ((5.1, 7.1), (5.9, 7.9), (6.0, 7.5), (-0.5, 7), (-1, 8), (0.01, 49.99)):
        hand.move(row, col)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert seen == [(5, 7), (6, 7), "left", (0, 49), "left"]


def test_a_click_picks_and_a_drag_goes_on_picking(
    canvas: Canvas, hand: Hand, picked: list[tuple[int, int, bool]]
) -> None:
    hand.press(3.5, 4.5)
    hand.move(3.6, 4.6)
    hand.move(3.5, 5.5)
    hand.move(-2, 5)
    hand.release(-2, 5)
    hand.move(9, 9)
    assert picked == [(3, 4, False), (3, 5, False)]
    assert canvas.inspected == (3, 5)


def test_shift_collects_the_clicked_pixel_alone(hand: Hand, picked: list[tuple[int, int, bool]]) -> None:
    hand.press(3.5, 4.5, shift=True)
    hand.move(8, 8, shift=True)
    hand.release(8, 8)
    assert picked == [(3, 4, True)]


def test_arrow_steps_stay_inside_and_bring_the_pixel_into_sight(
    canvas: Canvas, picked: list[tuple[int, int, bool]]
) -> None:
    canvas.step_inspected(0, 1)
    assert picked == [(15, 26, False)]
    canvas.zoom_to(10_000)
    canvas.center_on(25, 5)
    canvas.set_inspected((0, 49))
    canvas.step_inspected(-1, 0)
    assert picked[-1] == (0, 49, False)
    assert canvas.visible.contains(Window(0, 49, 1, 1))


@pytest.mark.parametrize("start", [(5.2, 6.2), (9.8, 14.8), (5.2, 14.8), (9.8, 6.2)])
def test_a_rectangle_takes_the_pixels_touched_from_any_corner(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], start: tuple[float, float]
) -> None:
    canvas.set_tool("rectangle_spectrum")
    end = 15.0 - start[0], 21.0 - start[1]
    hand.press(*start)
    hand.move(10, 10)
    hand.move(*end)
    draft = canvas._scene.marks.draft
    assert draft is not None
    assert draft.text == "5 × 9 px"
    assert draft.points[-1] == (5 if end[0] < 8 else 10, 6 if end[1] < 10 else 15)
    hand.release(*end)
    assert drawn == [Rectangle(Window(5, 6, 5, 9))]
    assert canvas._scene.marks.draft is None


def test_a_rectangle_ends_at_the_border_of_the_image(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon]
) -> None:
    canvas.set_tool("rectangle_spectrum")
    hand.press(25, 45)
    hand.move(99, 99)
    hand.release(99, 99)
    assert drawn == [Rectangle(Window(25, 45, 5, 5))]


def test_a_click_with_the_rectangle_tool_picks(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], picked: list[tuple[int, int, bool]]
) -> None:
    canvas.set_tool("rectangle_spectrum")
    hand.click(4.5, 4.5)
    assert (drawn, picked) == ([], [(4, 4, False)])


def test_escape_gives_up_a_rectangle(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], qtbot: QtBot
) -> None:
    canvas.set_tool("rectangle_spectrum")
    hand.press(5, 5)
    hand.move(10, 10)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas._scene.marks.draft is None
    hand.release(10, 10)
    assert drawn == []


@pytest.mark.parametrize("how", ["enter", "double-click", "first vertex"])
def test_a_polygon_is_finished(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], qtbot: QtBot, how: str
) -> None:
    canvas.set_tool("polygon_spectrum")
    hand.click(2, 2)
    hand.click(2, 12)
    hand.move(7, 8)
    if how == "double-click":
        hand.double_click(10, 12)
    else:
        hand.click(10, 12)
        if how == "enter":
            qtbot.keyClick(canvas, Qt.Key.Key_Return)
        else:
            hand.click(2.2, 2.2)
    (polygon,) = drawn
    assert isinstance(polygon, Polygon)
    assert polygon.vertices == pytest.approx(np.array([[2, 2], [2, 12], [10, 12]]))
    assert canvas._scene.marks.draft is None


def test_backspace_takes_vertices_back_to_the_last(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], qtbot: QtBot
) -> None:
    canvas.set_tool("polygon_spectrum")
    for row, col in ((2, 2), (2, 12), (10, 12), (20, 20)):
        hand.click(row, col)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    (polygon,) = drawn
    assert isinstance(polygon, Polygon)
    assert len(polygon.vertices) == 3
    hand.click(2, 2)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert canvas._scene.marks.draft is None
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert len(drawn) == 1


@pytest.mark.parametrize("how", ["escape", "tool", "cube", "too few"])
def test_a_polygon_is_dropped(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], qtbot: QtBot, how: str
) -> None:
    canvas.set_tool("polygon_spectrum")
    hand.click(2, 2)
    hand.click(2, 12)
    match how:
        case "escape":
            hand.click(10, 12)
            qtbot.keyClick(canvas, Qt.Key.Key_Escape)
        case "tool":
            canvas.set_tool("inspect")
        case "cube":
            canvas._session.close(0)
        case "too few":
            qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas._scene.marks.draft is None
    assert drawn == []


def test_the_view_may_be_moved_while_a_polygon_is_drawn(
    canvas: Canvas, hand: Hand, drawn: list[Rectangle | Polygon], qtbot: QtBot
) -> None:
    canvas.set_tool("polygon_spectrum")
    hand.click(2, 2)
    hand.click(2, 12)
    canvas.zoom_to(3000)
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=canvas.rect().center())
    qtbot.mouseMove(canvas, canvas.rect().center() * 0.8)
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=canvas.rect().center() * 0.8)
    hand.click(10, 12)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    (polygon,) = drawn
    assert isinstance(polygon, Polygon)
    assert polygon.vertices == pytest.approx(np.array([[2, 2], [2, 12], [10, 12]]))


def test_keys_that_belong_to_no_gesture_are_left_to_the_window(canvas: Canvas, qtbot: QtBot) -> None:
    from PySide6.QtGui import QKeyEvent

    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_L):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()


def test_regions_and_markers_are_painted_in_their_colours(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_regions(
        [
            (Rectangle(Window(5, 5, 10, 10)), (255, 0, 0)),
            (Polygon(np.array([[3.0, 30], [20, 30], [20, 45]])), (0, 255, 0)),
        ]
    )
    canvas.set_markers([(25, 10, (0, 0, 255))])
    image: QImage = canvas.grab().toImage()

    def color(row: float, col: float) -> tuple[int, int, int]:
        at = canvas.transform.to_widget(row, col).toPoint()
        return image.pixelColor(at).getRgb()[:3]  # type: ignore[return-value]

    assert color(10, 5) == (255, 0, 0)
    assert color(10, 30) == (0, 255, 0)
    assert color(25.5, 10.5) == (0, 0, 255)
    assert color(10, 10) not in {(255, 0, 0), (0, 255, 0), (0, 0, 255)}
