"""Mean spectra of classes that follow the labels."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.window import Window

Parts = tuple[Session, Labelling, ClassSpectraService]


@pytest.fixture
def parts(qtbot: QtBot) -> Iterator[Parts]:
    session = Session()
    labelling = Labelling(session)
    service = ClassSpectraService(session, labelling)
    yield session, labelling, service
    service.stop()


def _open(session: Session, make_cube: Callable[..., Cube], fingerprint: str) -> Cube:
    values = np.arange(4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6)
    cube = make_cube(values, fingerprint=fingerprint * 32)
    session.add(OpenCube(cube, default_view(cube)))
    return cube


def _paint(labelling: Labelling, window: Window, id: int) -> None:
    assert labelling.labels is not None
    labelling.paint(labelling.labels.change(window, np.full((window.rows, window.cols), id)), "Paint")


def _mean(service: ClassSpectraService, id: int) -> list[float] | None:
    found = None if service.spectra is None else service.spectra.spectrum(id)
    return None if found is None else found.values.tolist()


def test_spectra_follow_strokes_and_undo(parts: Parts, make_cube: Callable[..., Cube], qtbot: QtBot) -> None:
    session, labelling, service = parts
    cube = _open(session, make_cube, "a")
    _paint(labelling, Window(0, 0, 1, 1), 3)
    first = cube.spectrum(0, 0).tolist()
    qtbot.waitUntil(lambda: _mean(service, 3) == first)
    _paint(labelling, Window(1, 1, 2, 2), 3)
    _paint(labelling, Window(3, 0, 1, 5), 2)
    both = np.vstack((cube.spectrum(0, 0), cube.block(Window(1, 1, 2, 2)).reshape(4, 6))).mean(axis=0)
    qtbot.waitUntil(
        lambda: (_mean(service, 3) or [0])[0] == pytest.approx(both[0]) and bool(_mean(service, 2))
    )
    labelling.undo()
    labelling.undo()
    qtbot.waitUntil(lambda: _mean(service, 2) is None)
    assert _mean(service, 3) == pytest.approx(first)


def test_spectra_are_those_of_the_current_cube(
    parts: Parts, make_cube: Callable[..., Cube], qtbot: QtBot
) -> None:
    session, labelling, service = parts
    _open(session, make_cube, "a")
    _paint(labelling, Window(0, 0, 2, 2), 1)
    qtbot.waitUntil(lambda: _mean(service, 1) is not None)
    _open(session, make_cube, "b")
    assert _mean(service, 1) is None
    qtbot.waitUntil(lambda: service.spectra is not None)
    assert _mean(service, 1) is None
    session.select(0)
    qtbot.waitUntil(lambda: _mean(service, 1) is not None)


def test_a_cube_that_cannot_be_read_is_told(
    parts: Parts, make_cube: Callable[..., Cube], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, labelling, service = parts
    cube = _open(session, make_cube, "a")
    qtbot.waitUntil(lambda: service.spectra is not None)

    def gone(*_: object) -> None:
        raise OSError("unplugged")

    monkeypatch.setattr(cube.source, "read", gone)
    with qtbot.waitSignal(service.failed) as failed:
        _paint(labelling, Window(0, 0, 1, 1), 1)
    assert "unplugged" in str(failed.args)
    monkeypatch.undo()
    _paint(labelling, Window(2, 0, 1, 1), 1)
    qtbot.waitUntil(lambda: _mean(service, 1) is not None)
