"""What a project holds, and the one kind of change that its history is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import LabelEdit, Labels, reversed_edit


@dataclass(frozen=True, eq=False)
class Edit:
    """One step of undo and redo: a stroke, a change of the class table, an import.

    Parameters
    ----------
    title : str
        What the Edit menu says after "Undo", such as "Brush: Corn".
    labels : mapping of cube number to LabelEdit
        Numbers are those of `ProjectCube`.
    classes : pair of ClassTable, optional
        The table before and after.
    """

    title: str
    labels: Mapping[int, LabelEdit] = field(default_factory=lambda: MappingProxyType({}))
    classes: tuple[ClassTable, ClassTable] | None = None

    def reversed(self) -> Edit:
        """Return the edit that takes this one back."""
        labels = {number: reversed_edit(edit) for number, edit in self.labels.items()}
        return Edit(self.title, labels, None if self.classes is None else self.classes[::-1])

    def __bool__(self) -> bool:
        """Tell whether it changes anything."""
        changed = self.classes is not None and self.classes[0] != self.classes[1]
        return changed or any(self.labels.values())


def classes_when_labelled(backwards: Iterable[Edit], number: int, classes: ClassTable) -> ClassTable | None:
    """Return the class table as of the last of some edits that labelled a cube; None when none did.

    Parameters
    ----------
    backwards : iterable of Edit
        The last one first.
    number : int
        Of the cube.
    classes : ClassTable
        As of the present.
    """
    for edit in backwards:
        if edit.labels.get(number):
            return classes
        if edit.classes is not None:
            classes = edit.classes[0]
    return None


@dataclass(frozen=True)
class ProjectCube:
    """A cube that a project knows: where it was, and what it was.

    Parameters
    ----------
    number : int
        Stays the same for as long as the project exists.
    path : str
        Relative to the project's folder where that is possible, with forward slashes; empty for the demo.
    name : str
    fingerprint : str
        Of its data: labels belong to it, not to a path.
    rows, cols : int
    options : str
        How it was opened (`OpenOptions`) as JSON; empty for the defaults.
    """

    number: int
    path: str
    name: str
    fingerprint: str
    rows: int
    cols: int
    options: str = ""


@dataclass(frozen=True, eq=False)
class ProjectState:
    """Everything that edits change, as of one moment. A value, safe to hand to any thread."""

    classes: ClassTable = field(default_factory=lambda: ClassTable(()))
    cubes: tuple[ProjectCube, ...] = ()
    labels: Mapping[int, Labels] = field(default_factory=lambda: MappingProxyType({}))

    def labels_of(self, number: int) -> Labels:
        """Return the labels of a cube; `KeyError` when the project does not know it."""
        if number in self.labels:
            return self.labels[number]
        cube = next((cube for cube in self.cubes if cube.number == number), None)
        if cube is None:
            raise KeyError(number)
        return Labels(cube.rows, cube.cols)

    def applied(self, edit: Edit) -> ProjectState:
        """Return the state after an edit."""
        changed = {number: self.labels_of(number).applied(one) for number, one in edit.labels.items()}
        classes = self.classes if edit.classes is None else edit.classes[1]
        return replace(self, classes=classes, labels=MappingProxyType({**self.labels, **changed}))
