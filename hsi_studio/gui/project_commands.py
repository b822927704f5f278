"""What the File menu does with projects, and what the window says about the one that is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsi_studio.app.jobs import Job
from hsi_studio.app.project_loading import LoadedProject
from hsi_studio.app.project_locating import Locator
from hsi_studio.app.project_moving import Moved
from hsi_studio.app.project_reading import VIEW, Missing
from hsi_studio.app.view_values import lost_layers
from hsi_studio.gui.dialogs.files import PROJECT_FILTER, ask_project, ask_target
from hsi_studio.gui.dialogs.locate import LocateDialog
from hsi_studio.gui.dialogs.unsaved import UnsavedDialog
from hsi_studio.io.project import DamagedProjectError

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_FILTERS = (PROJECT_FILTER,)


def is_project(path: Path) -> bool:
    """Tell whether a file is a project by its name."""
    return path.suffix.lower() == ".hsip"


class ProjectCommands(QObject):
    """Begins, opens, saves and finds projects for the main window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._project = window.project
        self._locator = Locator(window.session, window.jobs, self)
        self.missing: tuple[Missing, ...] = ()
        self._project.opened.connect(self._on_opened)
        self._project.moved.connect(self._on_moved)
        self._project.checked.connect(self._on_checked)
        self._project.failed.connect(self._on_failed)
        window.session.cubes_changed.connect(self._forget_found)
        self._project.changed.connect(self._forget_found)

    def new(self) -> None:
        """Ask for a name and begin a project there."""
        if self._may_leave():
            ask_target(self._window, "New project", self._proposal(), _FILTERS, self._begin)

    def open(self) -> None:
        """Ask for a project and open it."""
        ask_project(self._window, "Open project", self._window.settings.folder, self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a project."""
        if path == self._project.path:
            self._window.toaster.tell(f"{path.name} is open already.")
        elif self._may_leave():
            self._window.settings.folder = str(path.parent)
            self._project.open(path)

    def save(self) -> None:
        """Press every change into the one file; a project without a name gets one."""
        if self._project.is_unnamed:
            self.save_as()
        else:
            self._project.checkpoint()

    def save_as(self) -> None:
        """Ask for a name and go on in that file."""
        ask_target(self._window, "Save project as", self._proposal(), _FILTERS, self._project.save_as)

    def locate(self) -> None:
        """Ask where the missing cubes of the project are."""
        dialog = LocateDialog(self._window, self.missing, self._window.settings.folder)
        dialog.file_chosen.connect(partial(self._look_at, dialog))
        dialog.folder_chosen.connect(partial(self._search, dialog))
        dialog.open()

    def ask_before_quitting(self, quit_anyway: Callable[[], object]) -> None:
        """Say what would be lost, and let the user decide."""
        dialog = UnsavedDialog(self._window, self._project.pending, self._window.labelling.kept.reason)
        dialog.copy_wanted.connect(self.save_as)
        dialog.quit_wanted.connect(quit_anyway)
        dialog.open()

    def _begin(self, path: Path) -> None:
        self._window.settings.folder = str(path.parent)
        self._project.new(path)

    def _proposal(self) -> Path:
        folder = Path(self._window.settings.folder or Path.home())
        named = self._project.path
        if named is not None and not self._project.is_unnamed:
            return named
        cube = self._window.session.cube
        return folder / f"{'project' if cube is None else Path(cube.name).stem}.hsip"

    def _may_leave(self) -> bool:
        """Refuse to leave a project behind whose changes are not in its file."""
        kept = self._window.labelling.kept
        if kept.status in ("failed", "moving"):
            self._window.toaster.tell(f"First save a copy of this project. {kept.reason}", "warning")
        return kept.status not in ("failed", "moving")

    # What happens

    def _on_opened(self, loaded: LoadedProject) -> None:
        if not self._project.is_unnamed:
            self._window.recents.remember(loaded.path)
        self._locator.values = loaded.read.values
        self._set_missing(loaded.missing)
        self._tell_lost_layers(loaded)
        if loaded.missing:
            self.locate()

    def _tell_lost_layers(self, loaded: LoadedProject) -> None:
        values, number_of = loaded.read.values, self._window.labelling.number_of
        for opened in loaded.cubes:
            for path in lost_layers(opened, values.get(VIEW.format(number_of(opened)))):
                text = f"The layer {path.name} over {opened.cube.name} could not be read from {path.parent}."
                self._window.toaster.tell(text, "warning")

    def _on_moved(self, moved: Moved) -> None:
        self._window.recents.remember(moved.path)
        lost = "" if moved.with_history else " Its earlier steps could not be read, so undo begins anew."
        self._window.toaster.tell(f"The project goes on in {moved.path.name}.{lost}", "good")

    def _on_checked(self) -> None:
        if self._project.path is not None:
            self._window.toaster.tell(f"Every change is in {self._project.path.name}.", "good")

    def _on_failed(self, path: Path, what: str, error: Exception) -> None:
        if isinstance(error, DamagedProjectError):
            offer = ("Recover into a copy…", partial(self._ask_recovery, path))
            self._window.toaster.tell(f"{error.cause}.", "bad", offer=offer)
        else:
            self._window.toaster.tell_error(f"{what} {path.name}", error)

    def _set_missing(self, missing: tuple[Missing, ...]) -> None:
        self.missing = missing
        self._window.cubes.show_missing(missing)
        self._window.commands.refresh(("project.locate",))

    # Missing cubes

    def _forget_found(self) -> None:
        """Miss no cube that was opened in another way, and none of another project."""
        labelling, opened = self._window.labelling, self._window.session.cubes
        known = {cube.fingerprint for cube in labelling.state.cubes}
        found = {labelling.number_of(one) for one in opened}
        still = (
            one for one in self.missing if one.known.fingerprint in known and one.known.number not in found
        )
        if len(left := tuple(still)) < len(self.missing):
            self._set_missing(left)

    def _look_at(self, dialog: LocateDialog, missing: Missing, path: Path) -> None:
        def told(still: Missing | None) -> None:
            left = self.missing if still is not None else tuple(o for o in self.missing if o is not missing)
            self._set_missing(left)
            dialog.show_missing(left, "" if still is None else str(still.error))

        self._locator.look_at(missing, path, told)

    def _search(self, dialog: LocateDialog, missing: tuple[Missing, ...], folder: Path) -> None:
        def told(left: tuple[Missing, ...]) -> None:
            self._set_missing(left)
            found = len(missing) - len(left)
            dialog.show_missing(left, f"{found} of {len(missing)} found in {folder}.")

        self._locator.search(missing, folder, told)

    # Damaged projects

    def _ask_recovery(self, path: Path) -> None:
        proposal = path.with_name(f"{path.stem} recovered.hsip")
        ask_target(self._window, "Recover into a copy", proposal, _FILTERS, partial(self._recover, path))

    def _recover(self, path: Path, into: Path) -> None:
        from hsi_studio.io.project import recover_project

        title = f"Recover {path.name}"
        self._window.jobs.submit(
            Job(
                title,
                lambda progress: recover_project(path, into, progress),
                on_done=lambda report: self._tell_recovered(into, report.lost),
                on_error=lambda error: self._window.toaster.tell_error(title, error),
            )
        )

    def _tell_recovered(self, into: Path, lost: tuple[str, ...]) -> None:
        told = lost[0] if lost else "Nothing is lost."
        more = f" Details tell {len(lost) - 1} more." if len(lost) > 1 else ""
        text = f"{into.name} holds what could be read. {told}{more}"
        level = "warning" if lost else "good"
        self._window.toaster.tell(text, level, "\n".join(lost), ("Open", partial(self.open_path, into)))
