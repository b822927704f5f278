"""The session: current cube, view and layers, and who is told of a change."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.session import Layer, OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.view import SingleBand, ViewSpec


@pytest.fixture
def opened(make_cube: Callable[..., Cube]) -> Callable[[str], OpenCube]:
    return lambda name: OpenCube(make_cube(np.zeros((2, 3, 4)), name=name), ViewSpec(SingleBand(0)))


def names(session: Session) -> list[str]:
    return [item.cube.name for item in session.cubes]


def test_a_new_cube_becomes_current(qtbot: QtBot, opened: Callable[[str], OpenCube]) -> None:
    session = Session()
    for name in "ab":
        with qtbot.waitSignals([session.cubes_changed, session.current_changed]):
            session.add(opened(name))
    assert session.cube is not None
    assert session.cube.name == "b"


@pytest.mark.parametrize(
    ("select", "close", "left"),
    [(0, 0, "b"), (0, 2, "a"), (2, 2, "b"), (2, 0, "c"), (1, 1, "c"), (1, 0, "b")],
)
def test_closing_keeps_a_sensible_current_cube(
    opened: Callable[[str], OpenCube], select: int, close: int, left: str
) -> None:
    session = Session()
    for name in "abc":
        session.add(opened(name))
    session.select(select)
    session.close(close)
    assert session.cube is not None
    assert session.cube.name == left


def test_closing_the_last_cube_leaves_nothing(opened: Callable[[str], OpenCube]) -> None:
    session, seen = Session(), []
    session.current_changed.connect(seen.append)
    session.add(opened("a"))
    session.close(0)
    assert session.current is None
    assert seen[-1] is None


def test_each_cube_keeps_its_view_and_equal_views_are_silent(opened: Callable[[str], OpenCube]) -> None:
    session, seen = Session(), []
    session.view_changed.connect(seen.append)
    session.add(opened("a"))
    session.set_view(ViewSpec(SingleBand(2)))
    session.set_view(ViewSpec(SingleBand(2)))
    session.add(opened("b"))
    session.select(0)
    assert len(seen) == 1
    assert session.view == ViewSpec(SingleBand(2))
    assert names(session) == ["a", "b"]


def test_layers_are_shown_hidden_and_faded(qtbot: QtBot, opened: Callable[[str], OpenCube]) -> None:
    session = Session()
    session.add(opened("a"))
    truth = ClassRaster("truth", np.ones((2, 3), int), ClassTable.from_names(["corn"]))
    session.set_layers((Layer(truth),))
    with qtbot.waitSignal(session.layers_changed):
        session.update_layer(0, visible=False, opacity=0.25)
    assert session.current is not None
    assert (session.current.layers[0].visible, session.current.layers[0].opacity) == (False, 0.25)


def test_layers_of_another_cube_than_the_current_one_can_be_changed(
    qtbot: QtBot, opened: Callable[[str], OpenCube]
) -> None:
    session = Session()
    first, second = opened("a"), opened("b")
    session.add(first)
    session.add(second)
    layer = Layer(ClassRaster("truth", np.ones((2, 3), int), ClassTable.from_names(["corn"])))
    with qtbot.assertNotEmitted(session.layers_changed):
        assert session.change_layers(first.cube, lambda layers: (*layers, layer))
    assert [one.layers for one in session.cubes] == [(layer,), ()]
    with qtbot.waitSignal(session.layers_changed):
        assert session.change_layers(second.cube, lambda layers: (*layers, layer))
    session.update_layer(0, hidden=frozenset({1}))
    assert session.current is not None
    assert session.current.layers[0].hidden == {1}
    session.close(0)
    assert not session.change_layers(first.cube, lambda layers: layers)
