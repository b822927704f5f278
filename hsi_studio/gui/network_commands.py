"""What the window does with trained networks and model files of the live map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.model_saver import ModelSaver
from hsi_studio.app.network_keeper import NetworkKeeper
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError
from hsi_studio.gui.dialogs.files import ask_target
from hsi_studio.gui.training_view import TrainingChoice, TrainingView

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_FILTERS = ("Models (*.safetensors)",)


class NetworkCommands(QObject):
    """Trains S3FN for the main window, keeps what was trained, and saves models."""

    def __init__(self, window: MainWindow, texts: LiveTexts, follower: MapFollower) -> None:
        super().__init__(window)
        self._window = window
        session, labelling = window.session, window.labelling
        self.trainer = NetworkTrainer(session, labelling, texts, self)
        self.networks = NetworkKeeper(
            session, labelling, window.project, jobs=window.jobs, trainer=self.trainer, follower=follower
        )
        self.saver = ModelSaver(
            session, labelling, texts, follower=follower, networks=self.networks, jobs=window.jobs
        )
        settings = window.settings
        self.view = TrainingView(self.trainer, TrainingChoice(settings.train_method, settings.train_device))
        self.view.train_wanted.connect(self.train)
        self.view.choice_changed.connect(self._remember)
        self.trainer.trained.connect(lambda cube, _: self._on_trained(cube))
        self.networks.failed.connect(self._told("Keeping the trained network"))
        self.saver.failed.connect(self._told("Saving the model"))
        self.saver.saved.connect(lambda path: window.toaster.tell(f"The model is in {path.name}.", "good"))

    @property
    def can_train(self) -> bool:
        """Whether no training is going on."""
        return not self.trainer.busy

    def train(self) -> None:
        """Train S3FN on the labels."""
        choice = self.view.choice
        try:
            self.trainer.train(method=choice.method, device=choice.device or None)
        except HsiError as error:
            self._window.toaster.tell_error("Training S3FN", error)

    def ask_save(self) -> None:
        """Ask for a file and save what makes the map."""
        cube = self._window.session.cube
        if cube is not None:
            proposal = Path(self._window.settings.folder) / f"{Path(cube.name).stem}.safetensors"
            ask_target(self._window, "Save model", proposal, _FILTERS, self.save)

    def save(self, path: Path) -> None:
        """Save what makes the map as a model file."""
        try:
            self.saver.save(path)
        except HsiError as error:
            self._window.toaster.tell_error("Saving the model", error)

    def _told(self, what: str) -> object:
        return lambda error: self._window.toaster.tell_error(what, error)

    def _remember(self, choice: TrainingChoice) -> None:
        self._window.settings.train_method = choice.method
        self._window.settings.train_device = choice.device
        self._window.save_settings()

    def _on_trained(self, cube: Cube) -> None:
        self._window.toaster.tell(
            f"S3FN learned from the labels of {cube.name} and takes part in the map.", "good"
        )
