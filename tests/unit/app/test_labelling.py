"""Labelling: edits apply at once, are told about, undone and redone, and belong to one image."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.kept import KeptState
from hsi_studio.app.label_changes import recounted
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import LabelEdit
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.io import OpenOptions

Open = Callable[..., OpenCube]


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def labelling(session: Session) -> Labelling:
    return Labelling(session)


@pytest.fixture
def open_cube(session: Session, make_cube: Callable[..., Cube]) -> Open:
    def build(fingerprint: str = "a", rows: int = 300, variable: str | None = None) -> OpenCube:
        cube = make_cube(np.zeros((rows, 40, 3), np.float32), fingerprint=fingerprint)
        opened = OpenCube(cube, default_view(cube), OpenOptions(variable=variable))
        session.add(opened)
        return opened

    return build


def _stroke(labelling: Labelling, id: int, row: int = 0) -> LabelEdit:
    assert labelling.labels is not None
    return labelling.labels.change(Window(row, 2, 3, 4), np.full((3, 4), id))


def _classes(labelling: Labelling) -> None:
    table = ClassTable.from_names(["Corn", "Woods"])
    labelling.commit(Edit("Add classes", classes=(labelling.classes, table)))


def test_a_stroke_applies_at_once_and_is_told(labelling: Labelling, open_cube: Open, qtbot: QtBot) -> None:
    open_cube()
    order: list[object] = []
    labelling.cube_added.connect(order.append)
    labelling.committed.connect(order.append)
    with qtbot.waitSignal(labelling.labels_changed) as drawn:
        labelling.paint(_stroke(labelling, 2), "Brush: Woods")
    assert drawn.args == [(Window(0, 2, 3, 4),)]
    assert labelling.labels is not None
    assert labelling.labels.at(1, 3) == 2
    assert labelling.counts == {2: 12}
    assert labelling.undo_title == "Brush: Woods"
    known, edit = order
    assert known == labelling.state.cubes[0]
    assert isinstance(edit, Edit)
    assert set(edit.labels) == {1}


def test_a_cube_joins_the_project_with_its_first_label_only(labelling: Labelling, open_cube: Open) -> None:
    open_cube()
    labelling.paint((), "nothing")
    _classes(labelling)
    assert labelling.state.cubes == ()
    labelling.paint(_stroke(labelling, 1), "Brush")
    labelling.paint(_stroke(labelling, 2), "Brush")
    assert [known.number for known in labelling.state.cubes] == [1]


def test_undo_and_redo_walk_back_and_forth(labelling: Labelling, open_cube: Open) -> None:
    open_cube()
    _classes(labelling)
    labelling.paint(_stroke(labelling, 1), "Brush: Corn")
    painted = labelling.labels
    labelling.undo()
    assert labelling.counts == {}
    assert (labelling.undo_title, labelling.redo_title) == ("Add classes", "Brush: Corn")
    labelling.undo()
    assert len(labelling.classes) == 0
    assert labelling.active == 0
    labelling.undo()
    labelling.redo()
    labelling.redo()
    assert labelling.labels == painted
    assert labelling.active == 1
    labelling.undo()
    labelling.paint(_stroke(labelling, 2), "Brush: Woods")
    assert labelling.redo_title is None


def test_a_preview_is_shown_and_ends_with_the_stroke(
    labelling: Labelling, open_cube: Open, qtbot: QtBot
) -> None:
    open_cube()
    assert labelling.labels is not None
    stroke = _stroke(labelling, 1, row=255)
    with qtbot.waitSignal(labelling.labels_changed) as drawn:
        labelling.preview(labelling.labels.applied(stroke))
    assert set(drawn.args[0]) == {Window(0, 0, 256, 40), Window(256, 0, 44, 40)}
    assert labelling.shown is not labelling.labels
    assert labelling.counts == {}
    assert labelling.undo_title is None
    with qtbot.waitSignal(labelling.labels_changed):
        labelling.paint(stroke, "Brush")
    assert labelling.shown is labelling.labels
    labelling.preview(labelling.labels)
    with qtbot.waitSignal(labelling.labels_changed) as drawn:
        labelling.preview(None, (Window(1, 1, 1, 1),))
    assert drawn.args == [(Window(1, 1, 1, 1),)]


def test_labels_follow_the_image_and_lie_on_no_other(
    labelling: Labelling, session: Session, open_cube: Open
) -> None:
    open_cube("a")
    labelling.paint(_stroke(labelling, 1), "Brush")
    for other in (open_cube("b"), open_cube("a", rows=200), open_cube("a", variable="second")):
        assert labelling.number_of(other) is None
        assert labelling.counts == {}
    labelling.paint(_stroke(labelling, 2), "Brush")
    assert [known.number for known in labelling.state.cubes] == [1, 2]
    session.select(0)
    assert labelling.counts == {1: 12}
    assert labelling.total_counts == {1: 12, 2: 12}
    session.close(0)
    open_cube("a")
    assert labelling.counts == {1: 12}


def test_nothing_changes_while_reading_only(labelling: Labelling, open_cube: Open) -> None:
    open_cube()
    labelling.paint(_stroke(labelling, 1), "Brush")
    labelling.set_kept(KeptState("read-only", "Open elsewhere."))
    labelling.paint(_stroke(labelling, 2), "Brush")
    labelling.undo()
    assert labelling.counts == {1: 12}


def test_the_active_class_is_one_of_the_table(labelling: Labelling, qtbot: QtBot) -> None:
    labelling.set_active(1)
    assert labelling.active == 0
    _classes(labelling)
    assert labelling.active == 1
    labelling.set_active(2)
    removed = ClassTable(labelling.classes.entries[:1])
    with qtbot.waitSignal(labelling.active_changed) as chosen:
        labelling.commit(Edit("Delete", classes=(labelling.classes, removed)))
    assert chosen.args == [1]


def test_counts_follow_edits_over_each_other(labelling: Labelling, open_cube: Open) -> None:
    open_cube()
    labelling.paint(_stroke(labelling, 1), "Brush")
    labelling.paint(_stroke(labelling, 2, row=1), "Brush")
    assert labelling.counts == {1: 4, 2: 12}
    assert recounted(labelling.counts, _stroke(labelling, 0, row=1)) == {1: 4}


def test_options_of_a_cube_are_kept_with_it(
    labelling: Labelling, session: Session, make_cube: Callable[..., Cube]
) -> None:
    cube = replace(make_cube(np.zeros((10, 10, 3))), fingerprint="x")
    session.add(OpenCube(cube, default_view(cube), OpenOptions(variable="scene")))
    labelling.paint(_stroke(labelling, 1), "Brush")
    assert "scene" in labelling.state.cubes[0].options
