"""The scatter plot's state with its real thread, labels and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.scatter_model import ScatterModel
from hsi_studio.app.scatter_work import Chosen, Plotted
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core import class_edits
from hsi_studio.core.brush import rectangle
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import Labels
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.region import Rectangle
from hsi_studio.core.scatter import BandValue, Component, Frame, Lasso
from hsi_studio.core.selection import set_selection
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

ROWS, COLS = 30, 40
FIRST, SECOND = BandValue(0), BandValue(1)


def lasso(left: float, right: float, bottom: float, top: float, adds: bool = True) -> Lasso:
    return Lasso(np.array([[left, bottom], [left, top], [right, top], [right, bottom]]), adds)


@dataclass
class Parts:
    """A model with everything around it; band 0 counts columns, band 1 rows, from 0.5."""

    session: Session
    labelling: Labelling
    jobs: JobQueue
    model: ScatterModel
    qtbot: QtBot

    def add_cube(self, cube: Cube) -> None:
        self.session.add(OpenCube(cube, default_view(cube)))

    def add_class(self, name: str) -> int:
        entry = class_edits.new_class(self.labelling.classes, name)
        self.labelling.commit(class_edits.add(self.labelling.classes, entry))
        self.labelling.set_active(entry.id)
        return entry.id

    def plot(self, x: BandValue | Component = FIRST, y: BandValue | Component = SECOND) -> None:
        self.model.set_awake(True)
        self.model.set_axes(x, y)
        self.qtbot.waitUntil(lambda: self.model.sample is not None)

    def choose(self, *lassos: Lasso) -> Chosen:
        for number, one in enumerate(lassos):
            self.model.select(one, anew=number == 0)
        with self.qtbot.waitSignal(self.model.chosen_changed):
            pass
        assert self.model.chosen is not None
        return self.model.chosen

    def wait_for_jobs(self) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.jobs)
        self.qtbot.wait(30)


@pytest.fixture
def parts(qtbot: QtBot, make_cube: Callable[..., Cube]) -> Iterator[Parts]:
    session, jobs = Session(), JobQueue()
    labelling = Labelling(session)
    model = ScatterModel(session, labelling, jobs)
    made = Parts(session, labelling, jobs, model, qtbot)
    made.add_cube(make_cube(_values()))
    yield made
    model.stop()
    jobs.stop()


def _values() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    return np.stack([cols, rows, np.zeros_like(rows)], axis=2).astype(np.float32)


def test_nothing_is_read_while_asleep(parts: Parts) -> None:
    assert parts.model.question is None
    parts.model.set_awake(True)
    assert parts.model.question is not None
    assert parts.model.question.axes == (Component("PCA", 0), Component("PCA", 1))
    parts.qtbot.waitUntil(lambda: parts.model.sample is not None)


def test_lassos_select_add_and_take_out(parts: Parts) -> None:
    parts.plot()
    chosen = parts.choose(lasso(0, 10, 0, 5))
    assert (chosen.count, chosen.exact, chosen.step) == (50, True, 1)
    assert np.array_equal(np.argwhere(chosen.mask), [(r, c) for r in range(5) for c in range(10)])
    assert parts.choose(lasso(0, 10, 0, 5), lasso(20, 22, 0, 1), lasso(0, 1, 0, 9, adds=False)).count == 47
    parts.model.clear()
    assert parts.model.chosen is None
    assert parts.model.lassos == ()


def test_other_axes_let_the_selection_go(parts: Parts) -> None:
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    parts.plot(SECOND, FIRST)
    assert parts.model.lassos == ()
    assert parts.choose(lasso(0, 10, 0, 5)).mask.sum() == 50
    assert parts.model.chosen is not None
    assert parts.model.chosen.mask[9, 4]


def test_selected_pixels_are_painted_in_one_step_and_locked_classes_kept(parts: Parts) -> None:
    locked = parts.add_class("locked")
    labels = parts.labelling.labels
    assert labels is not None
    parts.labelling.paint(set_selection(labels, rectangle(Window(0, 0, 1, 3)), locked), "Brush")
    parts.labelling.commit(class_edits.set_locked(parts.labelling.classes, locked, True))
    corn = parts.add_class("Corn")
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    with parts.qtbot.waitSignal(parts.model.notice) as said:
        assert parts.model.label() is not None
    assert said.args == ["47 pixels became Corn"]
    assert dict(parts.labelling.counts) == {locked: 3, corn: 47}
    assert parts.labelling.undo_title == "Scatter: Corn"
    assert parts.model.lassos == ()
    parts.labelling.undo()
    assert dict(parts.labelling.counts) == {locked: 3}


def test_painting_keeps_to_where_the_tools_may_paint(parts: Parts) -> None:
    soil, corn = parts.add_class("Soil"), parts.add_class("Corn")
    labels = parts.labelling.labels
    assert labels is not None
    parts.labelling.paint(set_selection(labels, rectangle(Window(0, 0, 1, 3)), soil), "Brush")
    parts.model.rule = lambda: lambda before, window: before.read(window) == 0
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    with parts.qtbot.waitSignal(parts.model.notice):
        parts.model.label()
    assert dict(parts.labelling.counts) == {soil: 3, corn: 47}


def test_strokes_made_while_the_job_ran_are_neither_lost_nor_painted_by_undo(parts: Parts) -> None:
    corn = parts.add_class("Corn")
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    job = parts.model.label()
    assert job is not None
    labels = parts.labelling.labels
    assert labels is not None
    parts.labelling.paint(set_selection(labels, rectangle(Window(4, 9, 2, 2)), corn), "Brush")
    stroke = parts.labelling.labels
    with parts.qtbot.waitSignal(parts.model.notice):
        pass
    assert dict(parts.labelling.counts) == {corn: 50 + 3}
    parts.labelling.undo()
    assert parts.labelling.labels == stroke
    parts.labelling.undo()
    assert parts.labelling.labels == Labels(ROWS, COLS)


def test_without_a_class_or_a_selection_nothing_is_painted(parts: Parts) -> None:
    parts.plot()
    assert parts.model.label() is None
    parts.choose(lasso(0, 10, 0, 5))
    assert parts.model.label() is None


def test_another_cube_is_never_painted_by_mistake(parts: Parts, make_cube: Callable[..., Cube]) -> None:
    parts.add_class("Corn")
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    assert parts.model.label() is not None
    parts.add_cube(make_cube(_values()))
    with parts.qtbot.waitSignal(parts.model.notice) as said:
        pass
    assert "another cube" in str(said.args)
    assert not parts.labelling.total_counts


def test_labelled_pixels_alone_follow_the_labels_and_are_alone_selected(parts: Parts) -> None:
    corn = parts.add_class("Corn")
    parts.model.set_awake(True)
    parts.model.set_axes(FIRST, SECOND)
    parts.model.set_kind("labelled")
    parts.qtbot.waitUntil(lambda: parts.model.sample is not None)
    assert parts.model.sample is not None
    assert len(parts.model.sample.points) == 0
    labels = parts.labelling.labels
    assert labels is not None
    with parts.qtbot.waitSignal(parts.model.sampled):
        parts.labelling.paint(set_selection(labels, rectangle(Window(2, 3, 4, 5)), corn), "Brush")
    assert parts.model.sample.ids.tolist() == [corn] * 20
    assert parts.choose(lasso(0, 5, 0, 30)).count == 8
    soy = parts.add_class("Soy")
    with parts.qtbot.waitSignal(parts.model.notice):
        parts.model.label()
    assert dict(parts.labelling.counts) == {corn: 12, soy: 8}


def test_the_picture_shows_density_and_points_of_regions(parts: Parts) -> None:
    drawn: list[Plotted] = []
    parts.model.drawn.connect(drawn.append)
    parts.plot()
    parts.model.set_view(Frame(0, COLS, 0, ROWS), (ROWS, COLS))
    parts.qtbot.waitUntil(lambda: bool(drawn))
    assert drawn[-1].shades is not None
    assert (drawn[-1].shades == 1).all()
    parts.model.set_regions("spectra", [(Rectangle(Window(3, 4, 2, 1)), (9, 8, 7))])
    parts.qtbot.waitUntil(lambda: bool(drawn[-1].colors.any()))
    assert np.argwhere(drawn[-1].colors[:, :, 3]).tolist() == [[3, 4], [4, 4]]
    assert drawn[-1].colors[3, 4].tolist() == [9, 8, 7, 255]
    parts.model.set_regions("spectra", [])
    parts.qtbot.waitUntil(lambda: not drawn[-1].colors.any())


def test_a_closer_look_reads_only_what_is_in_sight(parts: Parts) -> None:
    parts.plot()
    parts.choose(lasso(0, 10, 0, 5))
    with parts.qtbot.waitSignal(parts.model.refined) as refined:
        parts.model.refine(Window(4, 8, 4, 6), 2)
    window, mask, step = refined.args[0]
    assert (window, step) == (Window(4, 8, 4, 6), 2)
    assert mask.tolist() == [[True, False, False], [False, False, False]]


def test_components_that_cannot_be_fitted_are_told(parts: Parts, make_cube: Callable[..., Cube]) -> None:
    parts.model.set_awake(True)
    with parts.qtbot.waitSignal(parts.model.failed) as failed:
        parts.add_cube(make_cube(np.full((5, 5, 4), np.nan)))
    assert isinstance(failed.args[0], UsageError)


def test_an_edit_of_classes_alone_reads_nothing_anew(parts: Parts) -> None:
    parts.model.set_awake(True)
    parts.model.set_kind("labelled")
    parts.qtbot.waitUntil(lambda: parts.model.sample is not None)
    before = parts.model.sample
    parts.add_class("Corn")
    parts.labelling.commit(Edit("nothing"))
    parts.qtbot.wait(50)
    assert parts.model.sample is before


def test_where_the_points_lie_is_found_off_the_window_thread(parts: Parts) -> None:
    parts.plot()
    sample = parts.model.sample
    assert sample is not None
    assert "home" in vars(sample)
    assert sample.home == Frame.around(sample.points)
