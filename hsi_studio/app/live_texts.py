"""Follows the descriptions of the classes with their embeddings."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from hsi_studio.app.engine import Engine
from hsi_studio.app.labelling import Labelling
from hsi_studio.core.classes import ClassTable
from hsi_studio.live.messages import Failed
from hsi_studio.live.text_service import (
    ControlTextsWanted,
    EncoderChoice,
    PhraseWanted,
    Texts,
    TextsWanted,
)

SETTLED_MS = 150
"""How long nobody types before a text is read."""

_IDLE_MS = 60_000
_TEXTS, _PHRASE = "texts", "phrase"
_SOON, _IN_TURN = 4, 5
"""A phrase goes before texts that are being read: a long one takes half a minute."""


class LiveTexts(QObject):
    """Keeps the embeddings of the class table, one process away."""

    changed = Signal(object)
    """`Texts` of the classes as they are now."""
    failed = Signal(object)
    """`Failed`: the former texts stay."""
    encoder_changed = Signal(object)
    """`EncoderChoice` that all texts are read with from now on."""
    phrase_read = Signal(object, object)
    """(text, vector (d,)) that `read_phrase` asked for."""
    other_read = Signal(str, object)
    """(purpose, answer) that `read_other` asked for."""
    busy_changed = Signal(bool)

    def __init__(self, labelling: Labelling, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self.texts: Texts | None = None
        self.encoder = self._wanted_encoder = EncoderChoice()
        self.enabled = True
        self._phrase = ""
        self._draft: tuple[int, str] | None = None
        self._engine = Engine("hsi_studio.live.text_service:TextService", self)
        self._engine.answered.connect(self._on_answer)
        self._engine.failed.connect(self._on_failure)
        self._engine.busy_changed.connect(self._on_done)
        self._settle = _timer(self, SETTLED_MS, self._follow)
        # The encoder holds half a gigabyte; texts that were read before are on disk.
        self._idle = _timer(self, _IDLE_MS, self._engine.release)
        labelling.classes_changed.connect(self._settle.start)
        labelling.project_changed.connect(self.drop_draft)
        labelling.project_changed.connect(self._settle.start)

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def classes(self) -> ClassTable:
        """The class table with the text that is being typed."""
        table = self._labelling.classes
        if self._draft is None:
            return table
        id, text = self._draft
        return ClassTable(tuple(replace(e, description=text) if e.id == id else e for e in table))

    def set_draft(self, id: int, text: str) -> None:
        """Follow a text that is being typed and is not yet an edit of the class table."""
        self._draft = id, text
        self._settle.start()

    def drop_draft(self) -> None:
        """Follow the class table alone again."""
        if self._draft is not None:
            self._draft = None
            self._settle.start()

    @property
    def busy(self) -> bool:
        """Whether texts are being read."""
        return bool(self._engine.busy)

    @property
    def waiting(self) -> bool:
        """Whether somebody is still typing."""
        return self._settle.isActive()

    def set_encoder(self, encoder: EncoderChoice) -> None:
        """Read all texts with another encoder; when that fails the former one stays.

        An encoder that is still being fetched is given up.
        """
        if encoder == self._wanted_encoder:
            return
        if _TEXTS in self._engine.busy and self._wanted_encoder != self.encoder:
            self._engine.release()
        self._wanted_encoder = encoder
        if len(self._labelling.classes):
            self._ask(_TEXTS, TextsWanted(self.classes, encoder))
        else:
            self._on_encoder(encoder)

    def set_enabled(self, enabled: bool) -> None:
        """Follow what is written, or read nothing until asked to."""
        self.enabled = enabled
        if enabled:
            self._settle.start()

    def read_now(self) -> None:
        """Read the texts as they are, without waiting for more typing."""
        self._settle.stop()
        wanted = TextsWanted(self.classes, self.encoder)
        if len(wanted.classes) and (self.texts is None or text_key(self.texts.wanted) != text_key(wanted)):
            self._ask(_TEXTS, TextsWanted(self.classes, self._wanted_encoder))
        else:
            self.busy_changed.emit(self.busy)  # nobody waits for more typing any longer

    def read_other(self, purpose: str, wanted: TextsWanted | ControlTextsWanted) -> None:
        """Read texts that are not those of the class table; the answer comes as `other_read`."""
        self._ask(purpose, wanted)

    def read_phrase(self, text: str) -> None:
        """Read any text; the answer comes as `phrase_read`."""
        self._phrase = text
        self._ask(_PHRASE, PhraseWanted(text, self.encoder), _SOON)

    def stop(self) -> None:
        """End the process."""
        self._settle.stop()
        self._idle.stop()
        self._engine.stop()

    def _follow(self) -> None:
        if self.enabled:
            self.read_now()
        else:
            self.busy_changed.emit(self.busy)

    def _ask(self, kind: str, body: object, priority: int = _IN_TURN) -> None:
        self._idle.stop()
        self._engine.request(kind, body, priority=priority)
        self.busy_changed.emit(True)

    def _on_answer(self, kind: str, value: object) -> None:
        if kind == _PHRASE:
            self.phrase_read.emit(self._phrase, value)
        elif kind == _TEXTS and isinstance(value, Texts):
            self.texts = value
            self._on_encoder(value.wanted.encoder)
            self.changed.emit(value)
        else:
            self.other_read.emit(kind, value)

    def _on_encoder(self, encoder: EncoderChoice) -> None:
        if encoder != self.encoder:
            self.encoder = encoder
            self.encoder_changed.emit(encoder)

    def _on_failure(self, kind: str, failed: Failed) -> None:
        if kind == _TEXTS and self._wanted_encoder != self.encoder:
            self._wanted_encoder = self.encoder
            stays = f"{self.encoder.name} stays meanwhile"
            failed = replace(failed, remedy="; ".join(filter(None, (failed.remedy, stays))))
            # Nobody has read what was written since.
            self._settle.start()
        self._on_done()
        self.failed.emit(failed)

    def _on_done(self, _kind: str = "") -> None:
        if not self._engine.busy:
            self._idle.start()
            self.busy_changed.emit(False)


def text_key(wanted: TextsWanted) -> object:
    """Return what the vectors depend on: colours and visibility do not matter."""
    return wanted.encoder, tuple((entry.id, entry.name, entry.description) for entry in wanted.classes)


def _timer(owner: QObject, ms: int, then: object) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.timeout.connect(then)
    return timer
