"""The map of a model in the window: layers, legend, confidence, and models chosen by the user."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from hsi_studio.app import prediction
from hsi_studio.app.session import Layer
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.gui.classes_model import Column
from hsi_studio.gui.legend_list import AREA, EYE, NAME, SHARE
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.paths import shipped_model

Wait = Callable[[MainWindow], None]


def layers(window: MainWindow) -> tuple[Layer, ...]:
    assert window.session.current is not None
    return window.session.current.layers


def shown(window: MainWindow) -> list[tuple[str, bool]]:
    return [(layer.raster.name, layer.visible) for layer in layers(window)]


def listed(window: MainWindow, column: int) -> list[str]:
    legend = window.legend.list
    return [legend.topLevelItem(row).text(column) for row in range(legend.topLevelItemCount())]


@pytest.fixture
def mapped(demo_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The demo scene under a map of three classes in stripes."""
    ids = np.zeros((145, 145), np.int16)
    ids[:, :10], ids[:, 10:40] = 1, 2
    sure = np.where(ids > 0, 0.9, 0).astype(np.float32)
    raster = ClassRaster("Prediction", ids, ClassTable.from_names(["corn", "woods", "oats"]), sure)
    assert demo_window.session.cube is not None
    demo_window.models.predictor._add(demo_window.session.cube, raster)
    qtbot.waitUntil(lambda: demo_window.legend.list.topLevelItemCount() == 3)
    return demo_window


def test_the_remark_on_a_map_goes_with_its_cube(mapped: MainWindow) -> None:
    assert any("is classified into" in toast.text for toast in mapped.toaster.toasts)
    mapped.commands["file.close"].trigger()
    assert not any("is classified into" in toast.text for toast in mapped.toaster.toasts)


