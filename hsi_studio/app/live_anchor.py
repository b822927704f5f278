"""The texts that the labels last changed with, whatever was undone, redone or read since."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_inputs import Anchor
from hsi_studio.app.live_texts import LiveTexts, text_key
from hsi_studio.live.text_service import Texts, TextsWanted

_PURPOSE = "anchor"


class AnchorReader(QObject):
    """Has the texts at hand that the labels of the current cube last changed with, or reads them.

    Which texts those are follows from the history of the project alone (`Labelling.labelled_with`).
    """

    changed = Signal()
    """They have been read, or cannot be."""

    def __init__(self, labelling: Labelling, texts: LiveTexts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labelling, self._texts = labelling, texts
        self._held: Anchor | None = None
        self._reading: object = None
        self._unreadable: object = None
        texts.other_read.connect(self._on_read)
        texts.failed.connect(lambda _: self._give_up())
        texts.engine.died.connect(lambda _: self._give_up())

    @property
    def anchor(self) -> Anchor | None:
        """The texts; those of now where they are not at hand, None before any are read."""
        texts, wanted = self._texts.texts, self._wanted()
        if texts is None:
            return None
        return self._held if wanted is not None and self._is_at_hand(wanted) else Anchor.of(texts)

    def ask(self) -> bool:
        """Return whether the texts are at hand; else they are being read, and `changed` follows."""
        wanted = self._wanted()
        if wanted is None or self._is_at_hand(wanted) or self._unreadable == text_key(wanted):
            return True
        if self._reading != text_key(wanted):
            self._reading = text_key(wanted)
            self._texts.read_other(_PURPOSE, wanted)
        return False

    def _wanted(self) -> TextsWanted | None:
        texts, then = self._texts.texts, self._labelling.labelled_with
        return TextsWanted(then, texts.wanted.encoder) if texts is not None and then else None

    def _is_at_hand(self, wanted: TextsWanted) -> bool:
        texts, held = self._texts.texts, self._held
        if texts is not None and text_key(texts.wanted) == text_key(wanted):
            held = self._held = Anchor.of(texts)
        return held is not None and text_key(TextsWanted(held.classes, held.encoder)) == text_key(wanted)

    def _on_read(self, purpose: str, texts: object) -> None:
        if purpose == _PURPOSE and isinstance(texts, Texts):
            self._reading, self._held = None, Anchor.of(texts)
            self.changed.emit()

    def _give_up(self) -> None:
        if self._reading is not None:
            self._reading, self._unreadable = None, self._reading
            self.changed.emit()
