"""What a gesture does to the labels: which class it gives or takes, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsi_studio.app.session import OpenCube
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.selection import Rule, Selection, set_selection
from hsi_studio.core.window import Window


@dataclass(frozen=True)
class Paint:
    """Labels before a gesture, and what happens to the pixels that it picks.

    Parameters
    ----------
    base : Labels
        Before the gesture.
    id : int
        Class that the pixels get; 0 takes their class from them.
    title : str
        Of the step of undo.
    rule : Rule, optional
        Where pixels may change.
    locked : set of int
        Classes whose pixels stay.
    """

    base: Labels
    id: int
    title: str
    rule: Rule | None = None
    locked: frozenset[int] = frozenset()

    def edit(self, labels: Labels, selection: Selection) -> LabelEdit:
        """Return the change of `labels`: those before the gesture, or a state during it."""
        only = None if self.rule is None else partial(self.rule, self.base)
        return set_selection(labels, selection, self.id, only=only, locked=self.locked)

    def over(self, labels: Labels) -> Paint:
        """Return the same over other labels."""
        return replace(self, base=labels)


def adding(base: Labels, classes: ClassTable, id: int, tool: str, rule: Rule | None = None) -> Paint:
    """Return the paint of a tool that gives pixels a class."""
    return Paint(base, id, f"{tool}: {classes[id].name}", rule, _locked(classes))


def subtracting(base: Labels, classes: ClassTable, id: int, tool: str) -> Paint:
    """Return the paint that takes one class away and leaves the others."""
    rule = partial(has_class, id)
    return Paint(base, 0, f"{tool}: take away {classes[id].name}", rule, _locked(classes))


def erasing(base: Labels, classes: ClassTable, tool: str) -> Paint:
    """Return the paint that takes any class away."""
    return Paint(base, 0, tool, None, _locked(classes))


def has_class(id: int, labels: Labels, window: Window) -> NDArray[np.bool_]:
    """Tell which pixels have a class; `partial(has_class, 0)` is the rule for those without one."""
    return np.asarray(labels.read(window) == id)


def prediction_of(opened: OpenCube) -> ClassRaster | None:
    """Return the topmost prediction over a cube."""
    for layer in reversed(opened.layers):
        if isinstance(layer.raster, ClassRaster) and layer.raster.confidence is not None:
            return layer.raster
    return None


def where_predicted(prediction: ClassRaster, name: str) -> Rule:
    """Return the rule that a prediction says the class of a name."""
    ids = [entry.id for entry in prediction.classes if entry.name.casefold() == name.casefold()]

    def rule(_labels: Labels, window: Window) -> NDArray[np.bool_]:
        return np.isin(np.asarray(prediction.ids[window.slices()]), ids)

    return rule


def _locked(classes: ClassTable) -> frozenset[int]:
    return frozenset(entry.id for entry in classes if entry.locked)
