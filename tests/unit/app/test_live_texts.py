"""Embeddings follow the class table."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.session import Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.project import Edit
from hsi_studio.live.text_service import EncoderChoice

TABLE = ClassTable.from_names(["Corn", "Wheat"])


@pytest.fixture
def labelling(qtbot: QtBot) -> Labelling:
    return Labelling(Session())


@pytest.fixture
def live(labelling: Labelling) -> Iterator[LiveTexts]:
    live = LiveTexts(labelling)
    yield live
    live.stop()


def _change(labelling: Labelling, table: ClassTable) -> None:
    labelling.commit(Edit("Classes", classes=(labelling.classes, table)))


def test_texts_follow_what_is_typed_and_undo(live: LiveTexts, labelling: Labelling, qtbot: QtBot) -> None:
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, TABLE)
    assert live.texts is not None
    first = live.texts.embeddings.raw
    typed = ClassTable((replace(TABLE.entries[0], description="Tall rows of maize"), TABLE.entries[1]))
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, typed)
    assert abs(live.texts.embeddings.raw - first).max(axis=1).tolist()[1] == 0
    with qtbot.waitSignal(live.changed, timeout=180_000):
        labelling.undo()
    assert (live.texts.embeddings.raw == first).all()


def test_colours_are_no_reason_to_read_again(live: LiveTexts, labelling: Labelling, qtbot: QtBot) -> None:
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, TABLE)
    with qtbot.assertNotEmitted(live.changed, wait=400):
        _change(labelling, ClassTable((replace(TABLE.entries[0], color=(1, 2, 3)), TABLE.entries[1])))


def test_a_long_text_keeps_nothing_waiting(live: LiveTexts, labelling: Labelling, qtbot: QtBot) -> None:
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, TABLE)
    live.set_draft(1, "Green corn rises at the red edge near 700 nm, and its leaves hold water. " * 4_000)
    live.read_now()
    qtbot.wait(500)  # the process reads it now
    with qtbot.waitSignal(live.phrase_read, timeout=180_000):
        live.read_phrase("Wet soil")
    assert "texts" in live.engine.busy
    live.set_draft(1, "Tall rows of maize")
    with qtbot.waitSignal(live.changed, timeout=180_000):
        live.read_now()
    assert live.texts is not None
    assert live.texts.wanted.classes.entries[0].description == "Tall rows of maize"


def test_encoder_that_cannot_be_had_leaves_the_old_one(
    live: LiveTexts, labelling: Labelling, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, TABLE)
    before = live.texts
    with qtbot.waitSignal(live.failed, timeout=180_000) as failed:
        live.set_encoder(EncoderChoice("no/such-encoder", offline=True))
    assert "hf download" in failed.args[0].remedy
    assert live.texts is before
    assert live.encoder == EncoderChoice()


def test_an_encoder_that_is_still_being_fetched_is_given_up(
    live: LiveTexts, labelling: Labelling, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(live.changed, timeout=180_000):
        _change(labelling, TABLE)
    with qtbot.assertNotEmitted(live.failed):
        live.set_encoder(EncoderChoice("no/such-encoder"))
        live.set_encoder(EncoderChoice())
        qtbot.waitUntil(lambda: not live.busy, timeout=180_000)
    assert live.encoder == EncoderChoice()
