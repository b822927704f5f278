"""What the Model menu does with model files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsi_studio.app.prediction import Predictor
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.gui.dialogs.files import ALL_FILES, ask_files

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_FILTERS = ("Models (*.safetensors)", ALL_FILES)


class ModelCommands:
    """Classifies cubes for the main window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.predictor = Predictor(window.session, window.jobs, window)
        self.predictor.predicted.connect(self._on_predicted)
        self.predictor.failed.connect(self._on_failed)

    def apply(self) -> None:
        """Ask for a model and classify the current cube with it."""
        cube = self._window.session.cube
        if cube is not None:
            title = f"Choose a model for {cube.name}"
            ask_files(
                self._window,
                title,
                self._window.settings.folder,
                lambda paths: self.apply_file(cube, paths[0]),
                many=False,
                filters=_FILTERS,
            )

    def apply_file(self, cube: Cube, model: Path) -> None:
        """Classify a cube with a model."""
        self._window.settings.folder = str(model.parent)
        self.predictor.apply(cube, model)

    def on_demo(self, cube: Cube) -> None:
        """Classify the demo scene, which was just opened."""
        if self._window.settings.predict_demo:
            self.predictor.apply_demo(cube)

    def _on_predicted(self, cube: Cube, prediction: ClassRaster) -> None:
        known = {(entry.id, entry.name) for entry in self._window.labelling.classes}
        if any((entry.id, entry.name) not in known for entry in prediction.classes):
            self._window.docks.show("Legend")  # the class table tells the areas of its own classes
        toast = self._window.toaster.tell(
            f"{cube.name} is classified into {len(prediction.classes)} classes; hold I for the bare image.",
            "good",
        )
        self._window.session.current_changed.connect(toast.dismiss)  # it speaks of what is in sight

    def _on_failed(self, cube: Cube, error: Exception) -> None:
        self._window.toaster.tell_error(f"Classifying {cube.name}", error)
