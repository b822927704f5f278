"""Pictures of parts of a cube or a raster over it, and which ones a view needs."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.scalars import Raster
from hsi_studio.core.view import ViewSpec
from hsi_studio.core.window import Window

BASE_PIXELS = 250_000
"""Size of the coarse picture of the whole image that lies under the sharp one."""

MARGIN = 64
"""Pixels drawn beyond each side of the part in sight, so that small moves need no reading."""

_ALPHA = 3 if sys.byteorder == "little" else 0


@dataclass(frozen=True)
class ImageSubject:
    """A cube seen in one way."""

    cube: Cube
    spec: ViewSpec


@dataclass(frozen=True)
class LayerSubject:
    """A raster over the image, with an opacity from 0 to 1 and the ids of the classes that are not drawn.

    The opacity is in the picture because Qt scales pictures several times faster than it also fades them.
    """

    raster: Raster
    opacity: float
    hidden: frozenset[int] = frozenset()


Subject = ImageSubject | LayerSubject
Role = Literal["base", "sharp"]


@dataclass(frozen=True)
class Task:
    """A picture to be made: what of, which part (image pixels) and every how many pixels."""

    subject: Subject
    role: Role
    window: Window
    step: int

    def share_of(self, window: Window) -> float:
        """Return the part of a window that this picture shows, from 0 to 1."""
        rows = min(self.window.row_stop, window.row_stop) - max(self.window.row, window.row)
        cols = min(self.window.col_stop, window.col_stop) - max(self.window.col, window.col)
        return max(0, rows) * max(0, cols) / max(1, window.size)

    def serves(self, need: Task) -> bool:
        """Tell whether this picture shows all that `need` must show, as sharply."""
        return (
            self.subject == need.subject
            and self.role == need.role
            and self.step == need.step
            and self.window.contains(need.window)
        )


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished picture.

    `argb` is (rows, cols, 4) uint8 with the bytes of Qt's ``Format_ARGB32_Premultiplied``.
    """

    task: Task
    argb: NDArray[np.uint8]

    @cached_property
    def opaque(self) -> bool:
        """Whether no pixel lets what lies below shine through."""
        return bool((self.argb[..., _ALPHA] == 255).all())


@dataclass(frozen=True)
class Viewport:
    """What is in sight: a window of image pixels, and the device pixels that one image pixel takes."""

    window: Window
    scale: float


def image_size(subject: Subject) -> tuple[int, int]:
    """Return (rows, cols)."""
    if isinstance(subject, ImageSubject):
        return subject.cube.rows, subject.cube.cols
    return subject.raster.shape


def step_for(scale: float) -> int:
    """Return the step at which one value read takes at most one device pixel, and more than half of one.

    Steps are 1, 2, 3, 4, 6, 8, 12 …, so that zooming slowly does not read anew all the time.
    """
    wanted = max(1.0, 1 / scale * (1 + 1e-9))
    power = 1 << int(math.log2(wanted))
    return power * 3 // 2 if power > 1 and power * 1.5 <= wanted else power


def base_task(subject: Subject) -> Task:
    """Return the coarse picture of everything."""
    rows, cols = image_size(subject)
    step = max(1, math.ceil(math.sqrt(rows * cols / BASE_PIXELS)))
    return Task(subject, "base", Window.full(rows, cols), step)


def sharp_need(subject: Subject, viewport: Viewport) -> Task | None:
    """Return the least sharp picture that the viewport needs; None where the base is sharp enough."""
    step = step_for(viewport.scale)
    if step >= base_task(subject).step or not viewport.window.size:
        return None
    return Task(subject, "sharp", viewport.window, step)


def with_margin(need: Task) -> Task:
    """Return `need` with a margin around, on the grid of its step."""
    rows, cols = image_size(need.subject)
    step, window = need.step, need.window
    margin = MARGIN * step
    top, left = (max(0, edge - margin) // step * step for edge in (window.row, window.col))
    bottom, right = window.row_stop + margin, window.col_stop + margin
    wide = Window(top, left, bottom - top, right - left).clipped(rows, cols)
    return Task(need.subject, need.role, wide, step)


def coarser(task: Task, factor: int) -> Task:
    """Return the same part at a step `factor` times as large."""
    step = task.step * factor
    top, left = task.window.row // step * step, task.window.col // step * step
    window = Window(top, left, task.window.row_stop - top, task.window.col_stop - left)
    return Task(task.subject, task.role, window, step)


def argb_of(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return Qt's premultiplied bytes of `rgba` (…, 4), whose pixels are opaque or 0 in all channels."""
    # Whole words: reordering single bytes takes six times as long.
    word = np.ascontiguousarray(rgba).view(np.uint32)
    if sys.byteorder == "big":
        return ((word >> 8) | (word << 24)).view(np.uint8)
    argb = word & np.uint32(0xFF00FF00)
    argb |= (word & np.uint32(0xFF)) << np.uint32(16)
    argb |= (word >> np.uint32(16)) & np.uint32(0xFF)
    return argb.view(np.uint8)


def faded(argb: NDArray[np.uint8], opacity: float) -> NDArray[np.uint8]:
    """Return premultiplied pixels (…, 4) at an opacity from 0 to 1."""
    return np.round(argb * np.float32(opacity)).astype(np.uint8)
