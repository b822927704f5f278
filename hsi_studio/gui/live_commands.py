"""What the window does with the live map: switches, suggestions, what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSizePolicy

from hsi_studio.app.live_keeper import LiveKeeper
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.gui.classes_panel import ClassesPanel
from hsi_studio.gui.live_status import LiveStatus
from hsi_studio.gui.model_panel import ModelPanel
from hsi_studio.gui.network_commands import NetworkCommands
from hsi_studio.gui.similarity_view import SimilarityView
from hsi_studio.gui.suggestions import Suggestions
from hsi_studio.gui.word_commands import WordCommands

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class LiveCommands:
    """Owns the followers of texts and labels for the main window."""

    words: WordCommands
    suggestions: Suggestions
    networks: NetworkCommands

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.texts = LiveTexts(window.labelling, window)
        self.follower = MapFollower(window.session, window.labelling, self.texts, window)
        self._keeper = LiveKeeper(window.project, window.labelling, self.texts, self.follower, window)
        self.networks = NetworkCommands(window, self.texts, self.follower)
        self.words = WordCommands(window, self.texts, self.follower)
        self.panel = ModelPanel(self.follower, self.networks.view)
        self.panel.below.addWidget(self.words.query_field)
        self._apply(window.settings.live)
        follower = self.follower
        self.suggestions = Suggestions(window.canvas, window.session, window.labelling, follower)
        self.suggestions.notice.connect(window.toaster.tell)
        self.status = LiveStatus(window, self.texts, follower, self.networks.trainer)
        follower.options_changed.connect(lambda _: window.commands.refresh())
        follower.shown_changed.connect(lambda _: window.commands.refresh())

    @property
    def is_live(self) -> bool:
        """Whether the map follows by itself."""
        return self.follower.options.live

    @property
    def can_suggest(self) -> bool:
        """Whether there is a map to be unsure about."""
        return self.follower.shown is not None

    def add_panels(self, panel: ClassesPanel) -> None:
        """Put the description and the similarities under the class table."""
        panel.below.addWidget(self.words.editor)
        similarity = SimilarityView(self.texts)
        similarity.below.addWidget(self.words.matter)
        similarity.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        panel.below.addWidget(similarity)
        self.words.mark_in(panel.model)

    def toggle(self) -> None:
        """Follow labels and texts, or stop doing so."""
        self._window.settings.live = not self.is_live
        self._apply(self._window.settings.live)

    def predict(self) -> None:
        """Bring the map up to date once."""
        if not self.follower.follows:
            self._window.toaster.tell(
                "This cube is too large to be followed; apply a model to it.", "warning"
            )
            return
        self.texts.read_now()
        self.follower.predict()
        if "map" not in self.follower.engine.busy:
            self._window.toaster.tell("Label a pixel of two classes or more first.")

    def _apply(self, live: bool) -> None:
        self.texts.set_enabled(live)
        self.follower.set_options(live=live)

    def stop(self) -> None:
        """End the processes."""
        self.follower.stop()
        self.networks.trainer.stop()
        self.texts.stop()
