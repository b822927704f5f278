"""Which text encoder reads the descriptions, and how the vectors of their words become one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.gui.dialogs.encoder import EncoderDialog
from hsi_studio.gui.widgets import muted, named
from hsi_studio.live.text_service import EncoderChoice

_POOLING = {
    "mean": ("All words", "The mean over all words of the text"),
    "label-phrase": ("Class name", "The mean over the words that name the class in its text, as published"),
}
_OTHER = "Hugging Face name or folder…"


class EncoderRow(QWidget):
    """Shows `LiveTexts.encoder`; another one is tried at once, and shown when it has read the texts."""

    def __init__(self, texts: LiveTexts) -> None:
        super().__init__()
        self._texts = texts
        self.encoder = named(QComboBox(), "Text encoder")
        self.encoder.setToolTip("What reads the descriptions: a model of the BERT or RoBERTa kind")
        self.encoder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.encoder.addItems([EncoderChoice().name, _OTHER])
        self.pooling = named(QComboBox(), "What counts of a text")
        for key, (text, tip) in _POOLING.items():
            self.pooling.addItem(text, key)
            self.pooling.setItemData(self.pooling.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.pooling.setToolTip("What counts of a text: all of its words, or those that name the class")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(muted("Read by"))
        row.addWidget(self.encoder, 1)
        row.addWidget(self.pooling)
        self.encoder.activated.connect(self._on_chosen)
        self.pooling.activated.connect(lambda: self._read_with(self._texts.encoder.name))
        for signal in (texts.encoder_changed, texts.failed):
            signal.connect(self._refresh)
        self._refresh()

    def _on_chosen(self, place: int) -> None:
        if place == self.encoder.count() - 1:
            self._refresh()
            self.ask()
        else:
            self._read_with(self.encoder.itemText(place))

    def ask(self) -> None:
        """Ask for another encoder."""
        dialog = EncoderDialog(self)
        dialog.chosen.connect(self._read_with)
        dialog.open()

    def _read_with(self, name: str) -> None:
        self._offer(name)
        self._texts.set_encoder(EncoderChoice(name, self.pooling.currentData()))

    def _refresh(self) -> None:
        self._offer(self._texts.encoder.name)
        self.pooling.setCurrentIndex(self.pooling.findData(self._texts.encoder.pooling))

    def _offer(self, name: str) -> None:
        if self.encoder.findText(name) < 0:
            self.encoder.insertItem(self.encoder.count() - 1, name)
        self.encoder.setCurrentText(name)
