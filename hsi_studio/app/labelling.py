"""The labels and classes that a person edits: every change goes through here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.history import BEGINNING, History
from hsi_studio.app.kept import KeptState
from hsi_studio.app.label_changes import Counts, Windows, changed_tiles, recounted
from hsi_studio.app.project_cubes import is_same_image, project_cube
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.project import Edit, ProjectCube, ProjectState
from hsi_studio.core.window import Window

_FETCHED = 50


class Labelling(QObject):
    """State of the project on the GUI thread. Edits apply at once; a writer keeps them in the same order."""

    labels_changed = Signal(object)
    """Tuple of `Window`: what to draw anew of the current cube's labels."""
    classes_changed = Signal()
    active_changed = Signal(int)
    """Id of the class that tools paint with; 0 = none."""
    history_changed = Signal()
    """An edit was made, undone or redone, or the titles of undo and redo changed."""
    kept_changed = Signal(object)
    """`KeptState`."""
    project_changed = Signal()
    """Another project: everything is new."""

    committed = Signal(object)
    """`Edit` that was made: to be kept."""
    undone = Signal()
    redone = Signal()
    """The last edit was undone, or redone: to be kept."""
    cube_added = Signal(object)
    """`ProjectCube` that the project knows from now on, before its first edit."""
    fetch_wanted = Signal(int, int)
    """(first, stop): numbers of edits that undo or redo will need."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._history = History()
        self._counts: Counts = {}
        self._labelled_with: dict[int, ClassTable | None] = {}
        self._preview: Labels | None = None
        self._beginning: Edit | None = None
        self.folder: Path | None = None  # that paths of cubes are relative to
        self.number: int | None = None  # of the current cube
        self.state = ProjectState()
        self.active = 0
        self.kept = KeptState()
        session.current_changed.connect(self._on_cube)

    @property
    def classes(self) -> ClassTable:
        """The class table."""
        return self.state.classes

    @property
    def labels(self) -> Labels | None:
        """Labels of the current cube, without a preview; None when no cube is open."""
        number, cube = self.number, self._session.cube
        if number is not None:
            return self.state.labels_of(number)
        return None if cube is None else Labels(cube.rows, cube.cols)

    @property
    def shown(self) -> Labels | None:
        """What to draw: the preview while there is one, else the labels."""
        return self.labels if self._preview is None else self._preview

    @property
    def counts(self) -> Mapping[int, int]:
        """Labelled pixels of the current cube by class id."""
        return {} if self.number is None else self._counts.get(self.number, {})

    @property
    def total_counts(self) -> Mapping[int, int]:
        """Labelled pixels of all cubes by class id."""
        total: Counter[int] = Counter()
        for counts in self._counts.values():
            total.update(counts)
        return total

    @property
    def labelled_with(self) -> ClassTable | None:
        """The class table as it was when the current cube's labels last changed, in this line of history.

        None without labels, and while the edit that made them is being fetched.
        """
        return None if self.number is None else self._labelled_with.get(self.number)

    @property
    def undo_title(self) -> str | None:
        """What undo would take back, such as "Brush: Corn"."""
        return self._history.undo_title

    @property
    def redo_title(self) -> str | None:
        """What redo would do again."""
        return self._history.redo_title

    @property
    def refusal(self) -> str:
        """Why nothing may be changed, as a sentence; empty when it may."""
        return self.kept.refusal

    def number_of(self, opened: OpenCube) -> int | None:
        """Return the number of a cube in the project; None when the project does not know it."""
        found = (known.number for known in self.state.cubes if is_same_image(known, opened))
        return next(found, None)

    def set_active(self, id: int) -> None:
        """Choose the class that tools paint with; an unknown id chooses none."""
        known = id if id in self._ids else 0
        if known != self.active:
            self.active = known
            self.active_changed.emit(known)

    def preview(self, labels: Labels | None, changed: Windows | None = None) -> None:
        """Show other labels during a drag, without keeping them; None ends it.

        `changed` is what differs from what was shown before, where the caller knows that more closely than
        by tiles.
        """
        before = self.shown
        self._preview = labels
        self._tell_drawn(before, changed)

    def start_with(self, classes: ClassTable) -> None:
        """Let a project begin with classes; one in which anything was done stays as it is.

        They are kept together with the first edit, before it, and undo does not take them back.
        """
        edit = Edit(BEGINNING, classes=(self.classes, classes))
        if edit and self._history.is_empty and not self.refusal:
            self._history = History(older=1, fixed=1)
            self._beginning = edit
            self._apply(edit)

    def known_number(self) -> int | None:
        """Return the number of the current cube, which the project knows from now on.

        None without a cube, or when nothing may be changed.
        """
        current = self._session.current
        if current is not None and not self.refusal and self.number is None:
            self._add(current)
        return self.number

    def paint(self, edit: LabelEdit, title: str) -> None:
        """Change the labels of the current cube."""
        if edit:
            self.known_number()
        self.commit(Edit(title, {} if self.number is None else {self.number: edit}))

    def commit(self, edit: Edit) -> None:
        """Make an edit: it applies at once, can be undone, and is handed on to be kept.

        Nothing happens when it changes nothing, or while `refusal` says why it may not.
        """
        if edit and not self.refusal:
            if self._beginning is not None:
                self.committed.emit(self._beginning)
                self._beginning = None
            self._history.push(edit)
            self._apply(edit)
            self.committed.emit(edit)
        elif self._preview is not None:
            self.preview(None)

    def undo(self) -> None:
        """Take the last edit back."""
        edit = None if self.refusal else self._history.undo()
        if edit is not None:
            self._show_cube_of(edit)
            self._apply(edit)
            self.undone.emit()
            self._fetch()

    def redo(self) -> None:
        """Do again what was undone last."""
        edit = None if self.refusal else self._history.redo()
        if edit is not None:
            self._show_cube_of(edit)
            self._apply(edit)
            self.redone.emit()
            self._fetch()

    def load(
        self, state: ProjectState, history: History, counts: Counts, kept: KeptState, active: int = 0
    ) -> None:
        """Show another project."""
        self.state, self._history, self._counts = state, history, counts
        self._labelled_with = {}
        self._find_labelled(counts)
        self._beginning = None
        self.active = active
        self.kept = kept
        self.project_changed.emit()
        self._choose_active()
        self.active_changed.emit(self.active)
        self.classes_changed.emit()
        self._on_cube()
        self.history_changed.emit()
        self.kept_changed.emit(kept)
        self._fetch()

    def restart_history(self) -> None:
        """Go on with a project whose only step so far brings everything."""
        self._history = History(older=1, fixed=1)
        self.history_changed.emit()
        self._fetch()

    def set_cubes(self, cubes: tuple[ProjectCube, ...]) -> None:
        """Note where cubes of the project lie now."""
        self.state = replace(self.state, cubes=cubes)

    def set_kept(self, kept: KeptState) -> None:
        """Say whether the changes so far are in the file."""
        if kept != self.kept:
            self.kept = kept
            self.kept_changed.emit(kept)

    def add_fetched(self, first: int, edits: tuple[Edit, ...]) -> None:
        """Take in edits that `fetch_wanted` asked for."""
        history, before = self._history, (self._history.older, self._history.newer)
        history.add_older(first, edits)
        history.add_newer(first, edits)
        self._find_labelled([number for number, table in self._labelled_with.items() if table is None])
        self.history_changed.emit()
        if (history.older, history.newer) != before:
            self._fetch()

    def _fetch(self) -> None:
        history = self._history
        unknown = any(table is None and self._counts[number] for number, table in self._labelled_with.items())
        if history.wants_older or (unknown and history.older > history.fixed):
            self.fetch_wanted.emit(max(history.fixed, history.older - _FETCHED), history.older)
        if history.wants_newer:
            start = history.newer_start
            self.fetch_wanted.emit(start, start + min(_FETCHED, history.newer))

    def _find_labelled(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._labelled_with[number] = self._history.classes_when_labelled(number, self.classes)

    def _show_cube_of(self, edit: Edit) -> None:
        """Nobody undoes what they do not see: make a cube that the edit changes the current one."""
        if edit.labels and self.number not in edit.labels:
            for index, opened in enumerate(self._session.cubes):
                if self.number_of(opened) in edit.labels:
                    self._session.select(index)
                    return

    def _add(self, opened: OpenCube) -> None:
        self.number = 1 + max((known.number for known in self.state.cubes), default=0)
        known = project_cube(self.number, opened, self.folder)
        self.state = replace(self.state, cubes=(*self.state.cubes, known))
        self.cube_added.emit(known)

    def _apply(self, edit: Edit) -> None:
        before, number = self.shown, self.number
        # Patches tell what an edit changes, but not what a preview had changed.
        drawn = None
        if self._preview is None and number is not None:
            drawn = tuple(patch.window for patch in edit.labels.get(number, ()))
        self._preview = None
        self.state = self.state.applied(edit)
        for changed, patches in edit.labels.items():
            self._counts[changed] = recounted(self._counts.get(changed, {}), patches)
        self._find_labelled(number for number, patches in edit.labels.items() if patches)
        if edit.classes is not None:
            self._choose_active()
            self.classes_changed.emit()
        self._tell_drawn(before, drawn)
        self.history_changed.emit()

    @property
    def _ids(self) -> list[int]:
        return [entry.id for entry in self.classes]

    def _choose_active(self) -> None:
        if self.active not in self._ids:
            self.active = next(iter(self._ids), 0)
            self.active_changed.emit(self.active)

    def _on_cube(self) -> None:
        current = self._session.current
        self.number = None if current is None else self.number_of(current)
        self._preview = None
        labels = self.labels
        self.labels_changed.emit(() if labels is None else (Window.full(labels.rows, labels.cols),))

    def _tell_drawn(self, before: Labels | None, windows: Windows | None) -> None:
        after = self.shown
        if windows is None and before is not None and after is not None:
            windows = changed_tiles(before, after)
        if windows:
            self.labels_changed.emit(windows)
