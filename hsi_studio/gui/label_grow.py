"""Pixels that take a while to find: a preview follows the newest wish and is kept on release."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Literal

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.selection import Selection
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.canvas_tools import Gesture, Input
from hsi_studio.gui.label_easel import Easel
from hsi_studio.gui.label_options import LARGEST_ANGLE, LARGEST_TOLERANCE, ToolOptions
from hsi_studio.gui.label_paint import Paint
from hsi_studio.gui.overlays import Draft

Finder = Callable[[float, Progress], Selection]
"""Returns the pixels for a value such as an angle; called on the thread."""

Option = Literal["angle", "tolerance"]

_NOTCH = 1.15
_LIMITS: dict[Option, tuple[float, float]] = {
    "angle": (0.1, LARGEST_ANGLE),
    "tolerance": (1.0, LARGEST_TOLERANCE),
}


@dataclass(frozen=True, eq=False)
class Found:
    """An answer: the pixels for a value, and what painting them does to the labels."""

    value: float
    pixels: int
    edit: LabelEdit
    shown: Labels


@dataclass(eq=False)
class Growth:
    """Pixels that are being found.

    Parameters
    ----------
    number : int
    find : Finder
    paint : Paint
    value : float
        The newest wish.
    press : Input, optional
        Where the button went down.
    option : str
        Which of the options `value` is.
    released : bool
        The user has let go: the answer to the newest wish is to be kept.
    """

    number: int
    find: Finder
    paint: Paint
    value: float
    press: Input | None = None
    option: Option = "angle"
    released: bool = False
    found: Found | None = None

    @property
    def current(self) -> Found | None:
        """The answer to the newest wish, if it has come."""
        return self.found if self.found is not None and self.found.value == self.value else None

    @property
    def text(self) -> str:
        """What stands beside the pointer."""
        value = f"{self.value:.3g}°" if self.option == "angle" else f"±{self.value:.0f} levels"
        pixels = "…" if self.current is None else f"{self.current.pixels:,} px".replace(",", "\u202f")
        return f"{value} · {pixels}" + ("" if self.released else " · the wheel changes it")


class Growing(QObject):
    """Finds pixels on a thread and paints them."""

    failed = Signal(object)
    """The exception of pixels that could not be found."""

    def __init__(
        self, easel: Easel, options: ToolOptions, canvas: Canvas, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._easel, self._options, self._canvas = easel, options, canvas
        self._numbers = count()
        self._growths: dict[Hashable, Growth] = {}
        self._worker = LatestWorker("grow", self)
        self._worker.answered.connect(self._on_found)
        self._worker.failed.connect(self._on_failed)

    def fill(self, find: Callable[[Progress], Selection], paint: Paint) -> None:
        """Paint pixels that take a while to find."""
        growth = Growth(next(self._numbers), lambda _, progress: find(progress), paint, 0.0, released=True)
        self._ask(growth, 0.0)

    def tool(self, find: Finder, paint: Paint, press: Input, option: Option) -> Gesture:
        """Show what is found until the button is released; the wheel changes the option."""
        growth = Growth(next(self._numbers), find, paint, 0.0, press, option)
        self._ask(growth, getattr(self._options.now, option))
        try:
            with self._easel.previewing(paint):
                while (now := (yield)).kind != "release":
                    if now.kind == "wheel":
                        self._turn(growth, now.notches)
                growth.released = True
                self._settle(growth)
        finally:
            self._show(growth)
            if not growth.released:
                self._end(growth)

    def end_all(self) -> None:
        """Forget what is not found yet."""
        for growth in tuple(self._growths.values()):
            self._end(growth)

    def stop(self) -> None:
        """End the thread, after the step in progress."""
        self._growths.clear()
        self._worker.stop()

    def _turn(self, growth: Growth, notches: float) -> None:
        least, most = _LIMITS[growth.option]
        value = min(most, max(least, growth.value * _NOTCH**notches))
        self._options.change(**{growth.option: value})
        self._ask(growth, value)

    def _ask(self, growth: Growth, value: float) -> None:
        growth.value = value
        self._growths[growth.number] = growth
        progress = Progress(is_cancelled=lambda: growth.value != value or growth.number not in self._growths)
        self._worker.request(growth.number, partial(_find, growth.find, growth.paint, value, progress))
        self._show(growth)

    def _end(self, growth: Growth) -> None:
        self._growths.pop(growth.number, None)
        self._worker.drop(growth.number)
        self._show(growth)

    def _on_found(self, number: Hashable, found: Found) -> None:
        growth = self._growths.get(number)
        if growth is None:
            return
        growth.found = found
        if growth.released:
            self._settle(growth)
        else:
            self._easel.show_all(found.shown)
            self._show(growth)

    def _settle(self, growth: Growth) -> None:
        """Keep the answer to the newest wish once it is there; ask again if the labels have changed."""
        labels, found = self._easel.labels, growth.current
        if found is None or labels is None:
            return
        if self._easel.is_outdated(growth.paint):
            growth.paint = growth.paint.over(labels)
            self._ask(growth, growth.value)
        else:
            self._end(growth)
            self._easel.keep(growth.paint, found.edit)

    def _on_failed(self, number: Hashable, error: Exception) -> None:
        growth = self._growths.pop(number, None)
        if growth is not None:
            self._canvas.cancel()
            self._show(growth)
            self.failed.emit(error)

    def _show(self, growth: Growth) -> None:
        """Write beside the pointer what is being found, until it is kept."""
        press = growth.press
        if press is not None:
            waiting = growth.number in self._growths
            draft = Draft((press.spot,), closed=True, text=growth.text) if waiting else None
            self._canvas.set_draft(draft)


def _find(find: Finder, paint: Paint, value: float, progress: Progress) -> Found:
    selection = find(value, progress)
    edit = paint.edit(paint.base, selection)
    return Found(value, selection.count, edit, paint.base.applied(edit))