def test_the_demo_is_classified_once_it_is_open(
    window: MainWindow, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    window.settings.predict_demo = True
    window.files.open_demo()
    qtbot.waitUntil(lambda: window.session.cube is not None)
    assert shown(window) == [("Ground truth", False)]
    qtbot.waitUntil(lambda: not window.jobs.jobs, timeout=180_000)
    qtbot.waitUntil(lambda: len(layers(window)) == 3)
    assert shown(window) == [("Ground truth", False), ("Prediction", True), ("Confidence", False)]
    truth, found, sure = (layer.raster for layer in layers(window))
    assert isinstance(found, ClassRaster)
    assert isinstance(truth, ClassRaster)
    assert isinstance(sure, ScalarRaster)
    labelled = truth.ids > 0
    assert (found.ids[labelled] == truth.ids[labelled]).mean() > 0.85
    assert sure.values is found.confidence
    qtbot.waitUntil(lambda: window.legend.list.topLevelItemCount() == 16)
    assert listed(window, NAME)[:2] == ["Alfalfa", "Corn-notill"]
    assert listed(window, AREA)[0] == str(np.count_nonzero(found.ids == 1))
    share = 100 * np.count_nonzero(found.ids == 1) / found.ids.size
    assert window.class_panel.model.index(0, Column.SHARE).data() == f"{share:.1f} %"
    assert window.docks["Legend"].isHidden(), "the class table tells the areas"
    # The scene is selected when it is opened again, not classified again
    window.files.open_demo()
    wait_for_jobs(window)
    assert len(layers(window)) == 3


def test_opening_the_demo_in_tests_loads_no_torch(demo_window: MainWindow) -> None:
    assert shown(demo_window) == [("Ground truth", False)]
    assert demo_window.jobs.jobs == ()


def test_a_prediction_hides_other_maps_and_has_a_name_of_its_own(mapped: MainWindow) -> None:
    assert mapped.session.cube is not None
    raster = layers(mapped)[1].raster
    assert isinstance(raster, ClassRaster)
    mapped.models.predictor._add(
        mapped.session.cube, ClassRaster("Prediction", raster.ids, raster.classes, raster.confidence)
    )
    assert shown(mapped) == [
        ("Ground truth", False),
        ("Prediction", False),
        ("Confidence", False),
        ("Prediction 2", True),
        ("Confidence 2", False),
    ]


def test_a_map_of_a_cube_that_was_closed_is_dropped(
    mapped: MainWindow, make_cube: Callable[..., Cube]
) -> None:
    other = make_cube(np.zeros((145, 145, 3)))
    raster = layers(mapped)[1].raster
    assert isinstance(raster, ClassRaster)
    before = len(mapped.toaster.toasts)
    mapped.models.predictor._add(other, raster)
    assert (len(layers(mapped)), len(mapped.toaster.toasts)) == (3, before)


def test_the_legend_tells_areas_and_an_eye_hides_a_class(mapped: MainWindow, qtbot: QtBot) -> None:
    assert listed(mapped, NAME) == ["corn", "woods", "oats"]
    assert listed(mapped, AREA) == ["1\u202f450", "4\u202f350", "0"]
    assert listed(mapped, SHARE) == ["25.0 %", "75.0 %", "–"]
    assert mapped.legend.total.text() == "5\u202f800 classified pixels · 15\u202f225 without a class"
    legend = mapped.legend.list
    place = legend.visualItemRect(legend.topLevelItem(1)).center()
    place.setX(legend.columnViewportPosition(EYE) + 8)
    qtbot.mouseClick(legend.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert layers(mapped)[1].hidden == {2}
    assert legend.topLevelItem(1).toolTip(EYE) == "Show woods"
    legend.setCurrentItem(legend.topLevelItem(1))
    qtbot.keyClick(legend, Qt.Key.Key_Space)
    assert layers(mapped)[1].hidden == frozenset()
    legend.itemDoubleClicked.emit(legend.topLevelItem(1), NAME)
    assert layers(mapped)[1].hidden == {1, 3}
    mapped.legend.every.click()
    assert layers(mapped)[1].hidden == frozenset()


def test_the_legend_can_be_copied_for_a_spreadsheet(mapped: MainWindow) -> None:
    QGuiApplication.clipboard().setText(mapped.legend.list.table())
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["id", "class", "pixels", "share", "hectares"]
    assert lines[2].split("\t") == ["2", "woods", "4350", "0.75", ""]


def test_the_class_under_the_cursor_is_marked_and_shown_alone(mapped: MainWindow, qtbot: QtBot) -> None:
    legend = mapped.legend
    mapped.canvas.hovered.emit(5, 20)
    qtbot.waitUntil(lambda: legend.list.topLevelItem(1).isSelected())
    qtbot.waitUntil(lambda: "Prediction: woods 90 %" in mapped.status.classes.text())
    assert layers(mapped)[1].hidden == frozenset()
    legend.list.hidden_changed.emit(frozenset({3}))
    legend.only.click()
    mapped.canvas.hovered.emit(5, 21)
    qtbot.waitUntil(lambda: layers(mapped)[1].hidden == {1, 3})
    mapped.canvas.hovered.emit(5, 3)
    qtbot.waitUntil(lambda: layers(mapped)[1].hidden == {2, 3})
    mapped.canvas.left.emit()
    assert layers(mapped)[1].hidden == {3}
    assert not legend.list.selectedItems()
    legend.only.click()
    mapped.canvas.hovered.emit(5, 21)
    qtbot.waitUntil(lambda: legend.list.topLevelItem(1).isSelected())
    assert layers(mapped)[1].hidden == {3}


def test_without_a_map_the_legend_says_so_and_confidence_has_a_scale(
    mapped: MainWindow, qtbot: QtBot
) -> None:
    assert not mapped.legend.scale.isVisible()
    mapped.session.update_layer(2, visible=True)
    qtbot.waitUntil(mapped.legend.scale.isVisible)
    assert (mapped.legend.scale.title.text(), mapped.legend.scale.high.text()) == ("Confidence", "1")
    mapped.session.update_layer(1, visible=False)
    assert not mapped.legend.list.isVisible()
    assert "topmost visible map" in mapped.legend.total.text()


def _choose(path: Path) -> None:
    (dialog,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QFileDialog)]
    assert dialog.nameFilters()[0] == "Models (*.safetensors)"
    dialog.filesSelected.emit([str(path)])
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_model_that_does_not_fit_is_told_and_nothing_changes(
    window: MainWindow, wait_for_jobs: Wait, tmp_path: Path
) -> None:
    np.save(tmp_path / "cube.npy", np.random.default_rng(0).random((20, 20, 7)))
    window.files.open_paths([tmp_path / "cube.npy"])
    wait_for_jobs(window)
    window.commands["model.apply"].trigger()
    _choose(shipped_model("indian-pines.safetensors"))
    wait_for_jobs(window)
    assert "The model reads 200 bands and cube.npy has 7" in window.toaster.toasts[-1].text
    assert layers(window) == ()
    (tmp_path / "broken.safetensors").write_bytes(b"PK\x03\x04")
    window.commands["model.apply"].trigger()
    _choose(tmp_path / "broken.safetensors")
    wait_for_jobs(window)
    assert "pickled objects" in window.toaster.toasts[-1].text


def test_a_model_is_applied_and_a_job_can_be_cancelled(
    demo_window: MainWindow, wait_for_jobs: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_window.commands["model.apply"].trigger()
    _choose(shipped_model("indian-pines.safetensors"))
    assert "indian-pines.safetensors" in demo_window.jobs.jobs[0].title
    wait_for_jobs(demo_window)
    assert [name for name, _ in shown(demo_window)] == ["Ground truth", "Prediction", "Confidence"]
    begun, go_on = threading.Event(), threading.Event()

    def slow(cube: Cube, find: Callable[[], Path], progress: Progress) -> None:
        begun.set()
        go_on.wait(10)
        progress.update(0.5)
        raise AssertionError("went on after it was cancelled")

    monkeypatch.setattr(prediction, "_classify", slow)
    assert demo_window.session.cube is not None
    job = demo_window.models.predictor.apply(demo_window.session.cube, Path("any.safetensors"))
    assert begun.wait(10)
    demo_window.jobs.cancel(job)
    go_on.set()
    wait_for_jobs(demo_window)
    assert job.outcome == "cancelled"
    assert len(layers(demo_window)) == 3
