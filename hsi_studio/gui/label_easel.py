"""Where the labelling tools paint: makes sure that there is a class, shows previews, keeps what is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.label_changes import changed_tiles
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Session
from hsi_studio.core import class_edits
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.selection import Rule
from hsi_studio.gui.label_options import Options
from hsi_studio.gui.label_paint import (
    Paint,
    adding,
    erasing,
    has_class,
    prediction_of,
    subtracting,
    where_predicted,
)


class Easel(QObject):
    """Paints on the labels of the current cube."""

    notice = Signal(str)
    """Something to tell the user."""
    disturbed = Signal()
    """The labels have changed under a gesture, by undo for instance: it must end."""

    def __init__(self, labelling: Labelling, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labelling, self._session = labelling, session
        self._base: Labels | None = None
        labelling.history_changed.connect(self._on_history)
        labelling.classes_changed.connect(self.disturbed)

    @property
    def labels(self) -> Labels | None:
        """The labels without a preview."""
        return self._labelling.labels

    def paint(self, tool: str, options: Options, *, shift: bool = False, alt: bool = False) -> Paint | None:
        """Return what a tool does to the labels; None, said aloud, where nothing may be painted.

        Shift adds: only pixels without a class get the active one. Alt takes the active class away.
        """
        if not self._may_change() or not self._has_class():
            return None
        labels, classes, active = self._labelling.labels, self._labelling.classes, self._labelling.active
        assert labels is not None
        if alt:
            return subtracting(labels, classes, active, tool)
        return adding(labels, classes, active, tool, self.rule(options, shift=shift))

    def rule(self, options: Options, *, shift: bool = False) -> Rule | None:
        """Return where the active class may be painted; None for anywhere."""
        current = self._session.current
        if shift or options.where == "unlabelled":
            return partial(has_class, 0)
        if options.where == "predicted" and current is not None:
            prediction = prediction_of(current)
            name = self._labelling.classes[self._labelling.active].name
            return None if prediction is None else where_predicted(prediction, name)
        return None

    def eraser(self, tool: str) -> Paint | None:
        """Return what takes any class away; None, said aloud, where nothing may be changed."""
        labels = self._labelling.labels
        if labels is None or not self._may_change():
            return None
        return erasing(labels, self._labelling.classes, tool)

    @contextmanager
    def previewing(self, paint: Paint) -> Iterator[None]:
        """Let a gesture show what it would do; afterwards the labels are shown as they are."""
        self._base = paint.base
        try:
            yield
        finally:
            self._base = None
            self._labelling.preview(None)

    def show(self, labels: Labels, edit: LabelEdit, also: LabelEdit = ()) -> Labels:
        """Show labels after an edit, which differ from those shown before there and in another's places."""
        after = labels.applied(edit) if edit else labels
        if windows := tuple(patch.window for patch in (*also, *edit)):
            self._labelling.preview(after, windows)
        return after

    def show_all(self, labels: Labels) -> None:
        """Show other labels."""
        self._labelling.preview(labels)

    def keep(self, paint: Paint, edit: LabelEdit) -> None:
        """Make a gesture's change, as one step of undo."""
        self._base = None
        self._labelling.paint(edit, paint.title)

    def is_outdated(self, paint: Paint) -> bool:
        """Tell whether the labels have changed since a gesture began."""
        labels = self._labelling.labels
        return labels is not None and bool(changed_tiles(paint.base, labels))

    def _may_change(self) -> bool:
        if self._labelling.refusal:
            self.notice.emit(self._labelling.refusal)
        return self._labelling.labels is not None and not self._labelling.refusal

    def _has_class(self) -> bool:
        """Make the first class, or choose one, so that a first stroke is never lost."""
        labelling = self._labelling
        if not len(labelling.classes):
            entry = class_edits.new_class(labelling.classes)
            labelling.commit(class_edits.add(labelling.classes, entry))
            labelling.set_active(entry.id)
            self.notice.emit(f"{entry.name} was made for these labels. Rename it under Classes.")
        elif not labelling.active:
            labelling.set_active(next(iter(labelling.classes)).id)
        self._bring_into_sight()
        return True

    def _bring_into_sight(self) -> None:
        current, active = self._session.current, self._labelling.classes[self._labelling.active]
        if current is not None and not current.labels.visible:
            self._session.set_labels_look(visible=True)
        if not active.visible:
            self.notice.emit(f"{active.name} is hidden: show the class to see what you paint.")

    def _on_history(self) -> None:
        labels = self._labelling.labels
        if self._base is not None and labels is not None and changed_tiles(self._base, labels):
            self.disturbed.emit()
