"""A trained network lies beside the project and comes back with it, through the real process."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.network_keeper import NetworkKeeper
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.networks import kept_network
from hsi_studio.io.registry import open_cube
from hsi_studio.live.network_service import Trained
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene

TABLE = ClassTable.from_names(["Corn", "Wheat"])


@pytest.fixture
def cube(tmp_path: Path) -> Cube:
    values = np.random.default_rng(0).normal(1000, 100, (16, 16, 12)).astype(np.float32)
    np.save(tmp_path / "field.npy", values)
    return open_cube(tmp_path / "field.npy")


@pytest.fixture
def trained(cube: Cube) -> Trained:
    """A network of one step."""
    from hsi_studio.ml.model import Model
    from hsi_studio.ml.network_features import network_features
    from hsi_studio.ml.s3fn_method import train_s3fn

    ids = np.zeros((16, 16), np.int16)
    ids[:2], ids[-2:] = 1, 2
    raw = np.eye(2, 8, dtype=np.float32)
    texts = LabelEmbeddings(("Corn", "Wheat"), raw, raw.mean(axis=0), "none", "mean", "0")
    run = train_s3fn(Scene(cube, ids, TABLE), texts, Settings("s3fn"))
    next(run)
    try:
        while True:
            run.send(True)
    except StopIteration as done:
        model = done.value
    assert isinstance(model, Model)
    return Trained(model.to_bytes(), network_features(model, cube), np.flatnonzero(ids), "cpu", 1.0)


@dataclass
class Desk:
    """What the window holds; live prediction is off."""

    session: Session = field(default_factory=Session)
    jobs: JobQueue = field(default_factory=JobQueue)

    def __post_init__(self) -> None:
        self.labelling = Labelling(self.session)
        self.project = ProjectSession(self.session, self.labelling, self.jobs)
        self.texts = LiveTexts(self.labelling)
        self.texts.set_enabled(False)
        self.follower = MapFollower(self.session, self.labelling, self.texts)
        self.follower.set_options(live=False)
        self.trainer = NetworkTrainer(self.session, self.labelling, self.texts)
        self.keeper = NetworkKeeper(
            self.session,
            self.labelling,
            self.project,
            jobs=self.jobs,
            trainer=self.trainer,
            follower=self.follower,
        )

    def stop(self) -> None:
        for part in (self.follower, self.trainer, self.texts, self.jobs, self.project):
            part.stop()


@pytest.fixture
def desks(qtbot: QtBot) -> Iterator[Callable[[], Desk]]:
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk())
        return made[-1]

    yield make
    for desk in made:
        desk.stop()


@pytest.fixture
def kept(desks: Callable[[], Desk], cube: Cube, trained: Trained, tmp_path: Path, qtbot: QtBot) -> Path:
    """A project whose cube has a network; its window is closed."""
    desk, path = desks(), tmp_path / "field.hsip"
    with qtbot.waitSignal(desk.project.changed, timeout=60_000):
        desk.project.new(path)
    desk.session.add(OpenCube(cube, default_view(cube)))
    desk.labelling.commit(Edit("Classes", classes=(desk.labelling.classes, TABLE)))
    assert desk.labelling.labels is not None
    desk.labelling.paint(desk.labelling.labels.change(Window(0, 0, 1, 1), np.array([[1]])), "Point")
    desk.trainer.trained.emit(cube, trained)
    assert desk.follower.has_network
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("field.*.safetensors"))) == 1, timeout=60_000)
    qtbot.waitUntil(lambda: knows_a_network(path), timeout=60_000)
    desk.stop()
    return path


def knows_a_network(path: Path) -> bool:
    with closing(ProjectFile.open(path, read_only=True)) as file:
        return kept_network(file, 1) is not None


def test_network_comes_back_with_the_project(
    kept: Path, trained: Trained, desks: Callable[[], Desk], qtbot: QtBot
) -> None:
    desk = desks()
    with qtbot.waitSignal(desk.trainer.restored, timeout=180_000):
        desk.project.open(kept)
    assert desk.follower.has_network
    assert desk.keeper.current is not None
    assert desk.keeper.current.model == trained.model
    again = desk.keeper.current.trained
    assert again is not None
    np.testing.assert_allclose(again.features, trained.features, atol=1e-4)
    np.testing.assert_array_equal(again.learned, trained.learned)
    qtbot.waitUntil(lambda: desk.trainer.engine.pid is None)  # torch is let go of


@pytest.mark.parametrize("harm", ["other", "gone"])
def test_network_file_that_is_not_the_one_kept_is_refused(
    kept: Path, harm: str, desks: Callable[[], Desk], qtbot: QtBot
) -> None:
    file = next(kept.parent.glob("field.*.safetensors"))
    if harm == "other":
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        file.unlink()
    desk = desks()
    with qtbot.waitSignal(desk.keeper.failed, timeout=180_000) as failed:
        desk.project.open(kept)
    words = {"other": "not the network that the project was left with", "gone": "could not be read"}
    assert words[harm] in str(failed.args[0])
    assert not desk.follower.has_network
