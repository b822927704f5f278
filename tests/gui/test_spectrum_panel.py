"""The spectrum panel: lines and ranges tied to the view, gaps, live curve, legend, zoom, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QMouseEvent, QPainter, QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.spectra_model import SpectraModel
from hsi_studio.app.view_service import ViewService
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.region import Rectangle
from hsi_studio.core.source import ArraySource
from hsi_studio.core.view import (
    BandRange,
    Composite,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
)
from hsi_studio.core.window import Window
from hsi_studio.gui.spectrum_bands import BandMarks
from hsi_studio.gui.spectrum_curves import _line
from hsi_studio.gui.spectrum_items import side_by_side
from hsi_studio.gui.spectrum_list import EYE, NAME, REMOVE
from hsi_studio.gui.spectrum_panel import SpectrumPanel
from hsi_studio.gui.spectrum_plot import SpectrumPlot
from hsi_studio.gui.view_panel import ViewPanel
from hsi_studio.gui.view_panel_index import IndexEditor
from hsi_studio.gui.view_panel_stretch import StretchEditor
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.registry import open_cube


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def model(session: Session) -> Iterator[SpectraModel]:
    made = SpectraModel(session)
    yield made
    made.stop()


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    """A window of a size of its own: the offscreen platform cannot keep a smallest one."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 260)
    return made


@pytest.fixture
def panel(qtbot: QtBot, session: Session, model: SpectraModel, host: QWidget) -> SpectrumPanel:
    made = SpectrumPanel(session, model, BandMarks(session, SpectrumPlot()), host)
    made.resize(900, 260)
    with qtbot.waitExposed(host):
        host.show()
    return made


@pytest.fixture
def sliders(qtbot: QtBot, session: Session) -> Iterator[ViewPanel]:
    service = ViewService()
    made = ViewPanel(session, IndexEditor(session, service), StretchEditor(session, service))
    qtbot.addWidget(made)
    yield made
    service.stop()


@pytest.fixture
def pines(session: Session, panel: SpectrumPanel) -> Cube:
    cube, _ = open_demo()
    session.add(OpenCube(cube, default_view(cube)))
    QApplication.processEvents()
    return cube


def composite(session: Session) -> Composite:
    assert session.view is not None
    return session.view.composite


def show(session: Session, shown: Composite) -> None:
    assert session.view is not None
    session.set_view(replace(session.view, composite=shown))


def settle(qtbot: QtBot, model: SpectraModel, count: int) -> None:
    qtbot.waitUntil(lambda: [e.spectrum is not None for e in model.entries] == [True] * count)


def at(panel: SpectrumPanel, nm: float, height: float = 0.5) -> QPointF:
    """Return where a wavelength stands in the plot's viewport, at a share of its height."""
    view = panel.plot.getViewBox()
    (_, _), (low, high) = view.viewRange()
    scene = view.mapViewToScene(QPointF(nm, low + (high - low) * height))
    return QPointF(panel.plot.mapFromScene(scene))


