"""The scatter plot's state: axes, pixels, lassos, and the answers of the thread that computes for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsi_studio.app import scatter_work as work
from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.label_changes import changed_tiles
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.scatter_work import Chosen, Kind, Plotted, Question, RegionPoints
from hsi_studio.app.session import Session
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.classes import Color
from hsi_studio.core.label_stats import changed_counts
from hsi_studio.core.labels import LabelEdit, Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.scatter import Axis, Frame, Lasso, first_axes
from hsi_studio.core.scatter_sample import Area, Sample
from hsi_studio.core.selection import Rule, Selection
from hsi_studio.core.window import Window


class ScatterModel(QObject):
    """Pixels of the current cube in a plane. Nothing is computed while it is asleep.

    Attributes
    ----------
    rule : callable
        Tells where the active class may be painted, as a `Rule`; None for anywhere.
    """

    axes_changed = Signal()
    """Axes, or which pixels are plotted; `sample` is None until it is read anew."""
    sampled = Signal()
    """`sample` is there."""
    drawn = Signal(object)
    """The `Plotted` asked for last."""
    chosen_changed = Signal()
    """`lassos` or `chosen`."""
    refined = Signal(object)
    """(window, mask, step): selected pixels of a part of the image, closer than `chosen` tells."""
    notice = Signal(str)
    """A sentence for the user on what was done."""
    failed = Signal(object)

    def __init__(
        self, session: Session, labelling: Labelling, jobs: JobQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._labelling, self._jobs = session, labelling, jobs
        self.awake = False
        self.rule: Callable[[], Rule | None] = lambda: None
        self._view: tuple[Frame, tuple[int, int]] | None = None
        self._regions: dict[str, Sequence[tuple[Area, Color]]] = {}
        self._region_points: tuple[RegionPoints, ...] = ()
        self.question: Question | None = None
        self.sample: Sample | None = None
        self.lassos: tuple[Lasso, ...] = ()
        self.chosen: Chosen | None = None
        self._worker = LatestWorker("scatter", self)
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))
        session.current_changed.connect(self._on_cube)
        labelling.history_changed.connect(self._on_labels)
        labelling.classes_changed.connect(self._draw)

    @property
    def kind(self) -> Kind:
        """Which pixels are plotted."""
        return "all" if self.question is None else self.question.kind

    def set_awake(self, awake: bool) -> None:
        """Begin to compute, or stop doing so."""
        if awake == self.awake:
            return
        self.awake = awake
        if not awake:
            for what in ("sample", "regions", "picture", "refined"):
                self._worker.drop(what)
        elif self.question is None or self.question.cube is not self._session.cube:
            self._on_cube()
        else:
            self._on_labels()
            self._read_regions()
            if self.sample is None:
                self._ask_sample()

    def set_axes(self, x: Axis, y: Axis) -> None:
        """Plot other axes; lassos are let go, as they lie in the plane of the old ones."""
        if self.question is not None and (x, y) != self.question.axes:
            self._start((x, y), self.kind)

    def set_kind(self, kind: Kind) -> None:
        """Plot all pixels or those that are labelled."""
        if self.question is not None and kind != self.kind:
            self._start(self.question.axes, kind)

    def set_view(self, frame: Frame, shape: tuple[int, int]) -> None:
        """Say which part of the plane is in sight, and into how many (rows, cols) bins it is cut."""
        self._view = frame, shape
        self._draw()

    def set_regions(self, group: str, regions: Sequence[tuple[Area, Color]]) -> None:
        """Mark the points of parts of the image, in place of those of the same group."""
        self._regions[group] = regions
        self._read_regions()

    def select(self, lasso: Lasso, *, anew: bool = True) -> None:
        """Select the points inside a lasso, or add it to those drawn before."""
        self.lassos = (lasso,) if anew else (*self.lassos, lasso)
        self._choose()

    def clear(self) -> None:
        """Select nothing."""
        self._worker.drop("chosen")
        self._worker.drop("refined")
        self.lassos, self.chosen = (), None
        self.chosen_changed.emit()

    def refine(self, window: Window, step: int) -> None:
        """Ask which of every `step`-th pixel of a window are selected; `refined` follows."""
        if self.question is not None and self.lassos:
            self._worker.request(
                "refined", partial(work.choose_inside, self.question, self.lassos, window, step)
            )

    def label(self) -> Job | None:
        """Give all selected pixels the active class: a job, and then one step of undo."""
        question, labels, id = self.question, self._labelling.labels, self._labelling.active
        if question is None or labels is None or not id or not self.lassos or self._labelling.refusal:
            return None
        return self._submit(id, labels, partial(work.select_all, question, self.lassos))

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _submit(self, id: int, labels: Labels, select: Callable[[Progress], Selection]) -> Job:
        cube, classes = self._session.cube, self._labelling.classes
        name, rule = classes[id].name, self.rule()

        def run(progress: Progress) -> tuple[Selection, LabelEdit]:
            selection = select(progress)
            return selection, work.label_edit(labels, selection, id, classes, rule)

        def done(answer: tuple[Selection, LabelEdit]) -> None:
            selection, edit = answer
            now = self._labelling.labels
            if self._session.cube is not cube or now is None:
                self.notice.emit(f"{name} was not painted: another cube was opened meanwhile")
            elif changed_tiles(labels, now):
                # Painted on meanwhile: what the edit replaces must be what is there.
                self._submit(id, now, lambda _: selection)
            else:
                self._labelling.paint(edit, f"Scatter: {name}")
                self.clear()
                gained = changed_counts(edit).get(id, 0)
                self.notice.emit(f"{gained:,} pixels became {name}".replace(",", "\u202f"))

        return self._jobs.submit(Job(f"Painting the selected points as {name}", run, done))

    def _on_cube(self, _current: object = None) -> None:
        cube = self._session.cube
        if cube is None or not self.awake:
            self.question = self.sample = None
            self.clear()
        else:
            self._start(first_axes(cube), self.kind)

    def _start(self, axes: tuple[Axis, Axis], kind: Kind) -> None:
        cube, labels = self._session.cube, self._labelling.labels
        if cube is None or labels is None:
            return
        self.question = Question(cube, axes, kind, labels)
        self.sample = None
        self._region_points = ()
        self._worker.drop("picture")
        self.clear()
        self.axes_changed.emit()
        self._ask_sample()
        self._read_regions()

    def _ask_sample(self) -> None:
        if self.question is not None:
            self._worker.request("sample", partial(work.take_sample, self.question))

    def _read_regions(self) -> None:
        regions = [one for group in self._regions.values() for one in group]
        if self.question is None or not self.awake:
            return
        if regions:
            self._worker.request("regions", partial(work.read_regions, self.question, regions))
        else:
            self._worker.drop("regions")
            self._region_points = ()
            self._draw()

    def _on_labels(self) -> None:
        """Follow the labels where they decide which pixels are plotted."""
        question, labels = self.question, self._labelling.labels
        if question is None or labels is None or question.cube is not self._session.cube:
            return
        if self.awake and question.kind == "labelled" and changed_tiles(question.labels, labels):
            self.question = Question(question.cube, question.axes, question.kind, labels)
            self._ask_sample()

    def _draw(self) -> None:
        if self.sample is not None and self._view is not None and self.awake:
            classes = self._labelling.classes if self.kind == "labelled" else None
            self._worker.request(
                "picture", partial(work.draw, self.sample, classes, self._region_points, *self._view)
            )

    def _choose(self) -> None:
        if self.question is not None and self.sample is not None:
            self._worker.request("chosen", partial(work.choose, self.question.cube, self.sample, self.lassos))

    def _on_answer(self, kind: Hashable, answer: object) -> None:
        match answer:
            case Sample():
                self.sample = answer
                self.sampled.emit()
                self._draw()
                if self.lassos:
                    self._choose()
            case Plotted():
                self.drawn.emit(answer)
            case Chosen():
                self.chosen = answer
                self.chosen_changed.emit()
            case _ if kind == "refined":
                self.refined.emit(answer)
            case tuple():
                self._region_points = answer
                self._draw()
