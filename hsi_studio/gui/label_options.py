"""How the labelling tools work: size, shape, likeness, and where they may paint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from hsi_studio.core.brush import Shape

Where = Literal["anywhere", "unlabelled", "predicted"]

LARGEST = 300
"""Pixels across of the largest brush."""

LARGEST_ANGLE = 45.0
LARGEST_TOLERANCE = 128.0
_ONE_BY_ONE = 10
_GROWTH = 1.2


@dataclass(frozen=True)
class Options:
    """What the options bar shows.

    Parameters
    ----------
    size : int
        Pixels across of brush, eraser and line.
    shape : {"round", "square"}
        Of brush and eraser.
    angle : float
        Spectral angle of the wand in degrees.
    connected : bool
        Whether the wand stays with pixels connected to the clicked one.
    tolerance : float
        Of the flood fill: levels of 0 to 255 by which a colour may differ.
    where : {"anywhere", "unlabelled", "predicted"}
        "predicted" is where the prediction says the active class.
    """

    size: int = 5
    shape: Shape = "round"
    angle: float = 4.0
    connected: bool = True
    tolerance: float = 12.0
    where: Where = "anywhere"


class ToolOptions(QObject):
    """The options in use."""

    changed = Signal(object)
    """The `Options` from now on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = Options()

    def change(self, **changes: Any) -> None:
        """Change some of the options."""
        options = replace(self.now, **changes)
        if options != self.now:
            self.now = options
            self.changed.emit(options)

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller by steps, which grow with it."""
        size = self.now.size
        for _ in range(abs(steps)):
            size = _larger(size) if steps > 0 else _smaller(size)
        self.change(size=size)


def _larger(size: int) -> int:
    return min(LARGEST, size + 1 if size < _ONE_BY_ONE else round(size * _GROWTH))


def _smaller(size: int) -> int:
    return max(1, size - 1 if size <= _ONE_BY_ONE else round(size / _GROWTH))
