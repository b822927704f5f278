"""Opens files in the background and puts them into the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.grid import Grid
from hsi_studio.core.progress import Progress
from hsi_studio.errors import ChoiceNeeded
from hsi_studio.io import OpenOptions, open_cube


@dataclass(frozen=True)
class OpenRequest:
    """A file to open, how, and what to do with it.

    `instead_of` is the open cube that the new reading replaces; with `layer_over` the file is a class raster
    that becomes a layer over that cube.
    """

    path: Path
    options: OpenOptions = field(default_factory=OpenOptions)
    instead_of: Cube | None = None
    layer_over: Cube | None = None


class Opener(QObject):
    """Turns requests into jobs; results go to the session, questions and failures out as signals."""

    opened = Signal(object, object)
    """(request, cube) for a file that was opened; the session has it."""
    demo_opened = Signal(object)
    """The demo scene, a `Cube`, was opened; not when it had been open already."""
    layer_loaded = Signal(object)
    """The `ClassRaster` that now lies over its cube."""
    choice_needed = Signal(object, object)
    """(request, `ChoiceNeeded`): ask, then `open` again with the answer in the options."""
    failed = Signal(object, object)
    """(what was to be opened, exception)."""

    def __init__(self, session: Session, jobs: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs

    def open(self, request: OpenRequest) -> Job:
        """Open a file in a job."""
        over = request.layer_over
        work = partial(read_cube, request) if over is None else partial(_read_layer, request, over)
        done = partial(self._add if over is None else self._add_layer, request)
        return self._submit(f"Open {request.path.name}", work, done, partial(self._on_error, request))

    def open_demo(self) -> Job:
        """Open the demo scene, its ground truth as a hidden layer."""
        failed = partial(self.failed.emit, "the demo scene")
        return self._submit("Open the demo scene", read_demo, self._add_demo, failed)

    def _submit(
        self,
        title: str,
        work: Callable[[Progress], object],
        done: Callable[..., object],
        failed: Callable[[Exception], None],
    ) -> Job:
        return self._jobs.submit(Job(title, work, on_done=done, on_error=failed))

    def _add(self, request: OpenRequest, opened: OpenCube) -> None:
        old = self._select(request.instead_of)
        if old is None:
            opened = self._show(opened)
        else:
            self._session.replace_current(_keep_layers(opened, old))
        self.opened.emit(request, opened.cube)

    def _add_demo(self, opened: OpenCube) -> None:
        if self._show(opened) is opened:
            self.demo_opened.emit(opened.cube)

    def _show(self, opened: OpenCube) -> OpenCube:
        """Add a cube; where the same reading of the same, unchanged file is open, select that instead."""
        twins = [other.cube for other in self._session.cubes if _reading(other) == _reading(opened)]
        if opened.cube.path is not None and twins:
            return self._select(twins[0]) or opened
        self._session.add(opened)
        return opened

    def _add_layer(self, request: OpenRequest, raster: ClassRaster) -> None:
        under = self._select(request.layer_over)
        if under is not None:
            self._session.set_layers(
                (*under.layers, Layer(raster, path=request.path, options=request.options))
            )
            self.layer_loaded.emit(raster)

    def _select(self, cube: Cube | None) -> OpenCube | None:
        """Make a cube the current one; None when it has been closed meanwhile."""
        for index, opened in enumerate(self._session.cubes):
            if opened.cube is cube:
                self._session.select(index)
                return opened
        return None

    def _on_error(self, request: OpenRequest, error: Exception) -> None:
        if isinstance(error, ChoiceNeeded):
            self.choice_needed.emit(request, error)
        else:
            self.failed.emit(request.path, error)


def read_cube(request: OpenRequest, progress: Progress) -> OpenCube:
    """Open a file as a cube with its first view; for jobs. Raises what `open_cube` raises."""
    from hsi_studio.core.presets import default_view

    progress.update(None, "reading the header")
    cube = open_cube(request.path, options=request.options, progress=progress)
    progress.update(None, "choosing bands")
    return OpenCube(cube, default_view(cube), request.options)


def _read_layer(request: OpenRequest, over: Cube, progress: Progress) -> ClassRaster:
    from hsi_studio.io.labels import read_labels

    progress.update(None, "reading")
    return read_labels(request.path, Grid.of(over), request.options, progress)


def read_demo(progress: Progress) -> OpenCube:
    """Open the demo scene, its ground truth as a hidden layer; for jobs."""
    from hsi_studio.core.presets import default_view
    from hsi_studio.io.demo_scene import open_demo

    progress.update(None, "reading")
    cube, truth = open_demo()
    return OpenCube(cube, default_view(cube), layers=(Layer(truth, visible=False),))


def _reading(opened: OpenCube) -> tuple[object, ...]:
    cube = opened.cube
    return cube.path, cube.name, cube.fingerprint, opened.options


def _keep_layers(opened: OpenCube, old: OpenCube) -> OpenCube:
    same_size = opened.cube.shape[:2] == old.cube.shape[:2]
    return replace(opened, layers=old.layers) if same_size else opened
