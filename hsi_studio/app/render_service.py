"""Draws what the canvas needs, away from the GUI thread: coarse first, then sharp, newest view first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.painter import Painter
from hsi_studio.app.pictures import (
    ImageSubject,
    LayerSubject,
    Picture,
    Role,
    Subject,
    Task,
    Viewport,
    base_task,
    coarser,
    sharp_need,
    step_for,
    with_margin,
)
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.ground import metres_per_pixel
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled

_PATIENCE_S = 0.06
"""A picture expected to take longer is preceded by a coarser one, so that sliders and drags stay smooth."""

_PREVIEW_S = 0.025
_COARSEST = 8
_NOTHING_IN_SIGHT = Viewport(Window(0, 0, 0, 0), 1.0)


@dataclass(frozen=True)
class Shown:
    """One layer as it is to be painted: its pictures from the bottom up."""

    pictures: tuple[Picture, ...]
    is_image: bool


@dataclass(frozen=True)
class _Layer:
    key: Hashable
    subject: Subject
    visible: bool


class RenderService(QObject):
    """Keeps the pictures of the session's current cube and its layers up to date with the viewport.

    It compares the pictures that are needed with those at hand and on their way, and asks a worker for the
    difference. A request is not replaced before its first picture has come if that one is quick or of use:
    otherwise a slider or a hand that moves faster than pictures are drawn would never see one.
    """

    changed = Signal()
    """`stack` has changed."""

    failed = Signal(object)
    """A picture or values could not be read: the exception."""

    values_ready = Signal(object)
    """The `PixelValues` asked for with `request_values`."""

    ground_ready = Signal(object)
    """Metres that a pixel of the current cube measures along a row, or None where that is unknown."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._viewport = _NOTHING_IN_SIGHT
        self._pictures: dict[tuple[Hashable, Role], Picture] = {}
        self._coming: tuple[Task, ...] = ()
        self._generation = 0
        self._awaited: Task | None = None
        self._is_outdated = False
        self._painter = Painter()
        self._worker = LatestWorker("render", self)
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failed)
        session.current_changed.connect(self._on_cube)
        session.view_changed.connect(self._update)
        session.layers_changed.connect(self._on_layers)
        self._on_cube(session.current)

    def set_viewport(self, viewport: Viewport) -> None:
        """Say what is in sight."""
        if viewport != self._viewport:
            self._viewport = viewport
            self._update()

    def stack(self) -> tuple[Shown, ...]:
        """Return what to paint, bottom first."""
        return tuple(
            Shown(pictures, isinstance(layer.subject, ImageSubject))
            for layer in self._layers()
            if layer.visible and (pictures := tuple(self._drawable(layer)))
        )

    def overview(self) -> Picture | None:
        """Return the coarse picture of the whole image, for the minimap."""
        return self._pictures.get(("image", "base"))

    def request_values(self, window: Window) -> None:
        """Ask for the values behind the picture in a small window; the newest question is answered."""
        current = self._session.current
        if current is not None:
            self._worker.request("values", partial(self._painter.values, current.cube, current.view, window))

    def stop(self) -> None:
        """End the thread, after the step in progress."""
        self._generation += 1
        self._worker.stop()
        self._painter.stop()

    def _layers(self) -> Iterator[_Layer]:
        current = self._session.current
        if current is None:
            return
        yield _Layer("image", ImageSubject(current.cube, current.view), current.image_visible)
        for layer in current.layers:
            subject = LayerSubject(layer.raster, layer.opacity, layer.hidden)
            yield _Layer(layer.raster, subject, layer.visible)

    def _drawable(self, layer: _Layer) -> Iterator[Picture]:
        base, sharp = self._pictures.get((layer.key, "base")), self._pictures.get((layer.key, "sharp"))
        if base is not None:
            yield base
        if sharp is not None and sharp_need(layer.subject, self._viewport) is not None:
            yield sharp

    def _on_cube(self, current: OpenCube | None) -> None:
        self._generation += 1
        self._painter.keep_only([opened.cube for opened in self._session.cubes])
        self._pictures.clear()
        self._viewport = _NOTHING_IN_SIGHT
        self._coming = ()
        self._awaited = None
        self._worker.drop("pictures")
        self.changed.emit()
        if current is not None:
            self._worker.request("ground", partial(metres_per_pixel, current.cube))
            self._update()

    def _on_layers(self) -> None:
        keys = {layer.key for layer in self._layers()}
        self._pictures = {key: picture for key, picture in self._pictures.items() if key[0] in keys}
        self.changed.emit()
        self._update()

    def _update(self, _view: object = None) -> None:
        if self._awaited is not None and self._is_worth_waiting_for(self._awaited):
            self._is_outdated = True
            return
        needs = [need for layer in self._layers() if layer.visible for need in self._missing(layer)]
        if all(any(task.serves(need) for task in self._coming) for need in needs):
            return
        tasks = tuple(self._steps([with_margin(need) if need.role == "sharp" else need for need in needs]))
        self._coming = tasks
        self._generation += 1
        self._awaited = tasks[0]
        self._is_outdated = False
        check = partial(self._check, self._generation)
        self._worker.request("pictures", partial(self._draw_all, tasks, check))

    def _missing(self, layer: _Layer) -> Iterator[Task]:
        """Yield what the layer lacks, the part in sight first; of a new cube nothing is in sight yet."""
        for need in (sharp_need(layer.subject, self._viewport), base_task(layer.subject)):
            if need is not None:
                have = self._pictures.get((layer.key, need.role))
                if have is None or not have.task.serves(need):
                    yield need

    def _steps(self, tasks: list[Task]) -> Iterator[Task]:
        for task in tasks:
            if task.role == "sharp" and self._is_stale(task):
                yield from self._preview(task)
            yield task

    def _preview(self, task: Task) -> Iterator[Task]:
        factor = 1
        while factor < _COARSEST and self._painter.expected(task) / factor**2 > (
            _PREVIEW_S if factor > 1 else _PATIENCE_S
        ):
            factor *= 2
        if factor > 1:
            yield coarser(task, factor)

    def _is_worth_waiting_for(self, task: Task) -> bool:
        if task.role == "base" or task.step > step_for(self._viewport.scale):
            return True
        if any(task.subject == layer.subject for layer in self._layers()):
            return task.share_of(self._viewport.window) >= 0.5
        return self._painter.expected(task) <= _PATIENCE_S

    def _is_stale(self, task: Task) -> bool:
        """Tell whether what is shown in place of `task` is a picture of something else, or nothing."""
        have = self._pictures.get((_key(task.subject), task.role))
        return have is None or have.task.subject != task.subject

    def _draw_all(self, tasks: tuple[Task, ...], check: Callable[[], None]) -> Generator[Picture, None, None]:
        """Draw on the worker's thread, only the first picture when something newer waits for it."""
        for task in tasks:
            yield self._painter.draw(task, check)
            if self._is_outdated:
                return

    def _check(self, generation: int) -> None:
        if generation != self._generation:
            raise Cancelled

    def _on_answer(self, kind: Hashable, answer: object) -> None:
        match kind, answer:
            case "pictures", Picture():
                self._keep(answer)
                self._awaited = None
                if self._is_outdated:
                    self._coming = ()
                self.changed.emit()
                self._update()
            case "values", _:
                self.values_ready.emit(answer)
            case "ground", _:
                self.ground_ready.emit(answer)

    def _keep(self, picture: Picture) -> None:
        key = _key(picture.task.subject)
        self._coming = tuple(task for task in self._coming if task is not picture.task)
        self._pictures[key, picture.task.role] = picture
        sharp = self._pictures.get((key, "sharp"))
        if picture.task.role == "base" and sharp is not None and sharp.task.subject != picture.task.subject:
            del self._pictures[key, "sharp"]

    def _on_failed(self, kind: Hashable, error: Exception) -> None:
        self.failed.emit(error)
        if kind == "pictures":
            self._awaited = None
            self._update()


def _key(subject: Subject) -> Hashable:
    return "image" if isinstance(subject, ImageSubject) else subject.raster
