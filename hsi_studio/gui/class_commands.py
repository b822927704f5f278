"""What can be done with the class table, from the panel and the menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.jobs import Job
from hsi_studio.core import class_edits
from hsi_studio.core.class_loading import load
from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable, Color
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit
from hsi_studio.errors import HsiError
from hsi_studio.gui.classes_model import pixels_text
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.colour import ColourDialog
from hsi_studio.gui.dialogs.files import ALL_FILES, ask_files, ask_target, patterns

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


class ClassCommands(QObject):
    """Changes the class table for the main window; every change is one step of undo."""

    added = Signal(int)
    """Id of a class that was just added, whose name may be typed now."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._labelling = window.labelling

    def on_demo(self) -> None:
        """Begin with the classes of the demo scene, which was just opened."""
        current = self._window.session.current
        rasters = [layer.raster for layer in current.layers] if current is not None else []
        for truth in rasters[:1]:
            if isinstance(truth, ClassRaster):
                self._labelling.start_with(truth.classes)

    # One class

    def add(self) -> None:
        """Add a class and make it the active one."""
        classes = self._labelling.classes
        if self._try(lambda: class_edits.add(classes, class_edits.new_class(classes))):
            id = tuple(self._labelling.classes)[-1].id
            self._labelling.set_active(id)
            self.added.emit(id)

    def rename(self, id: int, name: str) -> None:
        """Give a class another name."""
        self._try(lambda: class_edits.rename(self._labelling.classes, id, name))

    def recolour(self, id: int, color: Color) -> None:
        """Give a class another colour."""
        self._try(lambda: class_edits.recolour(self._labelling.classes, id, color))

    def ask_colour(self, id: int) -> None:
        """Ask for the colour of a class."""
        entry = self._labelling.classes[id]
        used = {other.color for other in self._labelling.classes}
        dialog = ColourDialog(self._window, entry.name, entry.color, used)
        dialog.chosen.connect(partial(self.recolour, id))
        dialog.open()

    def toggle_visible(self, id: int) -> None:
        """Show or hide the labels of a class."""
        classes = self._labelling.classes
        self._try(lambda: class_edits.set_visible(classes, id, not classes[id].visible))

    def toggle_locked(self, id: int) -> None:
        """Protect the labels of a class from being painted over, or no longer do."""
        classes = self._labelling.classes
        self._try(lambda: class_edits.set_locked(classes, id, not classes[id].locked))

    def move(self, id: int, place: int) -> None:
        """Move a class to a place in the order."""
        self._try(lambda: class_edits.move(self._labelling.classes, id, place))

    def step(self, id: int, rows: int) -> None:
        """Move a class up (negative) or down."""
        place = [entry.id for entry in self._labelling.classes].index(id) + rows
        if 0 <= place < len(self._labelling.classes):
            self.move(id, place)

    def merge(self, id: int, into: int) -> None:
        """Give the labels of a class to another and remove it."""
        if self._try(lambda: class_edits.merge(self._labelling.state, id, into)):
            self._labelling.set_active(into)

    def delete(self, id: int) -> None:
        """Delete a class; ask first when it has labels, and say how many."""
        entry, pixels = self._labelling.classes[id], self._pixels(id)
        if not pixels or entry.locked:
            self._delete(id)
            return
        text = f"{pixels_text(pixels)} of {entry.name} will be unlabelled{self._elsewhere(id)}."
        self._ask(f"Delete {entry.name}?", text, "Delete", partial(self._delete, id))

    def clear(self, id: int) -> None:
        """Take all labels of a class away; ask first."""
        entry = self._labelling.classes[id]
        text = f"{pixels_text(self._pixels(id))} of {entry.name} will be unlabelled{self._elsewhere(id)}."
        edit = partial(class_edits.clear, self._labelling.state, id)
        self._ask(f"Clear the labels of {entry.name}?", text, "Clear", lambda: self._try(edit))

    def _delete(self, id: int) -> None:
        self._try(lambda: class_edits.remove(self._labelling.state, id))

    def _pixels(self, id: int) -> int:
        return self._labelling.total_counts.get(id, 0)

    def _elsewhere(self, id: int) -> str:
        elsewhere = self._pixels(id) - self._labelling.counts.get(id, 0)
        return f", {pixels_text(elsewhere)} of them in other cubes" if elsewhere else ""

    # The whole table

    def ask_load(self) -> None:
        """Ask for a file with a class table and load it."""
        from hsi_studio.io.class_tables import TABLE_FORMATS

        every = patterns([ending for one in TABLE_FORMATS for ending in one.endings])
        filters = [f"Class tables ({every})", ALL_FILES]
        folder = self._window.settings.folder
        ask_files(
            self._window, "Load classes", folder, lambda p: self.load(p[0]), many=False, filters=filters
        )

    def load(self, path: Path) -> None:
        """Load a class table; classes of the same name are updated, the others added."""

        def work(_: Progress) -> ClassTable:
            from hsi_studio.io.class_tables import read_class_table

            return read_class_table(path)

        self._window.settings.folder = str(path.parent)
        self._submit(f"Load classes from {path.name}", work, partial(self._take, path.name))

    def ask_save(self) -> None:
        """Ask for a name and write the class table."""
        from hsi_studio.io.class_tables import TABLE_FORMATS

        filters = [f"{one.name} ({patterns(one.endings)})" for one in TABLE_FORMATS]
        proposal = Path(self._window.settings.folder or Path.home()) / "classes.yaml"
        ask_target(self._window, "Save classes", proposal, filters, self.save)

    def save(self, path: Path) -> None:
        """Write the class table in the format of the ending."""
        classes = self._labelling.classes

        def work(_: Progress) -> str:
            from hsi_studio.io.class_tables import table_format, write_class_table

            write_class_table(path, classes)
            lost = any(e.description for e in classes) and not table_format(path).keeps_texts
            return f"Wrote {path.name}{'; the format has no place for descriptions' if lost else ''}."

        self._submit(f"Save classes to {path.name}", work, lambda text: self._tell(text, "good"))

    def _take(self, name: str, loaded: ClassTable) -> None:
        result = load(self._labelling.classes, loaded, name)
        if not result.edit:
            self._tell(f"{name} holds nothing new.")
        elif self._try(lambda: result.edit):
            updated = f", {result.updated} updated" if result.updated else ""
            self._tell(f"{name}: {_classes(result.added)} added{updated}.", "good")

    # What all share

    def _try(self, make: Callable[[], Edit]) -> bool:
        """Make an edit; tell why where that is refused."""
        try:
            edit = make()
        except HsiError as error:
            self._tell(str(error), "warning")
            return False
        if self._labelling.refusal:
            self._tell(self._labelling.refusal, "warning")
            return False
        self._labelling.commit(edit)
        return True

    def _tell(self, text: str, level: str = "accent") -> None:
        self._window.toaster.tell(text, level)

    def _ask(self, title: str, text: str, accept: str, run: Callable[[], object]) -> None:
        dialog = Question(self._window, title.rstrip("?"), f"{title} {text}", accept)
        dialog.accepted.connect(run)
        dialog.open()

    def _submit(
        self, title: str, work: Callable[[Progress], object], done: Callable[..., object]
    ) -> None:  # fmt: skip
        failed = partial(self._window.toaster.tell_error, title)
        self._window.jobs.submit(Job(title, work, on_done=done, on_error=failed))


def others(classes: ClassTable, id: int) -> list[ClassEntry]:
    """Return the classes that one may be merged into: all but itself and the locked."""
    return [entry for entry in classes if entry.id != id and not entry.locked]


def _classes(count: int) -> str:
    return "1 class" if count == 1 else f"{count} classes"
