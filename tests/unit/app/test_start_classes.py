"""A project that begins with classes: kept with its first step, and undo leaves it alone."""

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit

TABLE = ClassTable.from_names(["Water", "Soil"])


def test_the_start_is_kept_but_not_undone(qtbot: QtBot) -> None:
    labelling, kept = Labelling(Session()), list[Edit]()
    labelling.committed.connect(kept.append)
    labelling.start_with(TABLE)
    assert labelling.classes == TABLE
    assert labelling.active == 1
    assert kept == [], "a project is not made of looking at the demo"
    labelling.commit(class_edits.rename(TABLE, 1, "Lake"))
    assert kept[0].classes == (ClassTable(()), TABLE)
    assert len(kept) == 2
    labelling.undo()
    labelling.undo()
    assert labelling.classes == TABLE
    assert labelling.undo_title is None
    assert labelling.redo_title == "Rename Water to Lake"


def test_only_an_untouched_project_begins_with_classes(qtbot: QtBot) -> None:
    labelling = Labelling(Session())
    labelling.commit(class_edits.add(labelling.classes, class_edits.new_class(labelling.classes, "Mine")))
    labelling.undo()
    labelling.start_with(TABLE)
    assert len(labelling.classes) == 0
    assert labelling.redo_title == "Add class Mine"


def test_a_cube_becomes_known_when_its_number_is_needed(make_cube: Callable[..., Cube], qtbot: QtBot) -> None:
    session = Session()
    labelling = Labelling(session)
    assert labelling.known_number() is None
    cube = make_cube(np.zeros((4, 5, 6), np.float32))
    session.add(OpenCube(cube, default_view(cube)))
    with qtbot.waitSignal(labelling.cube_added):
        assert labelling.known_number() == 1
    assert [known.name for known in labelling.state.cubes] == ["generated"]
    assert labelling.known_number() == 1
