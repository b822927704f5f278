"""Follows the descriptions of the classes with their embeddings."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from hsi_studio.app.engine import Engine
from hsi_studio.app.labelling import Labelling
from hsi_studio.live.messages import Failed
from hsi_studio.live.text_service import EncoderChoice, PhraseWanted, Texts, TextsWanted

SETTLED_MS = 150
"""How long nobody types before a text is read."""

_IDLE_MS = 60_000


class LiveTexts(QObject):
    """Keeps the embeddings of the class table, one process away."""

    changed = Signal(object)
    """`Texts` of the classes as they are now."""
    failed = Signal(object)
    """`Failed`: the former texts stay."""
    phrase_read = Signal(object, object)
    """(text, vector (d,)) that `read_phrase` asked for."""
    busy_changed = Signal(bool)

    def __init__(self, labelling: Labelling, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self.texts: Texts | None = None
        self.encoder = EncoderChoice()
        self._phrase = ""
        self._engine = Engine("hsi_studio.live.text_service:TextService", self)
        self._engine.answered.connect(self._on_answer)
        self._engine.failed.connect(self._on_failure)
        self._engine.done.connect(self._on_done)
        self._settle = _timer(self, SETTLED_MS, self.read_now)
        # The encoder holds half a gigabyte; texts that were read before are on disk.
        self._idle = _timer(self, _IDLE_MS, self._engine.release)
        labelling.classes_changed.connect(self._settle.start)
        labelling.project_changed.connect(self._settle.start)

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def waiting(self) -> bool:
        """Whether somebody is still typing."""
        return self._settle.isActive()

    def set_encoder(self, encoder: EncoderChoice) -> None:
        """Read all texts with another encoder; when that fails the former one stays."""
        if encoder != self.encoder and len(self._labelling.classes):
            self._request(encoder)
        else:
            self.encoder = encoder

    def read_now(self) -> None:
        """Read the texts as they are, without waiting for more typing."""
        self._settle.stop()
        wanted = TextsWanted(self._labelling.classes, self.encoder)
        if len(wanted.classes) and (self.texts is None or _key(self.texts.wanted) != _key(wanted)):
            self._request(self.encoder)

    def read_phrase(self, text: str) -> None:
        """Read any text; the answer comes as `phrase_read`."""
        self._phrase = text
        self._ask("phrase", PhraseWanted(text, self.encoder))

    def stop(self) -> None:
        """End the process."""
        self._settle.stop()
        self._idle.stop()
        self._engine.stop()

    def _request(self, encoder: EncoderChoice) -> None:
        self._ask("texts", TextsWanted(self._labelling.classes, encoder))

    def _ask(self, kind: str, body: object) -> None:
        self._idle.stop()
        self._engine.request(kind, body)
        self.busy_changed.emit(True)

    def _on_answer(self, kind: str, value: object) -> None:
        if kind == "phrase":
            self.phrase_read.emit(self._phrase, value)
        elif isinstance(value, Texts):
            self.texts, self.encoder = value, value.wanted.encoder
            self.changed.emit(value)

    def _on_failure(self, _kind: str, failed: Failed) -> None:
        self._on_done()
        self.failed.emit(failed)

    def _on_done(self, _kind: str = "") -> None:
        if not self._engine.busy:
            self._idle.start()
            self.busy_changed.emit(False)


def _key(wanted: TextsWanted) -> object:
    """What the vectors depend on: colours and visibility do not matter."""
    return wanted.encoder, tuple((entry.id, entry.name, entry.description) for entry in wanted.classes)


def _timer(owner: QObject, ms: int, then: object) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.timeout.connect(then)
    return timer
