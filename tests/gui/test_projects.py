"""Projects in the window: undo and redo, titles and banners, unsaved work, moved cubes, quitting."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hsi_studio.core.labels import Labels
from hsi_studio.core.window import Window
from hsi_studio.gui.dialogs.locate import LocateDialog
from hsi_studio.gui.dialogs.unsaved import UnsavedDialog
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.rich_list import FADED, RIGHT_TEXT
from hsi_studio.io.project import ProjectFile

Wait = Callable[[MainWindow], None]
Open = Callable[[], MainWindow]


@pytest.fixture
def scene(tmp_path: Path, rng: np.random.Generator) -> Path:
    path = tmp_path / "data" / "scene.npy"
    path.parent.mkdir()
    np.save(path, rng.random((40, 30, 12), np.float32))
    return path


@pytest.fixture
def scene_window(window: MainWindow, scene: Path, wait_for_jobs: Wait) -> MainWindow:
    window.files.open_paths([scene])
    wait_for_jobs(window)
    return window


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    arguments = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(arguments, check=False, capture_output=True).returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _paint(window: MainWindow, row: int, id: int = 1, title: str = "Brush: Corn") -> None:
    labels = window.labelling.labels
    assert labels is not None
    window.labelling.paint(labels.change(Window(row, 0, 3, 4), np.full((3, 4), id)), title)


def _choose(path: Path) -> None:
    """Answer the file dialog that is open."""
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible())
    dialog.filesSelected.emit([str(path)])
    dialog.close()


def _button(inside: QWidget, text: str) -> QPushButton:
    return next(button for button in inside.findChildren(QPushButton) if button.text() == text)


def _dialog(kind: type[QDialog]) -> QDialog:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def _stored(path: Path) -> Labels:
    file = ProjectFile.open(path, read_only=True)
    try:
        return file.state.labels_of(1)
    finally:
        file.close()


def test_undo_and_redo_are_named_and_answer_to_their_keys(scene_window: MainWindow, qtbot: QtBot) -> None:
    window = scene_window
    undo, redo = window.commands["edit.undo"], window.commands["edit.redo"]
    assert not undo.isEnabled()
    _paint(window, 2)
    _paint(window, 9, 2, "Lasso: Woods")
    assert undo.text() == "Undo Lasso: Woods"
    assert undo.iconText() == "Undo"
    window.canvas.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, control)
    assert window.labelling.counts == {1: 12}
    assert (undo.text(), redo.text()) == ("Undo Brush: Corn", "Redo Lasso: Woods")
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, control | shift)
    assert window.labelling.counts == {1: 12, 2: 12}
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, control)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y, control)
    assert window.labelling.counts == {1: 12, 2: 12}


def test_undo_is_left_to_a_text_field_that_has_the_focus(scene_window: MainWindow, qtbot: QtBot) -> None:
    window = scene_window
    _paint(window, 2)
    window.labelling.undo()
    _paint(window, 2)
    line = QLineEdit(window)
    line.show()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClicks(line, "word")
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == ""
    qtbot.keyClick(line, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.labelling.counts == {1: 12}
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.labelling.counts == {}


def test_title_and_status_say_that_all_changes_are_kept(
    scene_window: MainWindow, qtbot: QtBot, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    window = scene_window
    assert window.windowTitle() == "scene.npy — hsi_studio"
    assert window.status.kept.isHidden()
    _paint(window, 2)
    expected = "scene.npy — unnamed project (all changes kept) — hsi_studio"
    qtbot.waitUntil(lambda: window.windowTitle() == expected, timeout=60_000)
    assert window.status.kept.text() == "all changes kept"
    window.commands["project.save"].trigger()
    _choose(tmp_path / "field.hsip")
    wait_for_jobs(window)
    expected = "scene.npy — field.hsip (all changes kept) — hsi_studio"
    qtbot.waitUntil(lambda: window.windowTitle() == expected, timeout=60_000)
    assert window.settings.recent[0] == str(tmp_path / "field.hsip")
    window.commands["project.save"].trigger()
    qtbot.waitUntil(lambda: "Every change is in" in window.toaster.toasts[-1].text, timeout=60_000)
    assert _stored(tmp_path / "field.hsip") == window.labelling.labels


def test_a_project_dropped_or_chosen_opens_with_its_cube(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    project = scene.parent / "field.hsip"
    scene_window.project.new(project)
    wait_for_jobs(scene_window)
    _paint(scene_window, 2)
    scene_window.close()
    scene_window.stop()
    again = open_window()
    again.files.open_paths([project])
    wait_for_jobs(again)
    assert again.session.cube is not None
    assert again.session.cube.name == "scene.npy"
    assert again.labelling.counts == {1: 12}
    assert again.labelling.undo_title == "Brush: Corn"


def test_unsaved_labelling_is_offered_on_the_start_page_and_goes_on(
    scene_window: MainWindow, open_window: Open, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    _paint(scene_window, 2)
    scene_window.close()
    scene_window.stop()
    again = open_window()
    unsaved = again.start_page.unsaved
    qtbot.waitUntil(lambda: len(unsaved.rows) == 1, timeout=60_000)
    assert unsaved.isVisible()
    unsaved.chosen.emit(again.project_status.scratches.found[0])
    wait_for_jobs(again)
    assert again.labelling.counts == {1: 12}
    again.close()
    again.stop()
    third = open_window()
    qtbot.waitUntil(lambda: len(third.start_page.unsaved.rows) == 1, timeout=60_000)
    third.start_page.unsaved.discarded.emit(third.project_status.scratches.found[0])
    QApplication.activeModalWidget().accept()  # type: ignore[union-attr]
    qtbot.waitUntil(third.start_page.unsaved.isHidden, timeout=60_000)


def test_unsaved_labelling_is_offered_with_its_cube(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    _paint(scene_window, 2)
    scene_window.close()
    scene_window.stop()
    again = open_window()
    again.files.open_paths([scene])
    wait_for_jobs(again)
    qtbot.waitUntil(
        lambda: any("12 labelled pixels, today" in toast.text for toast in again.toaster.toasts),
        timeout=60_000,
    )


def test_opening_the_demo_alone_leaves_nothing_behind(
    demo_window: MainWindow, open_window: Open, qtbot: QtBot
) -> None:
    demo_window.close()
    demo_window.stop()
    again = open_window()
    qtbot.wait(300)
    assert again.project_status.scratches.found == ()


def test_a_full_disk_is_told_until_there_is_room(
    scene_window: MainWindow, small_disk: Path, wait_for_jobs: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    window = scene_window
    window.project.new(small_disk / "field.hsip")
    wait_for_jobs(window)
    _paint(window, 2)
    assert window.project.wait(5)
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    rng = np.random.default_rng(1)
    for _ in range(150):
        labels = window.labelling.labels
        assert labels is not None
        window.labelling.paint(labels.change(Window(0, 0, 40, 30), rng.integers(0, 999, (40, 30))), "Noise")
    qtbot.waitUntil(window.banner.isVisible, timeout=60_000)
    assert "the disk is full" in window.banner.label.text()
    assert [button.text() for button in window.banner.buttons] == ["Try again", "Save a copy…"]
    assert "not saved" in window.windowTitle()
    window.close()
    assert window.isVisible()
    question = _dialog(UnsavedDialog)
    assert "not saved" in window.status.kept.text()
    question.reject()
    window.banner.buttons[1].click()
    _choose(tmp_path / "copy.hsip")
    wait_for_jobs(window)
    qtbot.waitUntil(window.banner.isHidden, timeout=60_000)
    assert window.project.wait(5)
    assert _stored(tmp_path / "copy.hsip") == window.labelling.labels


def test_quit_anyway_quits(
    scene_window: MainWindow, small_disk: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    window = scene_window
    window.project.new(small_disk / "field.hsip")
    wait_for_jobs(window)
    subprocess.run(["umount", "-l", small_disk], check=True)
    _paint(window, 2)
    window.close()
    dialog = _dialog(UnsavedDialog)
    assert isinstance(dialog, UnsavedDialog)
    dialog.quit_wanted.emit()
    assert not window.isVisible()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", small_disk], check=True)


def test_a_second_window_may_only_look_and_says_why(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    project = scene.parent / "field.hsip"
    scene_window.project.new(project)
    wait_for_jobs(scene_window)
    _paint(scene_window, 2)
    assert scene_window.project.wait(5)
    other = open_window()
    other.files.open_paths([project])
    wait_for_jobs(other)
    assert other.banner.isVisible()
    assert "another window" in other.banner.label.text()
    qtbot.waitUntil(lambda: "(read-only)" in other.windowTitle(), timeout=2000)
    undo = other.commands["edit.undo"]
    assert not undo.isEnabled()
    assert "another window" in undo.toolTip()


def test_a_moved_cube_is_located_in_a_folder(
    scene_window: MainWindow, open_window: Open, scene: Path, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    project = scene.parent / "field.hsip"
    scene_window.project.new(project)
    wait_for_jobs(scene_window)
    _paint(scene_window, 2)
    scene_window.close()
    scene_window.stop()
    hidden = tmp_path / "deep" / "deeper"
    hidden.mkdir(parents=True)
    scene.rename(hidden / "scene.npy")
    np.save(scene, np.zeros((40, 30, 12), np.float32))
    again = open_window()
    again.files.open_paths([project])
    wait_for_jobs(again)
    dialog = _dialog(LocateDialog)
    assert isinstance(dialog, LocateDialog)
    assert "holds other values" in dialog.list.topLevelItem(0).text(2)  # type: ignore[union-attr]
    dialog.file_chosen.emit(again.projects.missing[0], scene)
    wait_for_jobs(again)
    assert "holds other values" in dialog.note.text()
    assert again.session.cubes == ()
    dialog.search.click()
    _choose(tmp_path / "deep")
    wait_for_jobs(again)
    assert again.projects.missing == ()
    assert again.labelling.counts == {1: 12}
    assert again.labelling.state.cubes[0].path == "../deep/deeper/scene.npy"


def _two_cubes_one_missing(window: MainWindow, scene: Path, wait_for_jobs: Wait) -> Path:
    """Return a project of two cubes; the one that was labelled first lies in another folder by now."""
    other = scene.with_name("other.npy")
    np.save(other, np.ones((20, 20, 12), np.float32))
    project = scene.parent / "field.hsip"
    window.project.new(project)
    wait_for_jobs(window)
    _paint(window, 2)
    window.files.open_paths([other])
    wait_for_jobs(window)
    _paint(window, 5)
    window.close()
    window.stop()
    moved = scene.parent / "moved"
    moved.mkdir()
    scene.rename(moved / scene.name)
    return project


def test_missing_cubes_are_greyed_in_the_list_and_lead_to_locate(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    project = _two_cubes_one_missing(scene_window, scene, wait_for_jobs)
    window = open_window()
    window.files.open_paths([project])
    wait_for_jobs(window)
    dialog = _dialog(LocateDialog)
    assert dialog.list.horizontalScrollBar().maximum() == 0  # type: ignore[attr-defined]
    dialog.close()
    cubes = window.cubes
    item = cubes.item(1)
    assert (cubes.count(), item.text(), item.data(RIGHT_TEXT), item.data(FADED)) == (
        2, "scene.npy", "Locate…", True,
    )  # fmt: skip
    qtbot.mouseClick(cubes.viewport(), Qt.MouseButton.LeftButton, pos=cubes.visualItemRect(item).center())
    assert window.session.cube is not None
    assert window.session.cube.name == "other.npy"
    assert cubes.currentRow() == 0
    _dialog(LocateDialog).close()
    window.files.open_paths([scene.parent / "moved" / scene.name])
    wait_for_jobs(window)
    assert window.projects.missing == ()
    assert [cubes.item(row).data(FADED) for row in range(cubes.count())] == [None, None]


def test_another_project_misses_nothing_of_the_one_before(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait
) -> None:
    project = _two_cubes_one_missing(scene_window, scene, wait_for_jobs)
    window = open_window()
    window.files.open_paths([project])
    wait_for_jobs(window)
    _dialog(LocateDialog).close()
    window.project.new(scene.parent / "new.hsip")
    wait_for_jobs(window)
    assert window.projects.missing == ()
    assert window.cubes.count() == 1


def test_a_damaged_project_is_recovered_into_a_copy(
    scene_window: MainWindow, open_window: Open, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    project = scene.parent / "field.hsip"
    scene_window.project.new(project)
    wait_for_jobs(scene_window)
    _paint(scene_window, 2)
    assert scene_window.project.wait(5)
    scene_window.close()
    scene_window.stop()
    content = bytearray(project.read_bytes())
    content[100:108] = b"\xff" * 8  # the header of the first page's table
    project.write_bytes(content)
    again = open_window()
    again.files.open_paths([project])
    wait_for_jobs(again)
    toast = again.toaster.toasts[-1]
    assert "damaged" in toast.text
    assert not again.session.cubes
    _button(toast, "Recover into a copy…").click()
    _choose(scene.parent / "field recovered.hsip")
    wait_for_jobs(again)
    told = again.toaster.toasts[-1]
    assert "field recovered.hsip holds what could be read." in told.text
    _button(told, "Open").click()
    wait_for_jobs(again)
    assert again.labelling.counts == {1: 12}
    assert again.windowTitle().startswith("scene.npy — field recovered.hsip")


def test_newer_projects_are_refused(
    scene_window: MainWindow, scene: Path, wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    import sqlite3
    from contextlib import closing

    project = scene.parent / "newer.hsip"
    ProjectFile.create(project).close()
    with closing(sqlite3.connect(project)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    scene_window.files.open_paths([project])
    wait_for_jobs(scene_window)
    assert "newer hsi_studio" in scene_window.toaster.toasts[-1].text
    assert len(scene_window.session.cubes) == 1
