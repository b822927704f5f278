"""What the File menu does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_studio.app.jobs import Job
from hsi_studio.app.opening import Opener, OpenRequest
from hsi_studio.app.session import OpenCube
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded, HsiError, ReferencesError
from hsi_studio.gui.dialogs.choose import BandAxisDialog, ChoiceDialog, ReferencesDialog
from hsi_studio.gui.dialogs.export import ExportDialog
from hsi_studio.gui.dialogs.files import ask_files, ask_folder, ask_target
from hsi_studio.gui.dialogs.properties import PropertiesDialog
from hsi_studio.gui.picture import whole_picture
from hsi_studio.gui.project_commands import is_project
from hsi_studio.io import OpenOptions

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class FileCommands:
    """Opens, closes and writes files for the main window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session
        self.opener = Opener(window.session, window.jobs, window)
        self.opener.opened.connect(self._on_opened)
        self.opener.layer_loaded.connect(self._on_layer)
        self.opener.choice_needed.connect(self._on_choice)
        self.opener.failed.connect(self._on_failed)

    def open_dialog(self) -> None:
        """Ask for files and open them."""
        ask_files(self._window, "Open cubes", self._folder, self.open_paths)

    def open_folder(self) -> None:
        """Ask for a capture folder or Zarr store and open it."""
        ask_folder(self._window, "Open a capture folder or Zarr store", self._folder, self.open_paths)

    def open_demo(self) -> None:
        """Open the demo scene."""
        self.opener.open_demo()

    def open_paths(self, paths: Sequence[Path | str]) -> None:
        """Open files, folders and projects, each in a job of its own."""
        for path in paths:
            absolute = Path(path).expanduser().absolute()
            if is_project(absolute):
                self._window.projects.open_path(absolute)
                continue
            self._window.settings.folder = str(absolute.parent)
            self.opener.open(OpenRequest(absolute))

    def load_class_raster(self) -> None:
        """Ask for a class raster and lay it over the current cube."""
        if self._session.cube is not None:
            over = self._session.cube
            ask_files(
                self._window,
                f"Load a class raster over {over.name}",
                self._folder,
                lambda paths: self.opener.open(OpenRequest(paths[0], layer_over=over)),
                many=False,
            )

    def close(self) -> None:
        """Close the current cube."""
        current = self._session.current
        if current is not None:
            self._session.close(self._session.cubes.index(current))

    def properties(self) -> None:
        """Show what the current cube's file told about itself."""
        if self._session.cube is not None:
            dialog = PropertiesDialog(self._window, self._session.cube)
            dialog.axis_wanted.connect(self.band_axis)
            dialog.open()

    def band_axis(self) -> None:
        """Ask which axis of the file runs over the bands and read it again."""
        if self._session.cube is not None:
            self._change_axis(self._session.cube)

    def _change_axis(self, cube: Cube) -> None:
        for opened in self._session.cubes:
            if opened.cube is cube:
                dialog = BandAxisDialog(self._window, cube)
                dialog.chosen.connect(partial(self._read_along, opened))
                dialog.open()

    def _read_along(self, opened: OpenCube, axis: int) -> None:
        self._reopen(opened, replace(opened.options, band_axis=axis))

    def references(self) -> None:
        """Ask for white and dark references and read the current cube again with them."""
        current = self._session.current
        if current is not None:
            dialog = ReferencesDialog(self._window, current.cube, current.options)
            dialog.chosen.connect(partial(self._reopen, current))
            dialog.open()

    def export_cube(self) -> None:
        """Ask for a format and write the current cube in it."""
        cube = self._session.cube
        if cube is not None:
            dialog = ExportDialog(self._window, cube, Path(self._folder or Path.home()))
            dialog.chosen.connect(partial(self._export, cube))
            dialog.open()

    def save_picture(self) -> None:
        """Ask for a name and write the whole picture with its layers."""
        current = self._session.current
        if current is not None:
            proposal = Path(self._folder or Path.home()) / f"{Path(current.cube.name).stem}.png"
            filters = ["PNG picture (*.png)"]
            ask_target(self._window, "Save picture", proposal, filters, partial(self._save_picture, current))

    def export_spectra(self) -> None:
        """Ask for a name and write the spectra shown in the plot."""
        cube = self._session.cube
        if cube is not None:
            proposal = Path(self._folder or Path.home()) / f"{Path(cube.name).stem}_spectra.csv"
            filters = ["Comma-separated values (*.csv)", "ENVI spectral library (*.sli)"]
            ask_target(self._window, "Export spectra", proposal, filters, self._window.spectra.save)

    @property
    def _folder(self) -> str:
        return self._window.settings.folder

    def _reopen(self, opened: OpenCube, options: OpenOptions) -> None:
        if opened.cube.path is not None:
            self.opener.open(OpenRequest(opened.cube.path, options, instead_of=opened.cube))

    def _export(self, cube: Cube, target: Path, interleave: str | None) -> None:
        def work(progress: Progress) -> str:
            from hsi_studio.io.convert import convert

            done = convert(cube, target, interleave=interleave, overwrite=True, progress=progress)
            return " ".join((f"Wrote {', '.join(file.name for file in done.files)}.", *done.notes))

        self._write(f"Export {cube.name} to {target.name}", work)

    def _save_picture(self, opened: OpenCube, target: Path) -> None:
        labels, classes = self._window.labelling.labels, self._window.labelling.classes

        def work(progress: Progress) -> str:
            if not whole_picture(opened, progress, labels, classes).save(str(target)):
                raise HsiError(f"{target} could not be written", "choose another folder or a name in .png")
            return f"Wrote {target.name}."

        self._write(f"Save picture {target.name}", work)

    def _write(self, title: str, work: Callable[[Progress], str]) -> None:
        toaster = self._window.toaster
        self._window.jobs.submit(
            Job(
                title,
                work,
                on_done=lambda text: toaster.tell(text, "good"),
                on_error=partial(toaster.tell_error, title),
            )
        )

    def _on_opened(self, request: OpenRequest, cube: Cube) -> None:
        self._window.recents.remember(request.path)
        if cube.notes:
            inferred = cube.band_axis is not None
            offer = ("Change axis…", partial(self._change_axis, cube)) if inferred else None
            self._window.toaster.tell(f"{cube.name}: {' '.join(cube.notes)}", offer=offer)

    def _on_layer(self, raster: ClassRaster) -> None:
        self._window.toaster.tell(
            f"{raster.name} lies over the image with {len(raster.classes)} classes.", "good"
        )

    def _on_choice(self, request: OpenRequest, question: ChoiceNeeded) -> None:
        dialog = ChoiceDialog(self._window, request.path.name, question)
        dialog.chosen.connect(lambda value: self.opener.open(_answered(request, question.option, value)))
        dialog.open()

    def _on_failed(self, what: object, error: Exception) -> None:
        if isinstance(what, Path) and isinstance(error, ReferencesError):
            without = OpenRequest(what, OpenOptions(use_references=False))
            offer = ("Open without them", partial(self.opener.open, without))
            self._window.toaster.tell(str(error), "bad", offer=offer)
            return
        name = what.name if isinstance(what, Path) else what
        self._window.toaster.tell_error(f"Opening {name}", error)


def _answered(request: OpenRequest, option: str, value: str) -> OpenRequest:
    answer: Any = int(value) if option == "band_axis" else value
    return replace(request, options=replace(request.options, **{option: answer}))
