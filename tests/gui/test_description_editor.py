"""Typing a description: followed while typed, kept when it pauses, undone as one step."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit
from hsi_studio.gui.description_editor import DescriptionEditor

TABLE = ClassTable.from_names(["Corn", "Wheat"])


@pytest.fixture
def labelling(qtbot: QtBot) -> Labelling:
    labelling = Labelling(Session())
    labelling.commit(Edit("Classes", classes=(labelling.classes, TABLE)))
    return labelling


@pytest.fixture
def texts(labelling: Labelling) -> Iterator[LiveTexts]:
    texts = LiveTexts(labelling)
    yield texts
    texts.stop()


@pytest.fixture
def panel(labelling: Labelling, texts: LiveTexts, qtbot: QtBot) -> DescriptionEditor:
    panel = DescriptionEditor(labelling, texts)
    qtbot.addWidget(panel)
    panel.show()
    labelling.set_active(1)
    return panel


def test_typed_text_is_followed_at_once_and_kept_after_a_pause(
    panel: DescriptionEditor, labelling: Labelling, texts: LiveTexts, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.kept, timeout=60_000):
        qtbot.keyClicks(panel.editor, "Tall maize")
        assert texts.classes.entries[0].description == "Tall maize"
        assert labelling.classes.entries[0].description == ""
    assert labelling.classes.entries[0].description == "Tall maize"
    assert labelling.undo_title == "Describe Corn"


def test_another_class_keeps_what_was_typed(
    panel: DescriptionEditor, labelling: Labelling, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.editor, "Tall maize")
    labelling.set_active(2)
    assert labelling.classes.entries[0].description == "Tall maize"
    assert panel.editor.toPlainText() == ""
    assert "WHEAT" in panel.heading.text()
    labelling.set_active(1)
    assert panel.editor.toPlainText() == "Tall maize"


def test_undo_of_the_project_shows_in_the_editor_and_undo_of_the_editor_is_its_own(
    panel: DescriptionEditor, labelling: Labelling, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.editor, "Maize")
    panel.keep()
    qtbot.keyClicks(panel.editor, "s")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    panel.keep()
    while labelling.undo_title == "Describe Corn":
        labelling.undo()
    assert panel.editor.toPlainText() == ""
    assert labelling.classes == TABLE


def test_words_are_counted(panel: DescriptionEditor, qtbot: QtBot) -> None:
    assert panel.words.text().startswith("no text: the name stands in")
    qtbot.keyClicks(panel.editor, "Tall maize in rows")
    assert panel.words.text().startswith("4 words")


def test_reading_is_told_only_while_it_lasts(
    panel: DescriptionEditor, texts: LiveTexts, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.editor, "Tall maize")
    qtbot.waitUntil(lambda: texts.texts is not None and not texts.busy, timeout=180_000)
    panel.keep()  # an edit from now on, which is looked at once more
    qtbot.waitUntil(lambda: not texts.waiting)
    qtbot.waitUntil(lambda: "reading" not in panel.words.text())


def test_a_long_name_asks_for_no_room(panel: DescriptionEditor, labelling: Labelling) -> None:
    before = panel.minimumSizeHint().width()
    classes = ClassTable.from_names(["A very long name of a class " * 4, "Wheat"])
    labelling.commit(Edit("Classes", classes=(labelling.classes, classes)))
    assert panel.minimumSizeHint().width() == before
