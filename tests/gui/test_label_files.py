"""Labels in and out through the window: the step that maps values, dropping, exporting, what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from hsi_studio.core.grid import Grid
from hsi_studio.core.window import Window
from hsi_studio.gui.dialogs.choose import ChoiceDialog
from hsi_studio.gui.dialogs.label_export import LabelExportDialog
from hsi_studio.gui.dialogs.label_import import LabelImportDialog
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.io.labels import FORMATS, read_labels

Wait = Callable[[MainWindow], None]
T = TypeVar("T")


def _texts(window: MainWindow) -> str:
    return "\n".join(toast.text for toast in window.toaster.toasts)


def _dialog(kind: type[T]) -> T:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind)]
    assert found, f"no {kind.__name__} is open"
    return found[-1]


def _is_open(kind: type) -> bool:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return any(isinstance(widget, kind) for widget in QApplication.topLevelWidgets())


def _import(window: MainWindow, wait: Wait, path: Path) -> LabelImportDialog:
    window.label_files.import_file(path)
    wait(window)
    return _dialog(LabelImportDialog)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Labels over Indian Pines whose values are 2, which is a class, and 40, which is none."""
    values = np.zeros((145, 145), np.uint8)
    values[:10, :10], values[20:30, 20:22] = 2, 40
    np.save(tmp_path / "foreign.npy", values)
    return tmp_path / "foreign.npy"


def test_the_ground_truth_becomes_labels_in_one_step(
    demo_window: MainWindow, indian_pines_files: tuple[Path, Path], wait_for_jobs: Wait
) -> None:
    dialog = _import(demo_window, wait_for_jobs, indian_pines_files[1])
    assert [box.currentText() for box in dialog.targets][:3] == ["Alfalfa", "Corn-notill", "Corn-mintill"]
    assert dialog.summary.text() == "10\u2009249 pixels become labels."
    dialog.accept()
    wait_for_jobs(demo_window)
    labelling, truth = demo_window.labelling, np.load(indian_pines_files[1])
    assert labelling.labels is not None
    np.testing.assert_array_equal(labelling.labels.to_array(), truth)
    assert labelling.undo_title == "Import Indian_pines_gt.npy"
    labelling.undo()
    assert not labelling.counts
    assert labelling.undo_title is None


def test_values_without_a_match_are_left_out_unless_the_user_creates_them(
    demo_window: MainWindow, foreign: Path, wait_for_jobs: Wait
) -> None:
    dialog = _import(demo_window, wait_for_jobs, foreign)
    assert [box.currentText() for box in dialog.targets] == ["Corn-notill", "Leave out"]
    assert dialog.summary.text() == "100 pixels become labels. Left out: 40 (20 pixels)."
    dialog.leave_out.click()
    assert not dialog.ok.isEnabled()
    dialog.targets[0].setCurrentText("Woods")
    dialog.create_all.click()
    assert [box.currentText() for box in dialog.targets] == ["Woods", "Create “Class 40”"]
    dialog.accept()
    wait_for_jobs(demo_window)
    assert dict(demo_window.labelling.counts) == {14: 100, 40: 20}
    assert demo_window.labelling.classes[40].name == "Class 40"
    demo_window.labelling.undo()
    assert len(demo_window.labelling.classes) == 16, "classes and labels are one step"
    assert not demo_window.labelling.counts


@pytest.mark.parametrize(("choice", "expected"), [(0, {2: 100, 3: 45}), (1, {2: 95, 3: 50}), (2, {2: 100})])
def test_where_labels_meet_the_user_chooses(
    demo_window: MainWindow, foreign: Path, wait_for_jobs: Wait, choice: int, expected: dict[int, int]
) -> None:
    labels = demo_window.labelling.labels
    assert labels is not None
    demo_window.labelling.paint(labels.change(Window(9, 5, 1, 50), np.full((1, 50), 3)), "Paint")
    dialog = _import(demo_window, wait_for_jobs, foreign)
    dialog.overlap.setCurrentIndex(choice)
    dialog.accept()
    wait_for_jobs(demo_window)
    assert dict(demo_window.labelling.counts) == expected


def test_a_truth_becomes_a_layer_and_changes_no_label(
    demo_window: MainWindow, foreign: Path, wait_for_jobs: Wait
) -> None:
    dialog = _import(demo_window, wait_for_jobs, foreign)
    dialog.as_layer.setChecked(True)
    assert not dialog.table.isEnabled()
    dialog.accept()
    current = demo_window.session.current
    assert current is not None
    assert [layer.raster.name for layer in current.layers][-1] == "foreign.npy"
    assert current.layers[-1].path == foreign
    assert demo_window.labelling.undo_title is None


