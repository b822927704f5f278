"""The class table in the window: rows, keys, clicks, dragging, and what is asked before labels go."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QModelIndex, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from hsi_studio.app.session import Layer
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.window import Window
from hsi_studio.gui.classes_model import ENTRY, Column
from hsi_studio.gui.classes_panel import ClassesPanel
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.colour import ColourDialog
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.io.class_tables import read_class_table, write_class_table

Wait = Callable[[MainWindow], None]
T = TypeVar("T")


@pytest.fixture
def panel(demo_window: MainWindow) -> ClassesPanel:
    return demo_window.class_panel


def _names(window: MainWindow) -> list[str]:
    return [entry.name for entry in window.labelling.classes]


def _texts(window: MainWindow) -> str:
    return "\n".join(toast.text for toast in window.toaster.toasts)


def _dialog(kind: type[T]) -> T:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind)]
    assert found, f"no {kind.__name__} is open"
    return found[-1]


def _paint(window: MainWindow, id: int, pixels: int) -> None:
    labels = window.labelling.labels
    assert labels is not None
    window.labelling.paint(labels.change(Window(0, 0, 1, pixels), np.full((1, pixels), id)), "Paint")


def _picture(panel: ClassesPanel, row: int, column: Column) -> QImage:
    return panel.view.grab(panel.view.visualRect(panel.model.index(row, column))).toImage()


def _click(panel: ClassesPanel, row: int, column: Column) -> None:
    index = panel.model.index(row, column)
    place = panel.view.visualRect(index).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def _text(panel: ClassesPanel, row: int, column: Column) -> str:
    return str(panel.model.index(row, column).data())


def test_the_demo_starts_with_its_classes_and_nothing_to_undo(
    demo_window: MainWindow, panel: ClassesPanel
) -> None:
    assert panel.model.rowCount() == 16
    assert _text(panel, 1, Column.NAME) == "Corn-notill"
    assert [_text(panel, row, Column.KEY) for row in (0, 8, 9)] == ["1", "9", ""]
    assert "litter" in demo_window.labelling.classes[2].description
    assert demo_window.labelling.undo_title is None
    assert panel.pages.currentWidget() is panel.view


def test_sixteen_rows_fit_a_small_screen(demo_window: MainWindow, panel: ClassesPanel, qtbot: QtBot) -> None:
    demo_window.resize(1280, 800)
    qtbot.wait(50)
    last = panel.view.visualRect(panel.model.index(15, Column.NAME))
    assert panel.view.viewport().rect().contains(last)


def test_an_empty_table_offers_to_add_and_load(
    window: MainWindow, indian_pines_files: tuple[Path, Path], wait_for_jobs: Wait, qtbot: QtBot
) -> None:
    window.files.open_paths([indian_pines_files[0]])
    wait_for_jobs(window)
    panel = window.class_panel
    assert panel.pages.currentWidget() is panel.empty
    panel.empty.add.click()
    assert _names(window) == ["Class 1"]
    assert panel.pages.currentWidget() is panel.view
    editor = panel.view.viewport().findChild(QLineEdit)
    assert editor is not None, "the name of a new class may be typed at once"
    QTest.keyClicks(editor, "Maize")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _names(window) == ["Maize"])


def test_counts_and_sparklines_follow_the_labels(
    demo_window: MainWindow, panel: ClassesPanel, qtbot: QtBot
) -> None:
    assert _text(panel, 2, Column.PIXELS) == "–"
    before = _picture(panel, 2, Column.SPECTRUM)
    _paint(demo_window, 3, 120)
    assert _text(panel, 2, Column.PIXELS) == "120 px"
    service = demo_window.class_spectra
    qtbot.waitUntil(lambda: service.spectra is not None and set(service.spectra.sums) == {3})
    # The first numbers widen their columns, and the header gives the name's column the rest a turn later.
    qtbot.waitUntil(lambda: _picture(panel, 2, Column.SPECTRUM) != before)
    demo_window.labelling.undo()
    assert _text(panel, 2, Column.PIXELS) == "–"


def test_a_row_is_the_active_class_both_ways(demo_window: MainWindow, panel: ClassesPanel) -> None:
    _click(panel, 4, Column.NAME)
    assert demo_window.labelling.active == 5
    demo_window.labelling.set_active(11)
    assert panel.view.currentIndex().row() == 10
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert demo_window.labelling.active == 12


def test_a_name_is_typed_with_f2_and_a_taken_one_refused(
    demo_window: MainWindow, panel: ClassesPanel, qtbot: QtBot
) -> None:
    _click(panel, 3, Column.NAME)
    for text, expected in (("Maize", "Maize"), ("woods", "Maize")):
        QTest.keyClick(panel.view, Qt.Key.Key_F2)
        editor = panel.view.viewport().findChild(QLineEdit)
        assert editor is not None
        editor.setText(text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: panel.view.viewport().findChild(QLineEdit) is None)
        assert _names(demo_window)[3] == expected
    assert "class 14 is already called Woods" in _texts(demo_window)
    demo_window.labelling.undo()
    assert _names(demo_window)[3] == "Corn"


def test_eye_and_lock_answer_to_a_click_and_leave_the_active_class(
    demo_window: MainWindow, panel: ClassesPanel
) -> None:
    _click(panel, 6, Column.EYE)
    _click(panel, 7, Column.LOCK)
    assert not demo_window.labelling.classes[7].visible
    assert demo_window.labelling.classes[8].locked
    assert demo_window.labelling.active == 1
    assert demo_window.labelling.undo_title == "Lock Hay-windrowed"
    spoken = panel.model.index(6, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Grass-pasture-mowed, –, hidden"


def test_rows_are_reordered_by_keys_and_by_dragging(demo_window: MainWindow, panel: ClassesPanel) -> None:
    _click(panel, 0, Column.NAME)
    QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert _names(demo_window)[:3] == ["Corn-notill", "Alfalfa", "Corn-mintill"]
    assert demo_window.labelling.active == 1, "the class that moved stays the active one"
    data = panel.model.mimeData([panel.model.index(15, Column.NAME)])
    _drop(panel, data, 1)
    assert _names(demo_window)[:3] == ["Corn-notill", "Stone-Steel-Towers", "Alfalfa"]
    _drop(panel, panel.model.mimeData([panel.model.index(0, Column.NAME)]), 2)
    assert _names(demo_window)[:3] == ["Stone-Steel-Towers", "Corn-notill", "Alfalfa"]
    _drop(panel, panel.model.mimeData([panel.model.index(1, Column.NAME)]), -1)
    assert _names(demo_window)[-1] == "Corn-notill"
    assert [_text(panel, row, Column.KEY) for row in range(10)] == [*"123456789", ""]


def _drop(panel: ClassesPanel, data: QMimeData, row: int) -> None:
    panel.model.dropMimeData(data, Qt.DropAction.MoveAction, row, 0, QModelIndex())


def test_a_class_without_labels_goes_at_once_and_one_with_labels_after_a_question(
    demo_window: MainWindow, panel: ClassesPanel
) -> None:
    _paint(demo_window, 2, 38)
    _click(panel, 8, Column.NAME)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert "Oats" not in _names(demo_window)
    _click(panel, 1, Column.NAME)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    dialog = _dialog(Question)
    assert (
        "38 px of Corn-notill will be unlabelled" in dialog.findChildren(type(dialog.children()[1]))[0].text()
    )
    dialog.reject()
    assert "Corn-notill" in _names(demo_window)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    _dialog(Question).accept()
    assert "Corn-notill" not in _names(demo_window)
    assert dict(demo_window.labelling.counts) == {}
    demo_window.labelling.undo()
    assert dict(demo_window.labelling.counts) == {2: 38}


def _choose(panel: ClassesPanel, id: int, *path: str) -> QAction:
    actions = panel.menu_of(id).actions()
    for text in path[:-1]:
        menu = next(action.menu() for action in actions if action.text() == text)
        actions = menu.actions()  # type: ignore[attr-defined]
    found = next(action for action in actions if action.text() == path[-1])
    found.trigger()
    return found


def test_merging_gives_the_labels_to_the_other_class(demo_window: MainWindow, panel: ClassesPanel) -> None:
    _paint(demo_window, 2, 10)
    _choose(panel, 2, "Merge into", "Woods")
    assert dict(demo_window.labelling.counts) == {14: 10}
    assert "Corn-notill" not in _names(demo_window)
    assert demo_window.labelling.active == 14
    assert demo_window.labelling.undo_title == "Merge Corn-notill into Woods"


def test_a_locked_class_is_neither_merged_nor_deleted(demo_window: MainWindow, panel: ClassesPanel) -> None:
    _choose(panel, 2, "Lock labels")
    enabled = {action.text(): action.isEnabled() for action in panel.menu_of(2).actions()}
    assert not any(enabled[text] for text in ("Merge into", "Delete…", "Clear labels…"))
    _click(panel, 1, Column.NAME)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert "Corn-notill is locked; unlock it first." in _texts(demo_window)


def test_a_colour_is_chosen_from_the_palette(demo_window: MainWindow, panel: ClassesPanel) -> None:
    place = panel.view.visualRect(panel.model.index(0, Column.SWATCH)).center()
    QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    dialog = _dialog(ColourDialog)
    free = [button for button in dialog.swatches if "another" not in button.toolTip()]
    assert isinstance(free[-1], QToolButton)
    free[-1].click()
    entry = panel.model.index(0, Column.NAME).data(ENTRY)
    assert "#{:02x}{:02x}{:02x}".format(*entry.color) == free[-1].toolTip()
    assert demo_window.labelling.undo_title == "Recolour Alfalfa"


def test_tables_are_saved_and_loaded(demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait) -> None:
    demo_window.classes.save(tmp_path / "t.qml")
    wait_for_jobs(demo_window)
    assert "no place for descriptions" in _texts(demo_window)
    table = read_class_table(tmp_path / "t.qml")
    assert [entry.name for entry in table] == _names(demo_window)
    (tmp_path / "more.csv").write_text("name,color,description\nRye,#010203,tall\nwoods,#040506,\n")
    demo_window.classes.load(tmp_path / "more.csv")
    wait_for_jobs(demo_window)
    assert _names(demo_window)[-1] == "Rye"
    assert demo_window.labelling.classes[14].color == (4, 5, 6)
    assert demo_window.labelling.classes[14].description
    assert "1 class added, 1 updated" in _texts(demo_window)
    demo_window.labelling.undo()
    assert len(_names(demo_window)) == 16


def test_a_wrong_table_is_told_and_changes_nothing(
    demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Wait
) -> None:
    (tmp_path / "bad.yaml").write_text("- {name: A}\n- {name: A}\n")
    demo_window.classes.load(tmp_path / "bad.yaml")
    wait_for_jobs(demo_window)
    assert "two classes with the name A" in _texts(demo_window)
    write_class_table(tmp_path / "same.yaml", demo_window.labelling.classes)
    demo_window.classes.load(tmp_path / "same.yaml")
    wait_for_jobs(demo_window)
    assert "holds nothing new" in _texts(demo_window)
    assert demo_window.labelling.undo_title is None


def test_what_changed_is_painted_anew_and_no_more(
    demo_window: MainWindow, panel: ClassesPanel, qtbot: QtBot
) -> None:
    changed: list[tuple[int, int, int]] = []
    panel.model.dataChanged.connect(lambda a, b: changed.append((a.row(), b.row(), a.column())))
    for id in (3, 2):
        with qtbot.waitSignal(demo_window.class_spectra.changed):
            _paint(demo_window, id, 7)
    assert next(span for span in changed if span[2] == Column.PIXELS) == (2, 2, Column.PIXELS)
    assert next(span for span in changed if span[2] == Column.SPECTRUM) == (2, 2, Column.SPECTRUM)
    changed.clear()
    demo_window.classes.rename(5, "Lawn")
    assert {(first, last) for first, last, _ in changed} == {(4, 4)}


def test_shares_of_the_map_are_painted_anew_where_they_changed(
    demo_window: MainWindow, panel: ClassesPanel, qtbot: QtBot
) -> None:
    cube = demo_window.session.cube
    assert cube is not None
    ids = np.ones((cube.rows, cube.cols), np.int16)

    def lay(ids: NDArray[np.int16]) -> set[int]:
        rows: set[int] = set()
        panel.model.dataChanged.connect(lambda a, b: rows.update(range(a.row(), b.row() + 1)))
        layer = Layer(ClassRaster("Map", ids.copy(), demo_window.labelling.classes))
        with qtbot.waitSignal(demo_window.legends.changed):
            demo_window.session.set_layers((layer,))
        return rows

    lay(ids)
    assert _text(panel, 0, Column.SHARE) == "100.0 %"
    assert lay(ids) == set()
    ids[: cube.rows // 2] = 2
    assert lay(ids) == {0, 1}
    assert _text(panel, 1, Column.SHARE).startswith("49.")
    assert _text(panel, 2, Column.SHARE) == "–"
    ids[0, 0] = 3
    assert lay(ids) == {2}
    assert _text(panel, 2, Column.SHARE) == "< 0.1 %"
