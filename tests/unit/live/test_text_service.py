"""The text service, in this process."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.live.text_service import EncoderChoice, PhraseWanted, Texts, TextService, TextsWanted


def _texts(wanted: TextsWanted) -> Texts:
    answers = [answer for answer in TextService().answer("texts", wanted) if answer is not None]
    (texts,) = answers
    assert isinstance(texts, Texts)
    return texts


def test_one_changed_text_changes_one_raw_vector() -> None:
    table = ClassTable.from_names(["Corn", "Wheat", "Woods"])
    described = replace(table.entries[1], description="A cereal that ripens to pale straw by July.")
    before = _texts(TextsWanted(table)).embeddings.raw
    after = _texts(TextsWanted(ClassTable((table.entries[0], described, table.entries[2])))).embeddings.raw
    changed = np.abs(before - after).max(axis=1) > 1e-6
    assert changed.tolist() == [False, True, False]


def test_a_phrase_is_the_vector_of_a_class_with_that_text() -> None:
    table = ClassTable.from_names(["Woods", "Bare soil"])
    *_, vector = TextService().answer("phrase", PhraseWanted("Woods"))
    np.testing.assert_allclose(vector, _texts(TextsWanted(table)).embeddings.raw[0], atol=1e-5)


def test_another_text_need_not_wait_for_a_long_one() -> None:
    sentence = "Green corn rises at the red edge near 700 nm, and its leaves hold water. "
    long = ClassTable((replace(ClassTable.from_names(["Corn"]).entries[0], description=sentence * 600),))
    for kind, body in (("texts", TextsWanted(long)), ("phrase", PhraseWanted(sentence * 600))):
        answers = TextService().answer(kind, body)
        assert [next(answers) for _ in range(3)] == [None, None, None]
        answers.close()  # type: ignore[attr-defined]  # as the server does when something else is asked


def test_absent_encoder_is_one_sentence() -> None:
    wanted = TextsWanted(
        ClassTable.from_names(["Corn", "Wheat"]), EncoderChoice("no/such-encoder", offline=True)
    )
    with pytest.raises(HsiError, match="neither a folder nor on this machine"):
        _texts(wanted)


def test_texts_read_before_need_no_torch(user_folders: Path) -> None:
    code = (
        "import sys\n"
        "from hsi_studio.core.classes import ClassTable\n"
        "from hsi_studio.live.text_service import TextsWanted, TextService\n"
        "list(TextService().answer('texts', TextsWanted(ClassTable.from_names(['Corn', 'Wheat']))))\n"
        "print('torch' in sys.modules)"
    )

    def run() -> str:
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert run().strip() == "True"
    assert run().strip() == "False"