def mouse(widget: QWidget, kind: QEvent.Type, where: QPointF, pressed: bool) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    event = QMouseEvent(
        kind,
        where,
        QPointF(widget.mapToGlobal(where.toPoint())),
        none if kind == QEvent.Type.MouseMove else left,
        left if pressed else none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def drag(panel: SpectrumPanel, start: QPointF, stop: QPointF) -> None:
    viewport = panel.plot.viewport()
    mouse(viewport, QEvent.Type.MouseMove, start, False)
    mouse(viewport, QEvent.Type.MouseButtonPress, start, True)
    for share in (0.3, 0.6, 1.0):
        mouse(viewport, QEvent.Type.MouseMove, start + (stop - start) * share, True)
        QTest.qWait(15)  # pyqtgraph drops moves that come faster than a screen shows them
    mouse(viewport, QEvent.Type.MouseButtonRelease, stop, False)


def wheel(panel: SpectrumPanel, where: QPointF, steps: int) -> None:
    viewport = panel.plot.viewport()
    event = QWheelEvent(
        where,
        QPointF(viewport.mapToGlobal(where.toPoint())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_a_dragged_line_moves_the_band_and_the_slider(
    session: Session, panel: SpectrumPanel, sliders: ViewPanel, pines: Cube
) -> None:
    assert pines.wavelengths_nm is not None
    show(session, RgbComposite(60, 17, 7))
    drag(panel, at(panel, pines.wavelengths_nm[60]), at(panel, pines.wavelengths_nm[80]))
    moved = composite(session)
    assert isinstance(moved, RgbComposite)
    assert abs(moved.red - 80) <= 1
    assert (moved.green, moved.blue) == (17, 7)
    assert sliders.bands.sliders[0].band == moved.red
    assert panel.marks.lines[0].value() == pines.wavelengths_nm[moved.red]
    assert panel.marks.lines[0].tag.toPlainText() == f"{pines.wavelengths_nm[moved.red]:.0f}"


def _seen(panel: SpectrumPanel, item: QGraphicsItem) -> QRectF:
    """Return where an item stands on the plot, in pixels."""
    return panel.plot.mapFromScene(item.mapToScene(item.boundingRect())).boundingRect().toRectF()


def test_tags_cover_neither_each_other_nor_curves(
    qtbot: QtBot,
    session: Session,
    panel: SpectrumPanel,
    model: SpectraModel,
    pines: Cube,
) -> None:
    show(session, RgbComposite(1, 1, 0))
    with qtbot.waitSignal(model.changed, check_params_cb=lambda: bool(model.shown)):
        model.pick(20, 20, collect=False)
    tags = [_seen(panel, line.tag.textItem) for line in panel.marks.lines]
    assert not any(a.intersects(b) for a, b in combinations(tags, 2))
    view = panel.plot.getViewBox()
    assert all(_seen(panel, view).contains(tag.center()) for tag in tags)
    assert min(tag.left() for tag in tags) >= _seen(panel, view).left() - 1
    highest = panel.plot.getViewBox().mapViewToScene(
        QPointF(0, float(np.nanmax(model.shown[0].curve.values)))
    )  # type: ignore[union-attr]
    assert highest.y() >= max(tag.bottom() for tag in tags) - 2


@settings(max_examples=50)
@given(st.lists(st.floats(0, 300), min_size=1, max_size=3))
def test_plates_stand_side_by_side_in_order_and_near(wanted: list[float]) -> None:
    placed = side_by_side(wanted, 30, 300)
    assert all(abs(a - b) >= 30 - 1e-6 for a, b in combinations(placed, 2))
    assert all(15 - 1e-6 <= place <= 285 + 1e-6 for place in placed)
    assert all((placed[i] < placed[j]) for i, a in enumerate(wanted) for j, b in enumerate(wanted) if a < b)
    apart = (
        all(abs(a - b) >= 30 for a, b in combinations(wanted, 2)) and 15 <= min(wanted) <= max(wanted) <= 285
    )
    assert not apart or placed == pytest.approx(wanted)


def test_a_moved_slider_moves_the_line(
    session: Session, panel: SpectrumPanel, sliders: ViewPanel, pines: Cube
) -> None:
    assert pines.wavelengths_nm is not None
    sliders.bands.sliders[2].setValue(50)
    band = sliders.bands.sliders[2].band
    assert panel.marks.lines[2].value() == pines.wavelengths_nm[band]


def test_a_line_dropped_in_a_gap_snaps_to_the_nearest_band(
    session: Session, panel: SpectrumPanel, pines: Cube
) -> None:
    assert pines.wavelengths_nm is not None
    show(session, SingleBand(90))
    line = panel.marks.grey
    assert line.isVisible()
    assert panel.plot.sceneRect().contains(line.tag.sceneBoundingRect())
    assert not any(other.isVisible() for other in panel.marks.lines)
    (low, high), *_ = panel.plot.band_axis.gaps if panel.plot.band_axis else ()
    line.setValue(low + (high - low) * 0.4)
    line.sigDragged.emit(line)
    assert line.value() == low
    shown = composite(session)
    assert isinstance(shown, SingleBand)
    assert pines.wavelengths_nm[shown.band] == low


@pytest.mark.usefixtures("pines")
def test_a_composite_without_bands_has_no_lines(session: Session, panel: SpectrumPanel) -> None:
    show(session, PcaComposite())
    assert not any(line.isVisible() for line in (*panel.marks.lines, panel.marks.grey, *panel.marks.ranges))


@pytest.mark.usefixtures("pines")
def test_a_dragged_range_changes_the_view_live(session: Session, panel: SpectrumPanel) -> None:
    show(session, RangeMath(BandRange(1500, 1700), BandRange(600, 700)))
    seen: list[Composite] = []
    session.view_changed.connect(lambda view: seen.append(view.composite))
    drag(panel, at(panel, 1600), at(panel, 1650))
    moved = composite(session)
    assert isinstance(moved, RangeMath)
    assert moved.a.low == pytest.approx(1550, abs=8)
    assert moved.a.high - moved.a.low == pytest.approx(200)
    assert moved.b == BandRange(600, 700)
    assert len(seen) > 1
    drag(panel, at(panel, 700), at(panel, 760))
    moved = composite(session)
    assert isinstance(moved, RangeMath)
    assert moved.b.low == 600
    assert moved.b.high == pytest.approx(760, abs=8)


def test_ranges_of_a_cube_without_wavelengths_count_from_one_on_the_axis(
    session: Session, panel: SpectrumPanel, make_cube: Callable[..., Cube]
) -> None:
    cube = make_cube(np.zeros((2, 2, 9)))
    session.add(
        OpenCube(cube, replace(default_view(cube), composite=RangeMath(BandRange(0, 2), BandRange(6, 8))))
    )
    assert panel.marks.ranges[1].getRegion() == (7, 9)
    panel.marks.ranges[1].setRegion((6, 9))
    assert composite(session) == RangeMath(BandRange(0, 2), BandRange(5, 8))
    assert panel.plot.getAxis("bottom").labelText == "Band"


def test_the_live_curve_breaks_at_gaps(
    qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel, pines: Cube
) -> None:
    with qtbot.waitSignal(model.hover_changed):
        model.hover(10, 10)
    x, y = panel.plot.curves._hover.getData()
    assert np.isnan(y).sum() == 2
    assert len(x) == pines.bands + 2
    model.leave()
    assert not panel.plot.curves._hover.isVisible() or panel.plot.curves._hover.getData()[0] is None


def test_bad_bands_of_a_real_scene_are_not_drawn(
    qtbot: QtBot, session: Session, model: SpectraModel, panel: SpectrumPanel, shared_data: Path
) -> None:
    tile = open_cube(sorted((shared_data / "enmap_potsdam" / "images").glob("*.tif"))[0])
    session.add(OpenCube(tile, default_view(tile)))
    assert tile.bad_bands is not None
    assert tile.wavelengths_nm is not None
    with qtbot.waitSignal(model.hover_changed):
        model.hover(3, 3)
    x, y = panel.plot.curves._hover.getData()
    assert not set(tile.wavelengths_nm[tile.bad_bands]) & set(x[np.isfinite(y)])
    assert len(panel.plot._gaps.gaps) >= 1


@pytest.mark.usefixtures("pines")
def test_the_value_axis_stands_still_under_a_moving_cursor(
    qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel
) -> None:
    def top() -> float:
        return float(panel.plot.getViewBox().viewRange()[1][1])

    heights = []
    for row in range(0, 140, 20):
        with qtbot.waitSignal(model.hover_changed):
            model.hover(row, row)
        heights.append(top())
    assert heights == sorted(heights)


@pytest.mark.usefixtures("pines")
def test_the_wheel_zooms_wavelengths_and_a_double_click_resets(panel: SpectrumPanel) -> None:
    view = panel.plot.getViewBox()
    home = view.viewRange()
    wheel(panel, at(panel, 1000), 3)
    (left, right), values = view.viewRange()
    assert right - left < home[0][1] - home[0][0]
    assert values == home[1]
    mouse(panel.plot.viewport(), QEvent.Type.MouseButtonDblClick, at(panel, 1000), True)
    assert np.allclose(view.viewRange(), home)


def test_the_readout_tells_wavelength_and_value(
    qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel, pines: Cube
) -> None:
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    assert pines.wavelengths_nm is not None
    band = 60
    value = float(pines.spectrum(10, 10)[band])
    low, high = panel.plot.getViewBox().viewRange()[1]
    nm = float(pines.wavelengths_nm[band])
    mouse(panel.plot.viewport(), QEvent.Type.MouseMove, at(panel, nm, (value - low) / (high - low)), False)
    assert panel.readout.text() == f"{nm:.1f} nm  {value:.4g}"
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.Leave))
    assert panel.readout.text() == ""


@pytest.mark.usefixtures("pines")
def test_legend_hides_renames_and_removes(qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel) -> None:
    legend = panel.legend
    assert not legend.isVisible()
    model.pick(10, 10, True)
    model.add_region(Rectangle(Window(0, 0, 4, 4)))
    settle(qtbot, model, 2)
    table = legend.model()
    assert [table.index(row, NAME).data() for row in range(2)] == ["Pixel 10, 10", "Rectangle 1"]
    legend.clicked.emit(table.index(0, EYE))
    assert [entry.name for entry in model.shown] == ["Rectangle 1"]
    assert len(panel.plot.curves._drawn) == 1
    table.setData(table.index(1, NAME), "Woods")
    assert model.entries[1].name == "Woods"
    legend.setCurrentIndex(table.index(1, NAME))
    qtbot.keyClick(legend, Qt.Key.Key_Delete)
    assert [entry.name for entry in model.entries] == ["Pixel 10, 10"]
    legend.clicked.emit(table.index(0, REMOVE))
    assert table.rowCount() == 0
    assert not legend.isVisible()


@pytest.mark.usefixtures("pines")
def test_clear_empties_legend_and_plot(qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel) -> None:
    for col in range(30):
        model.pick(0, col, True)
    settle(qtbot, model, 30)
    width = panel._legend_column.width()
    assert width <= 260
    model.clear()
    assert panel.plot.curves._drawn == {}
    assert not panel._export.isEnabled()


@pytest.mark.usefixtures("pines")
def test_transforms_name_the_value_axis(qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel) -> None:
    titles = [panel.transform.itemText(row) for row in range(panel.transform.count())]
    assert titles == ["Value", "SNV", "First derivative", "Continuum removed", "SNR"]
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    for row, title in ((2, "First derivative (per nm)"), (3, "Of continuum"), (4, "SNR")):
        panel.transform.setCurrentIndex(row)
        with qtbot.waitSignal(model.changed):
            panel.transform.activated.emit(row)
        assert panel.plot.getAxis("left").labelText == title
    assert "rectangle" in panel.plot.hint.text()


@pytest.mark.usefixtures("pines")
def test_the_hint_does_not_lie_over_the_spectrum_under_the_cursor(
    qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel
) -> None:
    assert panel.plot.hint.text()
    with qtbot.waitSignal(model.hover_changed):
        model.hover(10, 10)
    panel._draw()  # as another theme or transform does
    assert not panel.plot.hint.text()
    with qtbot.waitSignal(model.hover_changed):
        model.leave()
    assert panel.plot.hint.text()


def test_quantity_names_the_value_axis(
    session: Session, panel: SpectrumPanel, make_cube: Callable[..., Cube]
) -> None:
    cube = make_cube(np.zeros((2, 2, 4), np.int16), scale_factor=1e4, quantity="reflectance")
    session.add(OpenCube(cube, default_view(cube)))
    assert panel.plot.getAxis("left").labelText == "Reflectance"
    assert panel.transform.currentText() == "Reflectance"
    assert panel.transform.itemText(0) == "Value (stored)"
    assert panel._axis_title("First derivative") == "First derivative (stored value per band)"


@pytest.mark.usefixtures("pines")
def test_copy_and_save(
    qtbot: QtBot,
    model: SpectraModel,
    panel: SpectrumPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model.pick(10, 10, True)
    settle(qtbot, model, 1)
    panel.copy()
    assert QGuiApplication.clipboard().text() == model.table_text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out"), ""))
    for action, name in zip(panel._actions[1:], ("out.csv", "out.sli"), strict=True):
        with qtbot.waitSignal(panel.notice) as signal:
            action.trigger()
        assert signal.args == [f"1 spectrum saved to {name}"]
        assert (tmp_path / name).stat().st_size > 0


@pytest.mark.usefixtures("pines")
def test_curves_take_the_colours_of_the_theme(
    qtbot: QtBot, model: SpectraModel, panel: SpectrumPanel
) -> None:
    model.pick(10, 10, False)
    settle(qtbot, model, 1)
    palette = QPalette(panel.palette())
    palette.setColor(QPalette.ColorRole.Text, QColor(10, 200, 30))
    panel.setPalette(palette)
    QApplication.processEvents()
    (drawn,) = panel.plot.curves._drawn.values()
    assert drawn.line.opts["pen"].color() == QColor(10, 200, 30)


def test_noisy_spectra_are_drawn_within_a_frame(qtbot: QtBot, rng: np.random.Generator) -> None:
    plot = SpectrumPlot()
    qtbot.addWidget(plot)
    plot.resize(900, 260)
    curves = [entry_curve(plot, rng.uniform(0, 3000, 200)) for _ in range(2)]
    picture = QImage(plot.size(), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    plot.render(painter)
    took = []
    for _ in range(3):
        started = time.process_time()
        plot.render(painter)
        took.append(time.process_time() - started)
    painter.end()
    assert len(curves) == 2
    assert min(took) < 0.06, "two curves stroked as one path each take 0.1 s"


def entry_curve(plot: SpectrumPlot, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> object:
    """Draw a kept curve of usual width."""
    line = _line()
    line.setData(np.linspace(0, 1, len(values)), values / 3000)
    line.setPen("w", width=2.5)
    plot.addItem(line, ignoreBounds=True)
    plot.getViewBox().setRange(xRange=(0, 1), yRange=(0, 1))
    return line


@pytest.mark.usefixtures("pines")
def test_each_cube_keeps_its_curves_on_its_own_axis(
    qtbot: QtBot, session: Session, model: SpectraModel, panel: SpectrumPanel
) -> None:
    model.pick(10, 10, False)
    settle(qtbot, model, 1)
    small = Cube(ArraySource(np.ones((5, 6, 7), np.float32)), name="small", fingerprint="0" * 32)
    session.add(OpenCube(small, default_view(small)))
    model.pick(2, 2, False)
    settle(qtbot, model, 1)
    for place, bands in ((0, 200), (1, 7)):
        session.select(place)
        (drawn,) = panel.plot.curves._drawn.values()
        _, values = drawn.line.getData()
        assert np.isfinite(values).sum() == bands
