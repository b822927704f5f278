"""Opening, choosing, re-reading, exporting and saving through the window."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import Job
from hsi_studio.app.opening import OpenRequest
from hsi_studio.core.window import Window
from hsi_studio.gui.dialogs.choose import BandAxisDialog, ChoiceDialog, ReferencesDialog
from hsi_studio.gui.dialogs.export import ExportDialog
from hsi_studio.gui.dialogs.files import cube_filters
from hsi_studio.gui.dialogs.properties import PropertiesDialog
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.io import OpenOptions, open_cube

Wait = Callable[[MainWindow], None]


def _texts(window: MainWindow) -> str:
    return "\n".join(toast.text for toast in window.toaster.toasts)


T = TypeVar("T")


def _dialog(kind: type[T]) -> T:
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind)]
    assert found, f"no {kind.__name__} is open"
    return found[-1]


def _choose(path: Path) -> None:
    """Choose a file in the file dialog that is open."""
    dialog = _dialog(QFileDialog)
    dialog.filesSelected.emit([str(path)])
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_damaged_file_is_told_in_a_toast_and_changes_nothing(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    file = tmp_path / "broken.hdr"
    file.write_text("ENVI\nsamples = many\nlines = 3\nbands = 2\ndata type = 2\ninterleave = bsq\n")
    demo_window.files.open_paths([file])
    wait_for_jobs(demo_window)
    assert "samples" in _texts(demo_window)
    assert len(demo_window.session.cubes) == 1
    assert demo_window.settings.recent == []


def test_references_that_do_not_fit_offer_to_open_the_scene_without_them(
    window: MainWindow, tmp_path: Path, wait_for_jobs: Wait, rng: np.random.Generator
) -> None:
    for name, cols in (("scene", 6), ("WHITEREF_scene", 5)):
        header = f"ENVI\nsamples = {cols}\nlines = 4\nbands = 3\ndata type = 12\ninterleave = bil\n"
        (tmp_path / f"{name}.hdr").write_text(f"{header}byte order = 0\n")
        (tmp_path / f"{name}.raw").write_bytes(rng.integers(1, 999, 4 * 3 * cols, np.uint16).tobytes())
    window.files.open_paths([tmp_path / "scene.hdr"])
    wait_for_jobs(window)
    assert "5 columns" in _texts(window)
    (toast,) = window.toaster.toasts
    (without,) = [b for b in toast.findChildren(QPushButton) if b.text() == "Open without them"]
    without.click()
    wait_for_jobs(window)
    assert window.session.cube is not None
    assert (window.session.cube.cols, window.session.cube.quantity) == (6, "value")


def test_a_file_that_is_not_there_is_told(window: MainWindow, tmp_path: Path, wait_for_jobs: Wait) -> None:
    window.files.open_paths([tmp_path / "gone" / "cube.hdr"])
    wait_for_jobs(window)
    assert "does not exist" in _texts(window)


def test_several_variables_are_asked_for_and_the_answer_opens_one(
    window: MainWindow, tmp_path: Path, wait_for_jobs: Wait, rng: np.random.Generator
) -> None:
    file = tmp_path / "two.npz"
    np.savez(file, first=rng.random((6, 7, 5)), second=rng.random((8, 9, 4)))
    window.files.open_paths([file])
    wait_for_jobs(window)
    dialog = _dialog(ChoiceDialog)
    assert dialog.list.count() == 2
    dialog.list.setCurrentRow(1)
    dialog.accept()
    wait_for_jobs(window)
    assert window.session.cube is not None
    assert window.session.cube.bands == 4
    assert window.settings.recent == [str(file)]


def test_notes_of_a_file_come_as_one_toast(window: MainWindow, tmp_path: Path, wait_for_jobs: Wait) -> None:
    file = tmp_path / "cube.npy"
    np.save(file, np.arange(5 * 6 * 40, dtype=np.float32).reshape(5, 6, 40))
    window.files.open_paths([file])
    wait_for_jobs(window)
    assert len(window.toaster.toasts) == 1
    assert "cube.npy" in _texts(window)


def test_the_toast_of_an_inferred_axis_leads_to_another(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    file, other = tmp_path / "cube.npy", tmp_path / "other.npy"
    for path in (file, other):
        np.save(path, np.arange(5 * 6 * 40, dtype=np.float32).reshape(5, 6, 40))
    window.files.open_paths([file, other])
    wait_for_jobs(window)
    toast = window.toaster.toasts[0]
    (change,) = [button for button in toast.findChildren(QPushButton) if button.text() == "Change axis…"]
    (label,) = toast.findChildren(QLabel)
    assert label.heightForWidth(label.width()) <= label.height(), "no line is cut"
    qtbot.mouseClick(change, Qt.MouseButton.LeftButton)
    assert toast not in window.toaster.toasts
    dialog = _dialog(BandAxisDialog)
    dialog.group.button(0).setChecked(True)
    dialog.accept()
    wait_for_jobs(window)
    assert [opened.cube.shape for opened in window.session.cubes] == [(6, 40, 5), (5, 6, 40)]


def test_a_file_that_is_open_is_selected_unless_it_changed_or_is_read_otherwise(
    window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    file, other = tmp_path / "cube.npy", tmp_path / "other.npy"
    for path in (file, other):
        np.save(path, np.zeros((5, 6, 40), np.float32))
    window.files.open_paths([file, other, file])
    wait_for_jobs(window)
    assert [opened.cube.path for opened in window.session.cubes] == [file, other]
    assert window.session.cube is window.session.cubes[0].cube
    window.files.opener.open(OpenRequest(file, OpenOptions(band_axis=0)))
    wait_for_jobs(window)
    assert len(window.session.cubes) == 3
    np.save(file, np.ones((5, 6, 40), np.float32))
    window.files.open_paths([file])
    wait_for_jobs(window)
    assert len(window.session.cubes) == 4


def test_another_band_axis_reads_the_file_again_in_place(
    window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    file = tmp_path / "cube.npy"
    np.save(file, np.arange(5 * 6 * 40, dtype=np.float32).reshape(5, 6, 40))
    window.files.open_paths([file])
    wait_for_jobs(window)
    window.files.properties()
    _dialog(PropertiesDialog).axis_wanted.emit()
    dialog = _dialog(BandAxisDialog)
    assert [button.text() for button in dialog.group.buttons()] == [
        "First: 6 rows × 40 columns × 5 bands",
        "Middle: 5 rows × 40 columns × 6 bands",
        "Last: 5 rows × 6 columns × 40 bands",
    ]
    dialog.group.button(0).setChecked(True)
    dialog.accept()
    wait_for_jobs(window)
    assert len(window.session.cubes) == 1
    assert window.session.cube is not None
    assert window.session.cube.shape == (6, 40, 5)


def test_references_by_hand_make_reflectance(
    window: MainWindow, tmp_path: Path, wait_for_jobs: Wait, rng: np.random.Generator
) -> None:
    raw, dark, white = rng.uniform(100, 200, (6, 7, 5)), np.full((1, 7, 5), 50.0), np.full((1, 7, 5), 250.0)
    for name, values in (("raw", raw), ("dark", dark), ("white", white)):
        np.save(tmp_path / f"{name}.npy", values.astype(np.float32))
    window.files.open_paths([tmp_path / "raw.npy"])
    wait_for_jobs(window)
    window.files.references()
    dialog = _dialog(ReferencesDialog)
    assert dialog.focusWidget() is dialog.white.line, "the first line is ready to be typed into"
    dialog.white.line.setText(str(tmp_path / "white.npy"))
    dialog.dark.line.setText(str(tmp_path / "dark.npy"))
    dialog.accept()
    wait_for_jobs(window)
    cube = window.session.cube
    assert cube is not None, _texts(window)
    assert cube.quantity == "reflectance", _texts(window)
    np.testing.assert_allclose(cube.physical(cube.spectrum(2, 3)), (raw[2, 3] - 50) / 200, rtol=1e-5)


def test_a_class_raster_becomes_a_layer(
    window: MainWindow, indian_pines_files: tuple[Path, Path], wait_for_jobs: Wait
) -> None:
    cube, truth = indian_pines_files
    window.files.open_paths([cube])
    wait_for_jobs(window)
    window.files.load_class_raster()
    _choose(truth)
    wait_for_jobs(window)
    current = window.session.current
    assert current is not None
    assert [len(layer.raster.classes) for layer in current.layers] == [16], _texts(window)


def test_a_class_raster_of_another_size_is_refused_with_both_sizes(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    np.save(tmp_path / "small.npy", np.ones((30, 40, 1), np.uint8))
    demo_window.files.load_class_raster()
    _choose(tmp_path / "small.npy")
    wait_for_jobs(demo_window)
    assert "30 × 40" in _texts(demo_window)
    assert "145 × 145" in _texts(demo_window)


def test_a_cube_is_exported_in_the_format_chosen(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    demo_window.files.export_cube()
    dialog = _dialog(ExportDialog)
    dialog.target.setText(str(tmp_path / "out.hdr"))
    dialog.interleave.setCurrentIndex(3)
    dialog.accept()
    wait_for_jobs(demo_window)
    written = open_cube(tmp_path / "out.hdr")
    assert written.shape == (145, 145, 200)
    assert written.interleave == "bip"
    assert "Wrote out" in _texts(demo_window)


def test_the_export_dialog_says_what_it_replaces(demo_window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "out.npy").touch()
    demo_window.files.export_cube()
    dialog = _dialog(ExportDialog)
    dialog.target.setText(str(tmp_path / "out"))
    dialog.format.setCurrentText("NumPy")
    assert dialog.path == tmp_path / "out.npy"
    assert dialog.ok.text() == "Replace"
    assert not dialog.interleave.isEnabled()
    dialog.reject()


def test_the_whole_picture_is_saved_with_its_layers(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    target = tmp_path / "bare.png"
    demo_window.files.save_picture()
    _choose(target)
    wait_for_jobs(demo_window)
    bare = QImage(str(target))
    assert (bare.width(), bare.height()) == (145, 145)
    demo_window.views.toggle_labels()
    demo_window.files.save_picture()
    _choose(tmp_path / "layers.png")
    wait_for_jobs(demo_window)
    assert QImage(str(tmp_path / "layers.png")) != bare


def test_labels_are_part_of_the_saved_picture(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    labelling = demo_window.labelling
    assert labelling.labels is not None
    labelling.paint(labelling.labels.change(Window(3, 4, 2, 2), np.full((2, 2), 5)), "Point")
    demo_window.session.set_labels_look(visible=True, opacity=1.0)
    demo_window.files.save_picture()
    _choose(tmp_path / "labels.png")
    wait_for_jobs(demo_window)
    picture = QImage(str(tmp_path / "labels.png"))
    assert picture.pixelColor(4, 3).getRgb()[:3] == labelling.classes[5].color
    assert picture.pixelColor(6, 3).getRgb()[:3] != labelling.classes[5].color


def test_a_running_open_can_be_cancelled(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    np.save(tmp_path / "a.npy", np.zeros((4, 5, 30), np.float32))
    jobs: list[Job] = []
    window.jobs.added.connect(jobs.append)
    window.files.open_paths([tmp_path / "a.npy"])
    for job in jobs:  # the queue may be done with it, and the window not have heard of it
        window.jobs.cancel(job)
    assert jobs
    qtbot.waitUntil(lambda: not window.jobs.jobs)
    qtbot.wait(50)
    assert window.session.cubes == ()
    assert window.toaster.toasts == ()


def test_the_open_dialog_offers_every_format() -> None:
    filters = cube_filters()
    assert filters[0].startswith("Cubes (")
    assert all(ending in filters[0] for ending in ("*.hdr", "*.tif", "*.mat", "*.npy", "*.nc", "*.HDR"))
    assert filters[-1] == "All files (*)"
