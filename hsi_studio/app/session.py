"""What is open and how it is shown: the one place that every panel reads and changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.scalars import Raster
from hsi_studio.core.view import ViewSpec
from hsi_studio.io.options import OpenOptions


@dataclass(frozen=True, eq=False)
class Layer:
    """A raster over the image, such as a ground truth; `hidden` are the ids of classes that are not drawn.

    `path` is the file that it was loaded from, read with `options`; None for what the program has made.
    """

    raster: Raster
    visible: bool = True
    opacity: float = 0.5
    hidden: frozenset[int] = frozenset()
    path: Path | None = None
    options: OpenOptions = field(default_factory=OpenOptions)


@dataclass(frozen=True)
class LabelsLook:
    """How the labels of a person are drawn, over all layers; the labels themselves are `Labelling`'s."""

    visible: bool = True
    opacity: float = 0.7


@dataclass(frozen=True, eq=False)
class OpenCube:
    """A cube in the session with how it is looked at. Layers are drawn in order, first at the bottom."""

    cube: Cube
    view: ViewSpec
    options: OpenOptions = field(default_factory=OpenOptions)
    image_visible: bool = True
    layers: tuple[Layer, ...] = ()
    labels: LabelsLook = LabelsLook()


def top_layer(opened: OpenCube) -> Layer | None:
    """Return the topmost visible layer."""
    return next((layer for layer in reversed(opened.layers) if layer.visible), None)


def top_class_layer(opened: OpenCube) -> tuple[int, ClassRaster] | None:
    """Return place and raster of the topmost visible layer of classes."""
    for index, layer in reversed(tuple(enumerate(opened.layers))):
        if layer.visible and isinstance(layer.raster, ClassRaster):
            return index, layer.raster
    return None


class Session(QObject):
    """Open cubes, the current one, and its view and layers. Lives on the GUI thread."""

    cubes_changed = Signal()
    """A cube was opened or closed."""
    current_changed = Signal(object)
    """Another cube (`OpenCube` or None) became the current one; panels start anew."""
    view_changed = Signal(object)
    """The `ViewSpec` of the current cube changed."""
    layers_changed = Signal()
    """Layers of the current cube, or how its labels or its image are drawn, changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cubes: list[OpenCube] = []
        self._current: int | None = None

    @property
    def cubes(self) -> tuple[OpenCube, ...]:
        return tuple(self._cubes)

    @property
    def current(self) -> OpenCube | None:
        return None if self._current is None else self._cubes[self._current]

    @property
    def cube(self) -> Cube | None:
        """The current cube."""
        return None if self.current is None else self.current.cube

    @property
    def view(self) -> ViewSpec | None:
        """The current cube's view."""
        return None if self.current is None else self.current.view

    def add(self, opened: OpenCube) -> None:
        """Add a cube and make it the current one."""
        self._cubes.append(opened)
        self._current = len(self._cubes) - 1
        self.cubes_changed.emit()
        self.current_changed.emit(self.current)

    def replace_current(self, opened: OpenCube) -> None:
        """Put another reading of the current file (other axis, other references) in its place."""
        if self._current is None:
            self.add(opened)
            return
        self._cubes[self._current] = opened
        self.cubes_changed.emit()
        self.current_changed.emit(opened)

    def select(self, index: int) -> None:
        """Make the cube at `index` of `cubes` the current one."""
        if index != self._current and 0 <= index < len(self._cubes):
            self._current = index
            self.current_changed.emit(self.current)

    def close(self, index: int) -> None:
        """Close the cube at `index` of `cubes`."""
        del self._cubes[index]
        current = self._current
        if current is not None and (current > index or current == len(self._cubes)):
            self._current = current - 1 if current > 0 else None
        self.cubes_changed.emit()
        if current == index:
            self.current_changed.emit(self.current)

    def set_view(self, view: ViewSpec) -> None:
        """Change how the current cube is shown."""
        if self.current is not None and view != self.current.view:
            self._update(view=view)
            self.view_changed.emit(view)

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """Replace the layers over the current cube."""
        if self.current is not None:
            self._update(layers=layers)
            self.layers_changed.emit()

    def change_layers(self, cube: Cube, change: Callable[[tuple[Layer, ...]], tuple[Layer, ...]]) -> bool:
        """Change the layers over an open cube, current or not; False when it has been closed meanwhile."""
        for index, opened in enumerate(self._cubes):
            if opened.cube is cube:
                self._cubes[index] = replace(opened, layers=change(opened.layers))
                if index == self._current:
                    self.layers_changed.emit()
                return True
        return False

    def update_layer(
        self,
        index: int,
        *,
        visible: bool | None = None,
        opacity: float | None = None,
        hidden: frozenset[int] | None = None,
    ) -> None:
        """Show, hide or fade one layer, or hide some of its classes."""
        if self.current is None:
            return
        given: dict[str, Any] = {"visible": visible, "opacity": opacity, "hidden": hidden}
        changed = {name: value for name, value in given.items() if value is not None}
        layers = list(self.current.layers)
        layers[index] = replace(layers[index], **changed)
        self.set_layers(tuple(layers))

    def set_image_visible(self, visible: bool) -> None:
        """Show or hide the picture under the layers."""
        if self.current is not None:
            self._update(image_visible=visible)
            self.layers_changed.emit()

    def set_labels_look(self, *, visible: bool | None = None, opacity: float | None = None) -> None:
        """Show, hide or fade the labels over the current cube."""
        if self.current is not None:
            old = self.current.labels
            look = LabelsLook(
                old.visible if visible is None else visible, old.opacity if opacity is None else opacity
            )
            self._update(labels=look)
            self.layers_changed.emit()

    def _update(self, **changes: Any) -> None:
        if self._current is not None:
            self._cubes[self._current] = replace(self._cubes[self._current], **changes)
