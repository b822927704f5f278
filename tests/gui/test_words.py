"""History, two wordings, questions: through the window, its real processes and a real project file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsi_studio.app.live_layers import PREDICTION
from hsi_studio.app.session import OpenCube
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.core.selection import Selection
from hsi_studio.core.window import Window
from hsi_studio.gui.classes_model import Column
from hsi_studio.gui.dialogs.encoder import EncoderDialog
from hsi_studio.gui.dialogs.text_history import TextHistoryDialog, diff_html
from hsi_studio.gui.dialogs.word_controls import WordControlsDialog
from hsi_studio.gui.encoder_row import EncoderRow
from hsi_studio.gui.legend_list import NAME
from hsi_studio.gui.main_window import MainWindow

SIDE, BANDS = 24, 20
WORDS = "Deep clear water, dark beyond 700 nm"


@pytest.fixture(scope="session")
def vectors_read_before(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def desk(
    window: MainWindow,
    make_cube: Callable[..., Cube],
    qtbot: QtBot,
    vectors_read_before: str,
    monkeypatch: pytest.MonkeyPatch,
) -> MainWindow:
    """The window with a map of three fields, made from two labels and three names."""
    monkeypatch.setenv("XDG_CACHE_HOME", vectors_read_before)
    random = np.random.default_rng(0)
    spectra = random.random((3, BANDS)) * 1000 + 500
    fields = np.broadcast_to(np.repeat(np.arange(3), SIDE // 3), (SIDE, SIDE))
    values = spectra[fields] + random.normal(0, 20, (SIDE, SIDE, BANDS))
    cube = make_cube(values.astype(np.float32))
    window.session.add(OpenCube(cube, default_view(cube)))
    table = ClassTable.from_names(["Corn", "Wheat", "Woods"])
    window.labelling.commit(Edit("Classes", classes=(window.labelling.classes, table)))
    window.labelling.set_active(1)
    window.live.toggle()
    window.live.follower.set_options(words_alone=True)
    for col, id in ((3, 1), (12, 2)):
        assert window.labelling.labels is not None
        edit = window.labelling.labels.change(Window(3, col, 1, 1), np.array([[id]]))
        window.labelling.paint(edit, "Point")
    settle(window, qtbot)
    return window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    live = window.live
    qtbot.waitUntil(
        lambda: not live.texts.busy and not live.texts.waiting and not live.follower.engine.busy,
        timeout=180_000,
    )


def _type(window: MainWindow, text: str, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.live.words.history.measured, timeout=180_000):
        window.live.words.editor.set_text(text)
    settle(window, qtbot)


def _history(window: MainWindow, qtbot: QtBot) -> TextHistoryDialog:
    window.live.words.past.click()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), TextHistoryDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, TextHistoryDialog)
    return dialog


def _shown(window: MainWindow) -> np.ndarray:  # type: ignore[type-arg]
    assert window.session.current is not None
    layers = {layer.raster.name: layer.raster for layer in window.session.current.layers}
    raster = layers[PREDICTION]
    assert isinstance(raster, ClassRaster)
    return raster.ids


def test_history_tells_effects_and_restores(desk: MainWindow, qtbot: QtBot) -> None:
    before = _shown(desk).copy()
    _type(desk, WORDS, qtbot)
    flipped = int(np.count_nonzero(_shown(desk) != before))
    assert flipped > 0
    assert any(f"{flipped} pixels turned" in toast.text for toast in desk.toaster.toasts)
    _type(desk, "Maize", qtbot)
    dialog = _history(desk, qtbot)
    assert [dialog.list.item(row).toolTip() for row in range(dialog.list.count())] == ["Maize", WORDS]
    assert f"{flipped} px turned" in dialog.list.item(1).text()
    assert not dialog.restore.isEnabled()
    dialog.list.setCurrentRow(1)
    assert "Deep" in dialog.text.toPlainText()
    assert "Maize" in dialog.text.toPlainText()
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert desk.labelling.classes[1].description == WORDS
    assert desk.labelling.undo_title == "Describe Corn"
    desk.labelling.undo()
    assert desk.labelling.classes[1].description == "Maize"


def test_two_wordings_flip_at_once(desk: MainWindow, qtbot: QtBot) -> None:
    words = desk.live.words
    before = _shown(desk).copy()
    words.compare.click()
    settle(desk, qtbot)
    _type(desk, WORDS, qtbot)
    after = _shown(desk).copy()
    count = int(np.count_nonzero(after != before))
    assert words.bar.isVisible()
    assert words.bar.text.text().startswith(f"{count} px differ")
    desk.commands["words.flip"].trigger()
    np.testing.assert_array_equal(_shown(desk), before)
    assert not desk.live.follower.engine.busy
    desk.commands["words.flip"].trigger()
    np.testing.assert_array_equal(_shown(desk), after)
    words.bar.outline.click()
    assert desk.canvas.selection is not None
    assert desk.canvas.selection.count == count
    desk.commands["words.flip"].trigger()
    words.bar.close_pair.click()
    np.testing.assert_array_equal(_shown(desk), after)
    assert not words.bar.isVisible()


def test_held_wording_follows_labels(desk: MainWindow, qtbot: QtBot) -> None:
    words = desk.live.words
    _type(desk, WORDS, qtbot)
    dialog = _history(desk, qtbot)
    dialog.reject()
    words.pair.hold(1, "")
    settle(desk, qtbot)
    first = words.pair.map
    assert first is not None
    assert desk.labelling.labels is not None
    desk.labelling.paint(desk.labelling.labels.change(Window(3, 20, 1, 1), np.array([[3]])), "Point")
    settle(desk, qtbot)
    assert words.pair.map is not None
    assert (words.pair.map.ids != first.ids).any()
    while desk.live.follower.shown is not None:
        desk.labelling.undo()
    assert words.pair.held is None


def test_a_phrase_is_answered_and_taken_away(desk: MainWindow, qtbot: QtBot) -> None:
    field = desk.live.words.query_field
    desk.commands["words.ask"].trigger()
    qtbot.keyClicks(field, "dark water")
    with qtbot.waitSignal(desk.live.words.query.answered, timeout=180_000):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.session.current is not None
    top = desk.session.current.layers[-1]
    assert top.visible
    assert isinstance(top.raster, ScalarRaster)
    assert top.raster.name == "“dark water”"
    assert np.isfinite(top.raster.values).all()
    assert [entry.name for entry in desk.labelling.classes] == ["Corn", "Wheat", "Woods"]
    desk.canvas.set_selection(Selection(Window(0, 0, 1, 1), np.ones((1, 1), bool)))
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Escape)
    assert desk.live.words.query.heat is not None  # the selection went first
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Escape)
    assert desk.session.current is not None
    assert top.raster not in [layer.raster for layer in desk.session.current.layers]
    assert field.text() == ""


def test_an_encoder_that_is_absent_is_told_and_the_old_one_shown(
    desk: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    row = desk.live.words.editor.findChild(EncoderRow)
    assert row is not None
    row.ask()
    dialog = row.findChild(EncoderDialog)
    assert dialog is not None
    assert not dialog.ok.isEnabled()
    dialog.name.setText(str(tmp_path / "nothing-here"))
    with qtbot.waitSignal(desk.live.texts.failed, timeout=180_000):
        dialog.ok.click()
    assert row.encoder.currentText() == "all-MiniLM-L6-v2"
    assert any("nothing-here" in toast.text and "stays" in toast.text for toast in desk.toaster.toasts)


def test_controls_say_whether_words_matter_and_warn_of_them(desk: MainWindow, qtbot: QtBot) -> None:
    words, model = desk.live.words, desk.class_panel.model
    woods = model.index(2, Column.SWATCH)
    assert model.shown(2).from_words
    assert not model.shown(0).from_words
    assert "from its words alone" in woods.data(Qt.ItemDataRole.ToolTipRole)
    qtbot.waitUntil(lambda: desk.legend.list.topLevelItemCount() == 3)
    tips = [desk.legend.list.topLevelItem(row).toolTip(NAME) for row in range(3)]
    assert ["words alone" in tip for tip in tips] == [False, False, True]
    words.matter.click()
    dialog = desk.findChild(WordControlsDialog)
    assert dialog is not None
    with qtbot.waitSignal(words.controls.failed, timeout=180_000):
        dialog.start.click()
    assert "label pixels of three classes or more" in dialog.verdict.text()
    for row in range(1, SIDE, 5):
        for col, id in ((2, 1), (12, 2), (20, 3)):
            assert desk.labelling.labels is not None
            edit = desk.labelling.labels.change(Window(row, col, 1, 1), np.array([[id]]))
            desk.labelling.paint(edit, "Point")
    settle(desk, qtbot)
    assert not model.shown(2).from_words
    with qtbot.waitSignal(words.controls.progressed, timeout=180_000):
        dialog.start.click()
    dialog.stop.click()
    assert dialog.start.isVisible()
    with qtbot.waitSignal(words.controls.found, timeout=120_000):
        dialog.start.click()
    assert "For classes that have labels" in dialog.verdict.text()
    assert [bar.name for bar in dialog.areas.bars[:3]] == ["Corn", "Wheat", "Woods"]
    assert dialog.accuracy.bars[0].value.mean > 0.9
    assert words.controls.area is not None
    with qtbot.waitSignal(words.controls.progressed, timeout=180_000):
        dialog.start.click()
    dialog.reject()  # it goes on, with nobody to show it to
    with qtbot.waitSignal(words.controls.found, timeout=120_000):
        pass


def test_diff_shows_text_as_text(desk: MainWindow) -> None:
    assert "<b>" not in diff_html("<b>one</b>", "two")
