"""The canvas: looking around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.ground import metres_per_pixel
from hsi_studio.core.render import render
from hsi_studio.core.view import RgbComposite, SingleBand, Stretch, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.canvas_corners import Minimap, ScaleBar
from hsi_studio.gui.canvas_transform import ViewTransform
from hsi_studio.io.registry import open_cube

SPEC = ViewSpec(RgbComposite(28, 14, 5))
MakeCube = Callable[..., Cube]


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    session = Session()
    service = RenderService(session)
    widget = Canvas(session, service)
    widget.resize(640, 480)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    service.stop()


@pytest.fixture
def indian_pines(indian_pines_files: tuple[Path, Path]) -> Cube:
    return open_cube(indian_pines_files[0])


def show(
    canvas: Canvas, cube: Cube, qtbot: QtBot, spec: ViewSpec = SPEC, layers: tuple[Layer, ...] = ()
) -> None:
    with qtbot.waitSignal(canvas._service.changed, check_params_cb=lambda: bool(canvas._service.stack())):
        canvas._session.add(OpenCube(cube, spec, layers=layers))
    qtbot.waitUntil(lambda: len(canvas._service.stack()) == 1 + len(layers))


def wheel(canvas: Canvas, at: QPointF, notches: float) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, int(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas: Canvas, button: Qt.MouseButton, *points: QPointF) -> None:
    kinds = [QEvent.Type.MouseButtonPress] + [QEvent.Type.MouseMove] * (len(points) - 1)
    for kind, point in zip(kinds, points, strict=True):
        send(canvas, kind, point, button)
    send(canvas, QEvent.Type.MouseButtonRelease, points[-1], button)


def send(canvas: Canvas, kind: QEvent.Type, point: QPointF, button: Qt.MouseButton) -> None:
    event = QMouseEvent(
        kind, point, canvas.mapToGlobal(point), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def pixels(image: QImage) -> NDArray[Any]:
    """(rows, cols, 4) RGBA."""
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(converted.constBits()).reshape(converted.height(), converted.width(), 4)


def colors(image: QImage) -> NDArray[Any]:
    """The different colours."""
    return np.unique(pixels(image).view(np.uint32))


def test_without_a_cube_it_is_a_quiet_grey(canvas: Canvas) -> None:
    canvas.fit()
    canvas.zoom_to(100)
    canvas.step_inspected(1, 0)
    drag(canvas, Qt.MouseButton.LeftButton, QPointF(10, 10), QPointF(60, 60))
    wheel(canvas, QPointF(10, 10), 1)
    assert len(colors(canvas.grab().toImage())) == 1


def test_the_screen_shows_what_core_renders(canvas: Canvas, indian_pines: Cube, qtbot: QtBot) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.zoom_to(300)
    canvas.center_on(72, 72)
    seen, rgba = pixels(canvas.grab().toImage()), render(indian_pines, SPEC)
    for row, col in ((20, 40), (72, 72), (100, 90), (1, 72)):
        at = canvas.transform.to_widget(row + 0.5, col + 0.5).toPoint()
        assert seen[at.y(), at.x()].tolist() == rgba[row, col].tolist()


def test_rows_go_down_and_pixels_are_square(canvas: Canvas, make_cube: MakeCube, qtbot: QtBot) -> None:
    show(canvas, make_cube(np.zeros((50, 200, 1), np.uint8)), qtbot, ViewSpec(SingleBand(0)))
    rect = canvas.transform.rect(Window(0, 0, 50, 200))
    assert rect.width() == pytest.approx(4 * rect.height())
    assert rect.center() == QPointF(320, 240)
    assert canvas.transform.to_widget(50, 0).y() > canvas.transform.to_widget(0, 0).y()


@pytest.mark.parametrize("notches", [1, 3, -1, 0.5])
def test_the_wheel_keeps_the_place_under_the_cursor(
    canvas: Canvas, indian_pines: Cube, qtbot: QtBot, notches: float
) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.zoom_to(600)
    at = QPointF(400, 130)
    before, scale = canvas.transform.to_image(at), canvas.zoom
    with qtbot.waitSignal(canvas.zoom_changed) as changed:
        wheel(canvas, at, notches)
    assert canvas.transform.to_image(at) == pytest.approx(before)
    assert changed.args == [pytest.approx(scale * 1.25**notches)]


def test_zooming_has_limits(canvas: Canvas, indian_pines: Cube, qtbot: QtBot) -> None:
    show(canvas, indian_pines, qtbot)
    fit = canvas.zoom
    for _ in range(60):
        wheel(canvas, QPointF(320, 240), -1)
    assert fit / 20 < canvas.zoom < fit
    for _ in range(60):
        wheel(canvas, QPointF(320, 240), 1)
    assert canvas.zoom == pytest.approx(25_600)


@pytest.mark.parametrize("how", ["middle", "space", "tool"])
def test_dragging_moves_the_image_with_the_pointer(
    canvas: Canvas, indian_pines: Cube, qtbot: QtBot, how: str
) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.zoom_to(1000)
    if how == "space":
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    elif how == "tool":
        canvas.set_tool("pan")
    before = canvas.transform.to_image(QPointF(200, 200))
    button = Qt.MouseButton.MiddleButton if how == "middle" else Qt.MouseButton.LeftButton
    with qtbot.assertNotEmitted(canvas.picked):
        drag(canvas, button, QPointF(200, 200), QPointF(220, 230), QPointF(251, 263))
    assert canvas.transform.to_image(QPointF(251, 263)) == pytest.approx(before)
    if how == "space":
        qtbot.keyRelease(canvas, Qt.Key.Key_Space)
        with qtbot.waitSignal(canvas.picked):
            drag(canvas, Qt.MouseButton.LeftButton, QPointF(300, 200))


def test_the_image_cannot_be_lost(canvas: Canvas, indian_pines: Cube, qtbot: QtBot) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.drag_by(QPointF(90_000, -90_000))
    assert canvas.visible.size > 0


def test_fit_holds_while_the_window_changes_and_a_chosen_place_does_not_move(
    canvas: Canvas, indian_pines: Cube, qtbot: QtBot
) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.resize(500, 300)
    assert canvas.visible == indian_pines.window
    assert canvas.transform.rect(indian_pines.window).height() == pytest.approx(290)
    canvas.zoom_to(2000)
    canvas.center_on(30, 100)
    canvas.resize(400, 420)
    assert canvas.transform.to_image(QPointF(200, 210)) == pytest.approx((30, 100))
    canvas.fit()
    assert canvas.visible == indian_pines.window


def test_a_cube_of_the_same_size_is_shown_in_the_same_place(
    canvas: Canvas, indian_pines: Cube, make_cube: MakeCube, qtbot: QtBot
) -> None:
    show(canvas, indian_pines, qtbot)
    canvas.zoom_to(1500)
    canvas.center_on(40, 50)
    canvas.set_inspected((3, 4))
    before = canvas.transform
    show(canvas, replace(indian_pines, name="other"), qtbot)
    assert canvas.transform == before
    assert canvas.inspected is None
    show(canvas, make_cube(np.zeros((30, 30, 1), np.uint8)), qtbot, ViewSpec(SingleBand(0)))
    assert canvas.visible == Window(0, 0, 30, 30)


def test_on_a_dense_screen_a_read_value_is_a_device_pixel(
    canvas: Canvas, make_cube: MakeCube, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(canvas, make_cube(np.zeros((6000, 6000, 1), np.uint8)), qtbot, ViewSpec(SingleBand(0)))
    monkeypatch.setattr(type(canvas), "devicePixelRatioF", lambda _: 2.0)
    canvas.zoom_to(50)
    assert canvas.transform.scale == 0.25
    qtbot.waitUntil(lambda: canvas._service.stack()[0].pictures[-1].task.step == 2)
    assert canvas.grab_view().size() == canvas.size() * 2


def test_no_data_shows_the_ground_and_is_transparent_in_the_export(
    canvas: Canvas, make_cube: MakeCube, qtbot: QtBot
) -> None:
    values = np.full((40, 40, 1), 200, np.uint8)
    values[:20] = 0
    show(canvas, make_cube(values, nodata=0), qtbot, ViewSpec(SingleBand(0), Stretch("fixed", 0, 255)))
    screen, export = pixels(canvas.grab().toImage()), pixels(canvas.grab_view())
    assert (screen[..., 3] == 255).all()
    assert export[5, export.shape[1] // 2].tolist() == [0, 0, 0, 0]
    assert export[-5, export.shape[1] // 2].tolist() == [200, 200, 200, 255]


def test_the_bare_image_has_no_layers_and_no_marks(canvas: Canvas, indian_pines: Cube, qtbot: QtBot) -> None:
    ids = np.ones((145, 145), np.uint8)
    layer = Layer(ClassRaster("truth", ids, ClassTable.from_names(["field"], [(255, 0, 0)])), opacity=1.0)
    show(canvas, indian_pines, qtbot, layers=(layer,))
    canvas.set_markers([(10, 10, (0, 255, 0))])
    covered = pixels(canvas.grab_view())
    assert covered[200, 200].tolist() == [255, 0, 0, 255]
    assert (covered == [0, 255, 0, 255]).all(axis=2).any()
    canvas.set_bare(True)
    bare = pixels(canvas.grab_view())
    assert bare[200, 200].tolist() != [255, 0, 0, 255]
    assert not (bare[..., :2] == [0, 255]).all(axis=2).any()
    canvas.set_bare(False)
    assert np.array_equal(pixels(canvas.grab_view()), covered)


def test_values_are_written_into_large_pixels(canvas: Canvas, make_cube: MakeCube, qtbot: QtBot) -> None:
    show(canvas, make_cube(np.full((20, 20, 1), 7, np.uint8)), qtbot, ViewSpec(SingleBand(0)))
    canvas.zoom_to(5000)
    assert canvas._scene.values is None
    plain = pixels(canvas.grab().toImage())
    with qtbot.waitSignal(canvas._service.values_ready) as ready:
        canvas.zoom_to(8000)
    assert np.unique(ready.args[0].values).tolist() == [7]  # type: ignore[index]
    written = pixels(canvas.grab().toImage())
    # Text is nearly black or white; image, grid and minimap's frame are the same in both.
    assert (written[200:, :500, :3] > 200).all(axis=2).sum() > 50
    assert not (plain[200:, :500, :3] > 200).all(axis=2).any()
    canvas.zoom_to(5000)
    assert canvas._scene.values is None


def test_the_minimap_appears_when_zoomed_and_moves_the_view(
    canvas: Canvas, indian_pines: Cube, qtbot: QtBot
) -> None:
    show(canvas, indian_pines, qtbot)
    assert canvas._sight.minimap() is None
    canvas.zoom_to(2000)
    minimap = canvas._sight.minimap()
    assert minimap is not None
    start = minimap.area.topLeft() + QPointF(20, 20)
    with qtbot.assertNotEmitted(canvas.picked):
        drag(canvas, Qt.MouseButton.LeftButton, start, minimap.area.center())
    assert canvas.transform.to_image(QPointF(320, 240)) == pytest.approx((72.5, 72.5), abs=0.5)


def test_the_minimap_maps_its_corners_to_those_of_the_image() -> None:
    minimap = Minimap.placed(400, 100, QSizeF(800, 600))
    assert minimap.to_image(minimap.area.topLeft()) == (0, 0)
    assert minimap.to_image(minimap.area.bottomRight()) == pytest.approx((400, 100))
    assert minimap.area.height() == pytest.approx(4 * minimap.area.width())


@given(st.floats(1e-6, 1e6))
def test_scale_bars_are_round_and_neither_short_nor_too_long(metres_per_unit: float) -> None:
    bar = ScaleBar.fitting(metres_per_unit)
    assert 140 / 2.5 * 0.999 <= bar.length <= 140.001
    assert bar.text.lstrip("0.")[0] in "125"


def test_scale_bars_say_their_unit() -> None:
    assert ScaleBar.fitting(0.9).text == "100 m"
    assert ScaleBar.fitting(30).text == "2 km"
    assert ScaleBar.fitting(0.001).text == "10 cm"
    assert ScaleBar.fitting(0.00001).text == "1 mm"


def test_a_pixel_is_measured_in_metres_in_feet_and_in_degrees(make_cube: MakeCube) -> None:
    from pyproj import CRS

    values = np.zeros((10, 10, 1), np.uint8)

    def size(transform: tuple[float, float, float, float, float, float], crs: str) -> float | None:
        return metres_per_pixel(make_cube(values, georef=GeoReference(transform, CRS(crs).to_wkt())))

    assert size((20, 0, 5e5, 0, -20, 4e6), "EPSG:32616") == pytest.approx(20)
    assert size((10, 0, 5e5, 0, -10, 4e6), "EPSG:2263") == pytest.approx(3.048, rel=1e-3)
    on_the_equator = size((0.001, 0, 30, 0, -0.001, 0.005), "EPSG:4326")
    assert on_the_equator == pytest.approx(111.32, rel=1e-3)
    assert size((0.001, 0, 30, 0, -0.001, 60.005), "EPSG:4326") == pytest.approx(55.8, rel=1e-2)
    assert metres_per_pixel(make_cube(values)) is None
    assert metres_per_pixel(make_cube(values, georef=GeoReference((1, 0, 0, 0, 1, 0)))) is None


def test_the_scale_bar_shows_for_a_geo_referenced_cube(
    canvas: Canvas, indian_pines: Cube, qtbot: QtBot
) -> None:
    from pyproj import CRS

    georef = GeoReference((20, 0, 5e5, 0, -20, 4e6), CRS.from_epsg(32616).to_wkt())
    show(canvas, replace(indian_pines, georef=georef), qtbot)
    qtbot.waitUntil(lambda: canvas._scene.metres_per_pixel == 20)
    with_bar = pixels(canvas.grab().toImage())
    show(canvas, indian_pines, qtbot)
    without = pixels(canvas.grab().toImage())
    assert not np.array_equal(with_bar[-60:, :120], without[-60:, :120])


@given(
    st.builds(ViewTransform, st.floats(0.01, 100), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
    st.builds(QPointF, st.floats(0, 2000), st.floats(0, 2000)),
    st.floats(0.01, 100),
)
def test_transforms_go_both_ways(transform: ViewTransform, at: QPointF, scale: float) -> None:
    back = transform.to_widget(*transform.to_image(at))
    assert (back.x(), back.y()) == pytest.approx((at.x(), at.y()), abs=1e-5)
    assert transform.zoomed(scale, at).to_image(at) == pytest.approx(transform.to_image(at), abs=1e-5)
