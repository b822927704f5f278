"""Asks which text encoder to read with."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.widgets import muted, named

_QUESTION = "Which encoder reads the descriptions?"
_NOTE = (
    "One of the BERT or RoBERTa kind with safetensors. A name is fetched once, where there is a network; no "
    "code of it is ever run. All descriptions are then read again."
)


class EncoderDialog(Question):
    """A Hugging Face name, or a folder that holds configuration, tokenizer and weights."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Text encoder", _QUESTION, "Read with it")
        self.name = named(QLineEdit(), "Hugging Face name or folder")
        self.name.setPlaceholderText("bert-large-uncased, or a folder")
        self.folder = QPushButton("Folder…")
        self.folder.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.folder)
        self.body.addLayout(row)
        self.body.addWidget(muted(_NOTE))
        self.name.textChanged.connect(self._refresh)
        self.folder.clicked.connect(self._ask_folder)
        self.accepted.connect(lambda: self.chosen.emit(self._text))
        self._refresh()

    @property
    def _text(self) -> str:
        return self.name.text().strip()

    def _refresh(self) -> None:
        self.ok.setEnabled(bool(self._text))

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Folder of a text encoder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.name.setText)
        dialog.open()
