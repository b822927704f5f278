"""What can be done with the words of the classes: their history, two wordings side by side, questions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.scene_query import SceneQuery
from hsi_studio.app.text_history import TextHistory
from hsi_studio.app.word_controls import WordControls
from hsi_studio.app.wording_pair import WordingPair
from hsi_studio.core.selection import Selection
from hsi_studio.core.verdict import FOUND
from hsi_studio.core.window import Window
from hsi_studio.gui.classes_model import ClassModel
from hsi_studio.gui.description_editor import DescriptionEditor
from hsi_studio.gui.dialogs.text_history import TextHistoryDialog
from hsi_studio.gui.dialogs.word_controls import WordControlsDialog
from hsi_studio.gui.encoder_row import EncoderRow
from hsi_studio.gui.pair_bar import PairBar
from hsi_studio.gui.query_field import QueryField
from hsi_studio.gui.widgets import flat_button
from hsi_studio.io.project import DescriptionVersion

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class WordCommands(QObject):
    """Works on the description of the active class for the main window."""

    pair: WordingPair

    def __init__(self, window: MainWindow, texts: LiveTexts, follower: MapFollower) -> None:
        super().__init__(window)
        self._window, self._texts, self._follower = window, texts, follower
        self._labelling = window.labelling
        self.history = TextHistory(window.project, self._labelling, follower, self)
        self.pair = WordingPair(window.session, self._labelling, texts, follower, self)
        self.controls = WordControls(window.session, self._labelling, texts, follower, self)
        self.query = SceneQuery(window.session, texts, follower, self)
        self.editor = DescriptionEditor(self._labelling, texts)
        self.query_field = QueryField(self.query, window.canvas)
        self.matter = flat_button("Do words matter here?")
        self.matter.setToolTip("Measure what the texts contribute on this scene, against shuffled ones")
        self.matter.clicked.connect(self.show_controls)
        self._fill_editor()
        self.history.measured.connect(self._on_measured)
        self.history.read.connect(self._show_history)
        self.history.failed.connect(partial(window.toaster.tell_error, "Reading the history"))
        self.query.refused.connect(
            lambda: window.toaster.tell("Label a pixel of two classes first; then the scene can be asked.")
        )
        self.pair.changed.connect(lambda: window.commands.refresh(("words.flip",)))

    def _fill_editor(self) -> None:
        self.past, self.compare = flat_button("History"), flat_button("A/B")
        self.past.setToolTip("Every text that this class has had, and what it changed")
        self.compare.setToolTip(
            "Hold the text as it is now as A, and compare its map with what you write next"
        )
        for button in (self.past, self.compare):
            self.editor.buttons.addWidget(button)
        self.past.clicked.connect(self.show_history)
        self.compare.clicked.connect(self.hold)
        self.bar = PairBar(self.pair)
        self.bar.outline.clicked.connect(self.select_flipped)
        self.editor.below.addWidget(self.bar)
        self.editor.below.addWidget(EncoderRow(self._texts))

    def focus_editor(self) -> None:
        """Let the text of the active class be written."""
        self._window.docks.show("Classes")
        self.editor.editor.setFocus()

    def mark_in(self, model: ClassModel) -> None:
        """Mark in class table and legend which classes are on the map by their words alone."""
        follower = self._follower
        for signal in (follower.shown_changed, follower.options_changed, self.controls.found):
            for marked in (model, self._window.legend):
                signal.connect(lambda _, to=marked: to.mark_from_words(self._from_words(), self._trust()))

    def _from_words(self) -> frozenset[int]:
        shown = self._follower.shown
        if shown is None or not self._follower.options.words_alone:
            return frozenset()
        return frozenset(one.id for one in shown.classes if not self._labelling.counts.get(one.id))

    def _trust(self) -> str:
        area = self.controls.area
        if area is None:
            return "How far to trust that: measure “Do words matter here?”."
        return (
            f"Here a class was found so with an AUC of {area:.2f} on average (0.5 is chance): "
            f"{'trust it with care' if area >= FOUND else 'do not rely on it'}."
        )

    def show_history(self) -> None:
        """Show every text that the active class has had."""
        self.editor.keep()
        self.history.ask(self._labelling.active)

    def hold(self) -> None:
        """Hold the present text of the active class as A."""
        self.editor.keep()
        entry = self.editor.entry
        if entry is not None:
            self._hold(entry.id, entry.description)

    def show_controls(self) -> None:
        """Show, and measure, whether words matter on this scene."""
        dialog = self._window.findChild(WordControlsDialog)
        if dialog is None:
            dialog = WordControlsDialog(self._window, self.controls, self._labelling.classes)
        dialog.show()
        dialog.raise_()

    def focus_query(self) -> None:
        """Let a phrase be typed that the scene is asked."""
        self._window.docks.show("Model")
        self.query_field.setFocus()
        self.query_field.selectAll()

    def select_flipped(self) -> None:
        """Select the pixels that differ between the two wordings."""
        flipped = self.pair.flipped
        if flipped is not None:
            rows, cols = flipped.shape
            self._window.canvas.set_selection(Selection(Window.full(rows, cols), flipped))

    def _hold(self, id: int, text: str) -> None:
        self._labelling.set_active(id)
        self.pair.hold(id, text)
        if self.pair.held is None:
            self._window.toaster.tell("Label a pixel of two classes first; then there are maps to compare.")

    def _show_history(self, id: int, versions: list[DescriptionVersion]) -> None:
        entry = self.editor.entry
        if entry is None or entry.id != id:
            return
        dialog = TextHistoryDialog(self._window, entry, versions, self._labelling.refusal)
        dialog.restore_wanted.connect(self.editor.set_text)
        dialog.compare_wanted.connect(partial(self._hold, id))
        dialog.open()

    def _on_measured(self, id: int, flipped: int, before: str) -> None:
        name = self._labelling.classes[id].name
        count = f"{flipped:,}".replace(",", "\u202f")
        offer = ("A/B", partial(self._hold, id, before)) if flipped else None
        self._window.toaster.tell(
            f"Description of “{name}” changed: {count} pixel{'' if flipped == 1 else 's'} turned.",
            offer=offer,
        )
