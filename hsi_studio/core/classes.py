"""Classes and rasters of class ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core import palette
from hsi_studio.core.window import Window

Color = palette.Color


@dataclass(frozen=True)
class ClassEntry:
    """One class: stable id (1 or more; 0 means unlabelled), name, sRGB colour and description.

    Labels of a class that is not `visible` are not drawn; those of a `locked` class are not painted over.
    """

    id: int
    name: str
    color: Color
    description: str = ""
    visible: bool = True
    locked: bool = False


@dataclass(frozen=True)
class ClassTable:
    """Ordered classes; the order is the only order that anything else may use."""

    entries: tuple[ClassEntry, ...]

    def __iter__(self) -> Iterator[ClassEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, id: int) -> ClassEntry:
        """Return the class with an id; `KeyError` when there is none."""
        for entry in self.entries:
            if entry.id == id:
                return entry
        raise KeyError(id)

    @classmethod
    def from_names(cls, names: Sequence[str], colors: Sequence[Color] | None = None) -> ClassTable:
        """Number `names` from 1 and colour them from `colors` or by default, then all differently."""
        known = palette.default_colors(len(names)) if colors is None else colors
        return cls(tuple(ClassEntry(i + 1, name, known[i % len(known)]) for i, name in enumerate(names)))

    def lookup(self) -> NDArray[np.uint8]:
        """Return (largest id + 1, 4) RGBA; transparent for 0 and for ids without a class."""
        table = np.zeros((max((e.id for e in self.entries), default=0) + 1, 4), np.uint8)
        for entry in self.entries:
            table[entry.id] = (*entry.color, 255)
        return table


@dataclass(frozen=True, eq=False)
class ClassRaster:
    """A raster of class ids (rows, cols) with its classes, such as a ground truth or a prediction.

    `confidence` (rows, cols), from 0 to 1, comes with a prediction: the probability of each pixel's class.
    `learned` are the flat positions of the pixels that a prediction learned from, where that is known.
    """

    name: str
    ids: NDArray[np.integer]
    classes: ClassTable
    confidence: NDArray[np.float32] | None = None
    learned: NDArray[np.intp] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.ids.shape
        return rows, cols

    def colors(self) -> NDArray[np.uint8]:
        """Return the RGBA colours (n, 4) that `indices` point into."""
        return self.classes.lookup()

    def indices(self, window: Window, step: int = 1) -> NDArray[np.integer]:
        """Return places in `colors` of every `step`-th pixel of a window; 0 where no class has the id."""
        ids = np.asarray(self.ids[window.slices(step)])
        return np.where((ids >= 0) & (ids < len(self.colors())), ids, 0)

    def rgba(self) -> NDArray[np.uint8]:
        """Return (rows, cols, 4) class colours, transparent where unlabelled."""
        rgba: NDArray[np.uint8] = self.colors()[self.indices(Window.full(*self.shape))]
        return rgba
