"""The text of the active class: what is typed is followed at once and kept as soon as the typing pauses."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.core.class_edits import describe
from hsi_studio.core.classes import ClassEntry
from hsi_studio.gui.widgets import as_section, named, one_line

KEPT_AFTER_MS = 800
"""Quiet time after which a text becomes an edit: a version, and a step of undo."""

_WORTH_TELLING_S = 1.0
"""Longer than that is not this text alone: all texts were read, and the encoder before."""

_HEIGHT = 92
_EXAMPLE = (
    "What it is, and how its spectrum behaves. For example: Young corn in rows with much bare soil between; "
    "the red edge near 700 nm is weak and the water band near 1450 nm shallow."
)


class DescriptionEditor(QWidget):
    """Heading, editor and word count.

    `buttons` and `below` are the places for what else can be done with the text.
    """

    kept = Signal(int)
    """Id of the class whose text became an edit."""

    def __init__(self, labelling: Labelling, texts: LiveTexts) -> None:
        super().__init__()
        self._labelling, self._texts = labelling, texts
        self._id = 0
        self.heading = as_section(one_line())
        self.editor = named(_Editor(), "Description of the active class")
        self.editor.setPlaceholderText(_EXAMPLE)
        self.editor.setTabChangesFocus(True)
        self.words = one_line()
        self.words.setProperty("muted", True)
        self.buttons, self.below = QHBoxLayout(), QVBoxLayout()
        self._keep_soon = QTimer(self)
        self._keep_soon.setSingleShot(True)
        self._keep_soon.setInterval(KEPT_AFTER_MS)
        self._lay_out()
        self._keep_soon.timeout.connect(self.keep)
        self.editor.left.connect(self.keep)
        self.editor.textChanged.connect(self._on_typed)
        labelling.active_changed.connect(self._on_active)
        labelling.classes_changed.connect(self._refresh)
        labelling.project_changed.connect(self._on_project)
        for signal in (texts.changed, texts.busy_changed):
            signal.connect(self._show_words)
        self._on_active(labelling.active)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addLayout(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.editor)
        column.addLayout(foot)
        column.addLayout(self.below)

    @property
    def entry(self) -> ClassEntry | None:
        """The class whose text is shown."""
        return next((entry for entry in self._labelling.classes if entry.id == self._id), None)

    def keep(self) -> None:
        """Make what was typed an edit now."""
        self._keep_soon.stop()
        entry = self.entry
        text = self.editor.toPlainText().strip()
        if entry is not None and text != entry.description:
            self._labelling.commit(describe(self._labelling.classes, entry.id, text))
            self.kept.emit(entry.id)
        self._texts.drop_draft()

    def set_text(self, text: str) -> None:
        """Put another text in the place of this one, as if it had been typed."""
        self.editor.selectAll()
        self.editor.insertPlainText(text)
        self.keep()

    def _on_active(self, id: int) -> None:
        self.keep()
        self._id = id
        self._refresh()

    def _on_project(self) -> None:
        self._keep_soon.stop()
        self._id = self._labelling.active
        self._refresh()

    def _refresh(self) -> None:
        entry = self.entry
        self.setVisible(entry is not None)
        if entry is None:
            return
        self.heading.setText(f"DESCRIPTION — {entry.name.upper()}")
        self.heading.setToolTip(entry.name)
        self.editor.setReadOnly(bool(self._labelling.refusal))
        if not self._keep_soon.isActive() and self.editor.toPlainText().strip() != entry.description:
            self.editor.blockSignals(True)
            self.editor.setPlainText(entry.description)
            self.editor.blockSignals(False)
        self._show_words()

    def _on_typed(self) -> None:
        if self.entry is not None:
            self._texts.set_draft(self._id, self.editor.toPlainText().strip())
            self._keep_soon.start()
            self._show_words()

    def _show_words(self) -> None:
        text = self.editor.toPlainText()
        count = len(re.findall(r"\S+", text))
        said = f"{count} word{'' if count == 1 else 's'}" if count else "no text: the name stands in"
        read = self._texts.texts
        if self._texts.busy or self._texts.waiting:
            said += " · reading…"
        elif count and read is not None and 0.001 <= read.seconds < _WORTH_TELLING_S:
            said += f" · read in {read.seconds * 1000:.0f} ms"
        self.words.setText(said)


class _Editor(QPlainTextEdit):
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(_HEIGHT)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