def test_strokes_made_while_a_file_is_compared_stay(
    demo_window: MainWindow, foreign: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    dialog = _import(demo_window, wait_for_jobs, foreign)
    dialog.accept()
    labels = demo_window.labelling.labels
    assert labels is not None
    demo_window.labelling.paint(labels.change(Window(0, 0, 1, 10), np.full((1, 10), 5)), "Stroke")
    qtbot.waitUntil(lambda: dict(demo_window.labelling.counts) == {2: 100})
    demo_window.labelling.undo()
    assert dict(demo_window.labelling.counts) == {5: 10}, "undo brings the stroke back"


def test_another_size_is_refused_with_both(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    np.save(tmp_path / "small.npy", np.ones((30, 40), np.uint8))
    demo_window.label_files.import_file(tmp_path / "small.npy")
    wait_for_jobs(demo_window)
    assert "small.npy has 30 × 40 pixels but Indian Pines has 145 × 145" in _texts(demo_window)


def test_rasters_without_labels_and_of_measurements_are_refused(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    np.save(tmp_path / "none.npy", np.zeros((145, 145), np.uint8))
    np.save(tmp_path / "many.npy", np.arange(145 * 145, dtype=np.uint16).reshape(145, 145))
    for name in ("none.npy", "many.npy"):
        demo_window.label_files.import_file(tmp_path / name)
        wait_for_jobs(demo_window)
    assert "none.npy labels no pixel" in _texts(demo_window)
    assert "too many for classes" in _texts(demo_window)


def test_one_of_several_arrays_is_chosen(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    one, two = np.full((145, 145), 1, np.uint8), np.full((145, 145), 2, np.uint8)
    np.savez(tmp_path / "both.npz", train=one, test=two)
    demo_window.label_files.import_file(tmp_path / "both.npz")
    wait_for_jobs(demo_window)
    dialog = _dialog(ChoiceDialog)
    dialog.list.setCurrentRow(1)
    dialog.accept()
    wait_for_jobs(demo_window)
    assert [box.currentText() for box in _dialog(LabelImportDialog).targets] == ["Corn-notill"]


def _drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(QPoint(300, 300)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    for one in (enter, event):
        QApplication.sendEvent(window, one)


def test_a_dropped_raster_of_classes_is_imported_and_a_cube_opened(
    demo_window: MainWindow, foreign: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    _drop(demo_window, foreign)
    qtbot.waitUntil(lambda: _is_open(LabelImportDialog))
    assert len(demo_window.session.cubes) == 1
    _dialog(LabelImportDialog).reject()
    np.save(tmp_path / "cube.npy", np.ones((145, 145, 9), np.uint16))
    _drop(demo_window, tmp_path / "cube.npy")
    qtbot.waitUntil(lambda: len(demo_window.session.cubes) == 2)
    assert not _is_open(LabelImportDialog)
    assert [opened.cube.name for opened in demo_window.session.cubes] == ["Indian Pines", "cube.npy"]


def test_a_dropped_class_table_is_loaded(demo_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "more.yaml").write_text("- {name: Rye}\n")
    _drop(demo_window, tmp_path / "more.yaml")
    qtbot.waitUntil(lambda: len(demo_window.labelling.classes) == 17)


def test_labels_are_exported_in_the_format_chosen(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    labels, cube = demo_window.labelling.labels, demo_window.session.cube
    assert labels is not None
    assert cube is not None
    demo_window.labelling.paint(labels.change(Window(3, 4, 2, 2), np.full((2, 2), 7)), "Paint")
    demo_window.label_files.export()
    dialog = _dialog(LabelExportDialog)
    assert [one.name for one in dialog.formats] == [one.name for one in FORMATS if not one.on_ground]
    dialog.target.setText(str(tmp_path / "out.tif"))
    dialog.format.setCurrentText("COCO")
    assert dialog.path == tmp_path / "out.json"
    dialog.target.setText(str(tmp_path / "out.xyz"))
    assert not dialog.ok.isEnabled()
    dialog.target.setText(str(tmp_path / "out.json"))
    dialog.accept()
    wait_for_jobs(demo_window)
    assert "Wrote out.json." in _texts(demo_window)
    assert demo_window.labelling.labels is not None
    found = read_labels(tmp_path / "out.json", Grid.of(cube))
    np.testing.assert_array_equal(found.ids, demo_window.labelling.labels.to_array())


def test_the_menu_asks_for_files(demo_window: MainWindow, foreign: Path, wait_for_jobs: Wait) -> None:
    assert not demo_window.commands["labels.export"].isEnabled()
    demo_window.commands["labels.import"].trigger()
    files = _dialog(QFileDialog)
    assert "*.geojson" in files.nameFilters()[0]
    files.filesSelected.emit([str(foreign)])
    files.close()
    wait_for_jobs(demo_window)
    _dialog(LabelImportDialog).accept()
    wait_for_jobs(demo_window)
    demo_window.commands.refresh()
    assert demo_window.commands["labels.export"].isEnabled()
