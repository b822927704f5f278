"""What the live map is made of comes back with a project, through real files and processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_keeper import LiveKeeper
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_options import LiveOptions
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.registry import open_cube
from hsi_studio.live.map_requests import LiveMap
from hsi_studio.live.text_service import EncoderChoice

SIDE, BANDS = 16, 12
TABLE = ClassTable.from_names(["Corn", "Wheat", "Woods"])


@pytest.fixture(scope="session")
def vectors_read_before(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def shared_cache(vectors_read_before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Reading a text for the first time loads torch.
    monkeypatch.setenv("XDG_CACHE_HOME", vectors_read_before)


class Desk:
    """What the window holds."""

    def __init__(self) -> None:
        self.session = Session()
        self.labelling = Labelling(self.session)
        self.jobs = JobQueue()
        self.project = ProjectSession(self.session, self.labelling, self.jobs)
        self.texts = LiveTexts(self.labelling)
        self.follower = MapFollower(self.session, self.labelling, self.texts)
        self.keeper = LiveKeeper(self.project, self.labelling, self.texts, self.follower)

    def click(self, row: int, col: int, id: int) -> None:
        assert self.labelling.labels is not None
        self.labelling.paint(self.labelling.labels.change(Window(row, col, 1, 1), np.array([[id]])), "Point")

    def describe(self, place: int, text: str) -> None:
        entries = list(self.labelling.classes)
        entries[place] = replace(entries[place], description=text)
        self.labelling.commit(Edit("Text", classes=(self.labelling.classes, ClassTable(tuple(entries)))))

    def map(self, qtbot: QtBot) -> LiveMap | None:
        """Return the map once nothing moves any more."""
        qtbot.waitUntil(
            lambda: not self.texts.busy and not self.texts.waiting and not self.follower.engine.busy,
            timeout=180_000,
        )
        return None if self.follower.shown is None else self.follower.shown.map

    def settled(self, qtbot: QtBot) -> NDArray[np.integer]:
        found = self.map(qtbot)
        assert found is not None
        return found.ids


@contextmanager
def _desk() -> Iterator[Desk]:
    desk = Desk()
    try:
        yield desk
    finally:
        assert desk.project.wait(10)
        desk.follower.stop()
        desk.texts.stop()
        desk.project.stop()
        desk.jobs.stop()


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    fields = np.repeat(np.arange(3), 6)[:SIDE]
    values = (random.random((3, BANDS)) * 1000 + 500)[np.broadcast_to(fields, (SIDE, SIDE))]
    path = tmp_path / "scene.npy"
    np.save(path, (values + random.normal(0, 60, values.shape)).astype(np.float32))
    return path


def _assert_same(found: LiveMap | None, wanted: LiveMap | None) -> None:
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        np.testing.assert_array_equal(found.ids, wanted.ids)
        np.testing.assert_allclose(found.confidence, wanted.confidence, atol=1e-4)


def _reopened(desk: Desk, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.project.opened, timeout=180_000):
        desk.project.open(path)


def test_texts_of_the_last_label_and_options_give_the_same_map(
    scene: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "one.hsip"
    with _desk() as desk:
        with qtbot.waitSignal(desk.project.changed, timeout=180_000):
            desk.project.new(path)
        cube = open_cube(scene)
        desk.session.add(OpenCube(cube, default_view(cube)))
        desk.labelling.commit(Edit("Classes", classes=(desk.labelling.classes, TABLE)))
        desk.follower.set_options(words_alone=True)
        desk.click(3, 3, 1)
        desk.click(3, 9, 2)
        plain = desk.settled(qtbot).copy()
        desk.describe(0, "Deep clear water, dark beyond 700 nm")
        before = desk.settled(qtbot).copy()
        assert (before != plain).any()
    with _desk() as desk:
        _reopened(desk, path, qtbot)
        np.testing.assert_array_equal(desk.settled(qtbot), before)
        assert desk.follower.options.words_alone
        assert desk.follower.anchor is not None
        assert desk.follower.anchor.classes.entries[0].description == ""
        desk.labelling.undo()
        np.testing.assert_array_equal(desk.settled(qtbot), plain)


def test_however_fast_history_is_walked_each_state_has_its_map(
    scene: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path, maps = tmp_path / "fast.hsip", list[LiveMap | None]()
    with _desk() as desk:
        with qtbot.waitSignal(desk.project.changed, timeout=180_000):
            desk.project.new(path)
        cube = open_cube(scene)
        desk.session.add(OpenCube(cube, default_view(cube)))
        desk.follower.set_options(words_alone=True)
        steps: tuple[Callable[[], None], ...] = (
            lambda: desk.labelling.commit(Edit("Classes", classes=(desk.labelling.classes, TABLE))),
            lambda: desk.click(3, 3, 1),
            lambda: desk.click(3, 9, 2),
            lambda: desk.describe(2, "Deep clear water, dark beyond 700 nm"),
            lambda: desk.click(12, 3, 1),
            lambda: desk.describe(2, "Dry straw, bright beyond 1400 nm"),
            lambda: desk.describe(0, "Tall green corn with a steep red edge"),
        )
        for step in steps:
            step()
            maps.append(desk.map(qtbot))
        place = len(maps) - 1
        for back, forth in ((6, 6), (3, 0), (0, 3), (2, 1), (4, 5)):
            for _ in range(back):
                desk.labelling.undo()
            for _ in range(forth):
                desk.labelling.redo()
            place += forth - back
            _assert_same(desk.map(qtbot), maps[place])
    with _desk() as desk:
        _reopened(desk, path, qtbot)
        _assert_same(desk.map(qtbot), maps[-1])
        for _ in range(3):
            desk.labelling.undo()
        _assert_same(desk.map(qtbot), maps[-4])


def test_the_encoder_is_the_projects(scene: Path, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "two.hsip"
    with _desk() as desk:
        with qtbot.waitSignal(desk.project.changed, timeout=180_000):
            desk.project.new(path)
        desk.labelling.commit(Edit("Classes", classes=(desk.labelling.classes, TABLE)))
        with qtbot.waitSignal(desk.texts.encoder_changed, timeout=180_000):
            desk.texts.set_encoder(EncoderChoice(pooling="label-phrase"))
    with _desk() as desk:
        with qtbot.waitSignal(desk.texts.encoder_changed, timeout=180_000):
            _reopened(desk, path, qtbot)
        assert desk.texts.encoder.pooling == "label-phrase"


def test_an_encoder_that_is_absent_here_stays_the_projects(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "three.hsip"
    file = ProjectFile.create(path)
    file.append(Edit("Classes", classes=(ClassTable(()), TABLE)))
    stored = {"name": str(tmp_path / "nothing-here"), "pooling": "mean"}
    file.set_value("text encoder", stored)
    file.close()
    with _desk() as desk:
        with qtbot.waitSignal(desk.texts.failed, timeout=180_000) as failed:
            _reopened(desk, path, qtbot)
        assert "nothing-here" in failed.args[0].cause
        assert failed.args[0].remedy.endswith("all-MiniLM-L6-v2 stays meanwhile")
        qtbot.waitUntil(lambda: desk.texts.texts is not None, timeout=180_000)
        assert desk.texts.encoder == EncoderChoice()
        desk.describe(0, "Maize")
    file = ProjectFile.open(path)
    assert file.value("text encoder") == stored
    file.close()


@pytest.mark.parametrize("damage", [{"name": 3}, [], {"name": "x", "pooling": "rm -rf", "reject": 7}])
def test_values_that_make_no_sense_are_passed_over(
    damage: object, tmp_path: Path, qtbot: QtBot, scene: Path
) -> None:
    path = tmp_path / "four.hsip"
    file = ProjectFile.create(path)
    for key in ("text encoder", "live map"):
        file.set_value(key, damage)
    file.close()
    with _desk() as desk:
        _reopened(desk, path, qtbot)
        assert desk.texts.encoder == EncoderChoice()
        assert desk.follower.options == LiveOptions()
