"""What the window does with the live map: switches, suggestions, what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsi_studio.app.live_keeper import LiveKeeper
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError
from hsi_studio.gui.classes_panel import ClassesPanel
from hsi_studio.gui.live_status import LiveStatus
from hsi_studio.gui.model_panel import ModelPanel
from hsi_studio.gui.similarity_view import SimilarityView
from hsi_studio.gui.suggestions import Suggestions
from hsi_studio.gui.training_view import TrainingView
from hsi_studio.gui.word_commands import WordCommands
from hsi_studio.live.network_service import Trained

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class LiveCommands:
    """Owns the followers of texts and labels for the main window."""

    words: WordCommands
    suggestions: Suggestions

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.texts = LiveTexts(window.labelling, window)
        self.follower = MapFollower(window.session, window.labelling, self.texts, window)
        self.trainer = NetworkTrainer(window.session, window.labelling, self.texts, window)
        self._keeper = LiveKeeper(window.project, window.labelling, self.texts, self.follower, window)
        self.training = TrainingView(self.trainer)
        self.words = WordCommands(window, self.texts, self.follower)
        self.panel = ModelPanel(self.follower, self.training)
        self.panel.below.addWidget(self.words.query_field)
        self.training.train_wanted.connect(self.train)
        self.trainer.trained.connect(self._on_trained)
        self._apply(window.settings.live)
        follower = self.follower
        self.suggestions = Suggestions(window.canvas, window.session, window.labelling, follower)
        self.suggestions.notice.connect(window.toaster.tell)
        self.status = LiveStatus(window, self.texts, follower, self.trainer)
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
            self._window.toaster.tell("Label a pixel of two classes or more first.", "info")

    def train(self) -> None:
        """Train S3FN on the labels."""
        try:
            self.trainer.train()
        except HsiError as error:
            self._window.toaster.tell_error("Training S3FN", error)

    def _apply(self, live: bool) -> None:
        self.texts.set_enabled(live)
        self.follower.set_options(live=live)

    def stop(self) -> None:
        """End the processes."""
        self.follower.stop()
        self.trainer.stop()
        self.texts.stop()

    def _on_trained(self, cube: Cube, trained: Trained) -> None:
        self.follower.set_network(cube, trained.features)
        self._window.toaster.tell(
            f"S3FN learned from the labels of {cube.name} and takes part in the map.", "good"
        )
