"""The view panel: sliders, kinds of composite, stretch and histogram as views of the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.view_service import ViewService
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube
from hsi_studio.core.levels import compute_levels
from hsi_studio.core.presets import default_view, presets
from hsi_studio.core.view import (
    BandRange,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    Stretch,
    TrueColor,
    ViewSpec,
)
from hsi_studio.gui.band_slider import BandSlider, tick_positions
from hsi_studio.gui.view_panel import ViewPanel
from hsi_studio.gui.view_panel_index import IndexEditor
from hsi_studio.gui.view_panel_stretch import StretchEditor
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.registry import open_cube


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> Iterator[ViewPanel]:
    service = ViewService()
    made = ViewPanel(session, IndexEditor(session, service), StretchEditor(session, service))
    qtbot.addWidget(made)
    made.resize(220, 700)
    made.show()
    yield made
    service.stop()


@pytest.fixture
def pines(session: Session, panel: ViewPanel) -> Cube:
    cube, _ = open_demo()
    session.add(OpenCube(cube, default_view(cube)))
    return cube


def view(session: Session) -> ViewSpec:
    assert session.view is not None
    return session.view


def show(session: Session, **changes: object) -> None:
    session.set_view(replace(view(session), **changes))  # type: ignore[arg-type]


@pytest.mark.usefixtures("pines")
def test_sliders_follow_the_session_and_change_it(session: Session, panel: ViewPanel) -> None:
    show(session, composite=RgbComposite(40, 20, 5))
    assert [slider.band for slider in panel.bands.sliders] == [40, 20, 5]
    panel.bands.sliders[1].setValue(60)
    assert view(session).composite == RgbComposite(40, 60, 5)
    assert panel.bands.rows[1].value.text() == BandAxis.of(session.cubes[0].cube).text(60)


@pytest.mark.parametrize(
    ("key", "band"),
    [
        (Qt.Key.Key_Right, 61),
        (Qt.Key.Key_Left, 59),
        (Qt.Key.Key_PageUp, 70),
        (Qt.Key.Key_PageDown, 50),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 199),
    ],
)
@pytest.mark.usefixtures("pines")
def test_keys_step_bands(qtbot: QtBot, session: Session, panel: ViewPanel, key: Qt.Key, band: int) -> None:
    show(session, composite=RgbComposite(40, 60, 5))
    qtbot.keyClick(panel.bands.sliders[1], key)
    assert view(session).composite == RgbComposite(40, band, 5)


def test_steps_and_clicks_skip_bad_bands(qtbot: QtBot, make_cube: Callable[..., Cube]) -> None:
    bad = np.zeros(6, bool)
    bad[2:4] = True
    cube = make_cube(np.zeros((2, 2, 6)), wavelengths_nm=np.arange(400.0, 1000, 100), bad_bands=bad)
    slider = BandSlider("R", "Red band")
    qtbot.addWidget(slider)
    slider.resize(212, 20)
    slider.set_axis(BandAxis.of(cube))
    slider.set_band(1)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.band == 4
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(90, 10))  # about 610 nm
    assert slider.band == 1
    slider.set_band(2)
    assert slider.band == 2
    assert "bad" in slider.toolTip()


def test_ticks_are_round_and_few() -> None:
    assert tick_positions(400, 2500, 5) == [500, 1000, 1500, 2000, 2500]
    assert tick_positions(400, 1000, 4) == [400, 600, 800, 1000]
    assert tick_positions(1, 7, 3) == [5]


@pytest.mark.parametrize(
    ("name", "composite"),
    [
        ("True colour", TrueColor()),
        ("Principal components", PcaComposite()),
        ("Single band", SingleBand(36)),
        ("Three bands", RgbComposite(36, 17, 7)),
        ("Range math", RangeMath(BandRange(770, 900), BandRange(630, 690))),
    ],
)
def test_every_kind_of_composite_can_be_chosen(
    session: Session, panel: ViewPanel, pines: Cube, name: str, composite: object
) -> None:
    show(session, composite=RgbComposite(36, 17, 7))
    panel.choice.combo.textActivated.emit(name)
    assert view(session).composite == composite
    assert panel.choice.combo.currentText() == name


def test_the_choice_names_presets(session: Session, panel: ViewPanel, pines: Cube) -> None:
    for name, composite in presets(pines).items():
        show(session, composite=composite)
        assert panel.choice.combo.currentText() == name


@pytest.mark.usefixtures("pines")
def test_only_the_editors_of_the_kind_are_shown(session: Session, panel: ViewPanel) -> None:
    editors = (panel.bands, panel.single, panel.index, panel.ranges)
    for composite, shown in (
        (RgbComposite(1, 2, 3), panel.bands),
        (TrueColor(), panel.bands),
        (SingleBand(3), panel.single),
        (RangeMath(BandRange(500, 600), BandRange(700, 800)), panel.ranges),
        (PcaComposite(), None),
    ):
        show(session, composite=composite)
        assert [editor.isVisible() for editor in editors] == [editor is shown for editor in editors]


@pytest.mark.usefixtures("pines")
def test_moving_a_slider_of_true_colour_goes_on_with_three_bands(session: Session, panel: ViewPanel) -> None:
    show(session, composite=TrueColor())
    red, green, blue = (slider.band for slider in panel.bands.sliders)
    panel.bands.sliders[0].setValue(panel.bands.sliders[0].value() + 1)
    assert view(session).composite == RgbComposite(red + 1, green, blue)


@pytest.mark.usefixtures("pines")
def test_single_band_and_its_colour_map(session: Session, panel: ViewPanel) -> None:
    show(session, composite=SingleBand(60))
    panel.single.sliders[0].setValue(61)
    panel.single.colormap.textActivated.emit("magma")
    assert view(session).composite == SingleBand(61, "magma")
    show(session, composite=SingleBand(61, "crameri:oslo"))
    assert panel.single.colormap.currentText() == "crameri:oslo"


@pytest.mark.usefixtures("pines")
def test_an_index_is_found_by_its_use(qtbot: QtBot, session: Session, panel: ViewPanel) -> None:
    panel.choice.combo.textActivated.emit("Spectral index")
    qtbot.waitUntil(lambda: view(session).composite == SpectralIndex("NDVI"), timeout=60_000)
    panel.index.search.setText("water modified")
    rows = [row for row in range(panel.index.list.count()) if not panel.index.list.isRowHidden(row)]
    names = [panel.index.list.item(row).text() for row in rows]
    assert "MNDWI" in names
    assert "NDVI" not in names
    panel.index.list.setCurrentRow(rows[names.index("MNDWI")])
    assert view(session).composite == SpectralIndex("MNDWI")
    assert panel.index.formula.text() == "MNDWI = (G-S1)/(G+S1)"


def test_no_index_without_the_bands_for_one(
    qtbot: QtBot, session: Session, panel: ViewPanel, make_cube: Callable[..., Cube]
) -> None:
    cube = make_cube(np.zeros((2, 2, 3)), wavelengths_nm=np.array([3000.0, 3100.0, 3200.0]))
    session.add(OpenCube(cube, ViewSpec(RgbComposite(0, 1, 2))))
    with qtbot.waitSignal(panel.failed, timeout=60_000):
        panel.choice.choose("Spectral index")
    assert panel.choice.combo.currentText() == "Three bands"


def test_a_cube_without_wavelengths_counts_bands(
    session: Session, panel: ViewPanel, make_cube: Callable[..., Cube]
) -> None:
    cube = make_cube(np.zeros((2, 2, 9)))
    session.add(OpenCube(cube, ViewSpec(RgbComposite(8, 4, 0))))
    assert [row.value.text() for row in panel.bands.rows] == ["band 9", "band 5", "band 1"]
    names = [panel.choice.combo.itemText(row) for row in range(panel.choice.combo.count())]
    assert "Spectral index" not in names
    panel.choice.choose("Range math")
    assert [box.value() for box in panel.ranges.limits["A"]] == [6, 9]
    assert view(session).composite == RangeMath(BandRange(8 - 8 / 3, 8), BandRange(0, 8 / 3))


@pytest.mark.usefixtures("pines")
def test_range_editor_changes_one_range(session: Session, panel: ViewPanel) -> None:
    show(session, composite=RangeMath(BandRange(800, 900), BandRange(600, 700)))
    panel.ranges.limits["B"][1].setValue(680)
    panel.ranges.operation.setCurrentIndex(panel.ranges.operation.findData("ratio"))
    panel.ranges.operation.activated.emit(panel.ranges.operation.currentIndex())
    assert view(session).composite == RangeMath(BandRange(800, 900), BandRange(600, 680), "ratio")


@pytest.mark.usefixtures("pines")
def test_stretch_of_percentiles_gamma_and_reset(session: Session, panel: ViewPanel) -> None:
    stretch = panel.stretch
    stretch.percent.setValue((1, 99.5))
    stretch.joint.click()
    stretch.gamma.setValue(stretch.gamma.maximum())
    assert view(session).stretch == Stretch(low=1, high=99.5, joint=True, gamma=5)
    assert stretch.percent_text.text() == "1–99.5 %"
    stretch.reset.click()
    assert view(session).stretch == Stretch()
    assert stretch.percent.value() == (2, 98)


def test_fixed_values_go_on_from_the_limits_in_use(
    qtbot: QtBot, session: Session, panel: ViewPanel, pines: Cube
) -> None:
    show(session, stretch=Stretch(joint=True))
    (low, high), *_ = compute_levels(pines, view(session)).limits
    panel.stretch.mode.setCurrentIndex(2)
    panel.stretch.mode.activated.emit(2)
    qtbot.waitUntil(lambda: view(session).stretch.mode == "fixed")
    assert view(session).stretch == Stretch("fixed", low, high, joint=True)
    panel.stretch.high.setValue(5000)
    assert view(session).stretch.high == 5000


@pytest.mark.usefixtures("pines")
def test_fixed_values_do_not_outlive_the_kind_of_composite(session: Session, panel: ViewPanel) -> None:
    show(session, stretch=Stretch("fixed", 0, 5000, gamma=2))
    panel.choice.choose("Principal components")
    assert view(session).stretch == Stretch(gamma=2)


@pytest.mark.usefixtures("pines")
def test_histogram_is_counted_only_when_unfolded(qtbot: QtBot, session: Session, panel: ViewPanel) -> None:
    section = panel.histogram
    assert section.plot is None
    with qtbot.assertNotEmitted(panel._service.histogram_ready, wait=50):
        show(session, composite=SingleBand(12))
    with qtbot.waitSignal(panel._service.histogram_ready) as signal:
        section.toggle.click()
    counted, levels = signal.args
    assert counted.counts.sum() == 145 * 145
    assert section.plot is not None
    assert (section.plot.low.value(), section.plot.high.value()) == pytest.approx(levels.limits[0])


@pytest.mark.usefixtures("pines")
def test_a_limit_dragged_in_the_histogram_fixes_the_stretch(
    qtbot: QtBot, session: Session, panel: ViewPanel
) -> None:
    with qtbot.waitSignal(panel._service.histogram_ready):
        panel.histogram.toggle.click()
    plot = panel.histogram.plot
    assert plot is not None
    high = plot.high.value()
    plot.low.setValue(3000.0)
    plot.low.sigDragged.emit(plot.low)
    assert view(session).stretch == Stretch("fixed", 3000.0, high)


def test_another_cube_starts_anew_and_none_is_no_error(
    session: Session, panel: ViewPanel, pines: Cube, shared_data: Path
) -> None:
    tile = open_cube(sorted((shared_data / "enmap_potsdam" / "images").glob("*.tif"))[0])
    session.add(OpenCube(tile, default_view(tile)))
    assert panel.bands.sliders[0].maximum() == tile.good_bands().sum() - 1
    session.close(1)
    assert panel.bands.sliders[0].maximum() == pines.bands - 1
    session.close(0)
    assert not panel.choice.isEnabled()
    assert not panel.bands.isVisible()


@pytest.mark.usefixtures("pines")
def test_the_wheel_scrolls_the_panel_and_changes_nothing(
    qtbot: QtBot, session: Session, panel: ViewPanel
) -> None:
    panel.resize(220, 200)
    bar = panel.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    before = view(session)
    gamma = panel.stretch.gamma
    for widget in (panel.choice.combo, panel.bands.sliders[0], gamma):
        panel.setFocus()
        panel.ensureWidgetVisible(widget)
        place = bar.value()
        _turn_wheel(panel, widget, 120 if place else -120)
        assert bar.value() != place
        assert view(session) == before
    gamma.setFocus()
    qtbot.waitUntil(gamma.hasFocus)
    panel.ensureWidgetVisible(gamma)
    _turn_wheel(panel, gamma, 120)
    assert view(session) != before


def _turn_wheel(panel: ViewPanel, widget: QWidget, angle: int) -> None:
    place = widget.mapTo(panel, widget.rect().center())
    QTest.wheelEvent(panel.windowHandle(), QPointF(place), QPoint(0, angle))
