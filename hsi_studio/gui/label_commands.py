"""Labels in and out of files, for the main window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_studio.app.jobs import Job
from hsi_studio.app.session import Layer
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.label_import import FoundValue, found_values, import_edit
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit
from hsi_studio.errors import ChoiceNeeded, CubeFileError
from hsi_studio.gui.classes_model import pixels_text
from hsi_studio.gui.dialogs.choose import ChoiceDialog
from hsi_studio.gui.dialogs.files import ALL_FILES, ask_files, patterns
from hsi_studio.gui.dialogs.label_export import LabelExportDialog
from hsi_studio.gui.dialogs.label_import import Answer, LabelImportDialog
from hsi_studio.io import OpenOptions

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_MOST_VALUES = 512
_TABLES = (".yaml", ".yml", ".qml")
_Read = tuple[ClassRaster, tuple[FoundValue, ...]]


class LabelCommands:
    """Imports and exports the labels of the current cube."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session
        self._labelling = window.labelling

    def ask_import(self) -> None:
        """Ask for a file of labels and import it."""
        from hsi_studio.io.labels import FORMATS

        endings = patterns([ending for one in FORMATS for ending in one.endings])
        cube = self._session.cube
        if cube is not None:
            ask_files(
                self._window,
                f"Import labels of {cube.name}",
                self._window.settings.folder,
                lambda paths: self.import_file(paths[0]),
                many=False,
                filters=[f"Labels ({endings})", ALL_FILES],
            )

    def import_file(self, path: Path, options: OpenOptions | None = None) -> None:
        """Read a file of labels of the current cube and ask what its values are."""
        cube = self._session.cube
        if cube is None:
            return
        chosen = options or OpenOptions()
        self._window.settings.folder = str(path.parent)
        self._submit(
            f"Import {path.name}",
            partial(_read, path, Grid.of(cube), chosen),
            partial(self._ask_values, cube, path, chosen),
            partial(self._on_error, path, chosen),
        )

    def drop(self, paths: Sequence[Path]) -> None:
        """Open files, but import one that can be nothing but labels of the current cube, or a class table."""
        cube = self._session.cube
        if cube is not None and len(paths) == 1 and paths[0].suffix.lower() in _TABLES:
            self._window.classes.load(paths[0])
            return
        if cube is None or len(paths) != 1:
            self._window.files.open_paths(paths)
            return
        self._submit(
            f"Look at {paths[0].name}",
            partial(_are_labels, paths[0], cube),
            lambda found: self.import_file(paths[0]) if found else self._window.files.open_paths(paths),
            lambda _: self._window.files.open_paths(paths),
        )

    def export(self) -> None:
        """Ask for a format and write the labels of the current cube in it."""
        cube = self._session.cube
        if cube is not None:
            folder = Path(self._window.settings.folder or Path.home())
            dialog = LabelExportDialog(self._window, Grid.of(cube), folder)
            dialog.chosen.connect(partial(self.export_to, cube))
            dialog.open()

    def export_to(self, cube: Cube, path: Path) -> None:
        """Write the labels of a cube in the format of the ending."""
        labels, classes = self._labelling.labels, self._labelling.classes
        if labels is None or self._session.cube is not cube:
            return

        def work(progress: Progress) -> str:
            from hsi_studio.io.label_io.scene import LabelledScene
            from hsi_studio.io.labels import write_labels

            files = write_labels(path, LabelledScene(labels, classes, Grid.of(cube), cube), progress)
            return f"Wrote {', '.join(file.name for file in files)}."

        title = f"Export labels to {path.name}"
        toaster = self._window.toaster
        self._submit(title, work, lambda text: toaster.tell(text, "good"), partial(toaster.tell_error, title))

    def _on_error(self, path: Path, options: OpenOptions, error: Exception) -> None:
        if not isinstance(error, ChoiceNeeded):
            self._window.toaster.tell_error(f"Importing {path.name}", error)
            return
        dialog = ChoiceDialog(self._window, path.name, error, what="that of the labels")
        dialog.chosen.connect(lambda value: self.import_file(path, replace(options, **{error.option: value})))
        dialog.open()

    def _ask_values(self, cube: Cube, path: Path, options: OpenOptions, read: _Read) -> None:
        if self._session.cube is not cube:
            self._tell(f"{cube.name} is no longer shown; select it and import again.", "warning")
            return
        raster, found = read
        dialog = LabelImportDialog(self._window, raster, found, self._labelling.classes)
        layer = Layer(raster, path=path, options=options)
        dialog.chosen.connect(partial(self._use, cube, raster, layer))
        dialog.open()

    def _use(self, cube: Cube, raster: ClassRaster, layer: Layer, answer: Answer) -> None:
        current = self._session.current
        if current is None or current.cube is not cube:
            return
        if answer.use == "layer":
            self._session.set_layers((*current.layers, layer))
        elif self._labelling.refusal:
            self._tell(self._labelling.refusal, "warning")
        else:
            self._make_edit(raster, answer)

    def _make_edit(self, raster: ClassRaster, answer: Answer) -> None:
        number, labels = self._labelling.known_number(), self._labelling.labels
        state = self._labelling.state
        if number is None or labels is None:
            return

        def work(progress: Progress) -> Edit:
            progress.update(None, "comparing")
            before = state.classes, labels
            return import_edit(
                f"Import {raster.name}", number, before, raster, answer.targets, overlap=answer.overlap
            )

        def done(edit: Edit) -> None:
            # Painted meanwhile: undo would bring back what was there before.
            if self._labelling.state is not state:
                self._make_edit(raster, answer)
            else:
                self._commit(raster.name, edit, number)

        title = f"Import {raster.name}"
        self._submit(title, work, done, partial(self._window.toaster.tell_error, title))

    def _commit(self, name: str, edit: Edit, number: int) -> None:
        if not edit:
            self._tell(f"{name} changes nothing.")
            return
        self._labelling.commit(edit)
        changed = sum(int((patch.before != patch.after).sum()) for patch in edit.labels.get(number, ()))
        self._tell(f"{name}: the labels of {pixels_text(changed)} changed.", "good")

    def _tell(self, text: str, level: str = "accent") -> None:
        self._window.toaster.tell(text, level)

    def _submit(
        self,
        title: str,
        work: Callable[[Progress], object],
        done: Callable[..., object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._window.jobs.submit(Job(title, work, on_done=done, on_error=failed))


def _are_labels(path: Path, cube: Cube, progress: Progress) -> bool:
    """Tell labels from a cube: whole numbers in one band of the same size, or a format of labels only."""
    from hsi_studio.io.labels import is_raster
    from hsi_studio.io.registry import open_cube

    if path.suffix.lower() == ".hsip" or path == cube.path:
        return False
    if not is_raster(path):
        return True
    progress.update(None, "reading the header")
    found = open_cube(path, progress=progress)
    whole = found.dtype.kind in "iu" or found.classes is not None
    return found.shape == (cube.rows, cube.cols, 1) and whole


def _read(path: Path, grid: Grid, options: OpenOptions, progress: Progress) -> _Read:
    from hsi_studio.io.labels import read_labels

    progress.update(None, "reading")
    raster = read_labels(path, grid, options, progress)
    found = found_values(raster)
    if not found:
        raise CubeFileError(f"{path.name} labels no pixel", "choose another file")
    if len(found) > _MOST_VALUES:
        raise CubeFileError(
            f"{path.name} holds {len(found)} different values, too many for classes",
            "choose a raster of class ids",
        )
    return raster, found
