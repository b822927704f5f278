"""The map follows labels and texts, through the real processes."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_layers import CONFIDENCE, PREDICTION
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view
from hsi_studio.core.project import Edit
from hsi_studio.core.window import Window
from hsi_studio.live.network_service import Trained
from hsi_studio.ml.scene import TrainingStep

SIDE, BANDS = 24, 20
TABLE = ClassTable.from_names(["Corn", "Wheat", "Woods"])


@pytest.fixture
def scene(make_cube: Callable[..., Cube]) -> tuple[Cube, NDArray[np.int16]]:
    """Three vertical fields of unlike spectra, and their truth."""
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(3, dtype=np.int16), SIDE // 3) + 1
    spectra = random.random((3, BANDS)) * 1000 + 500
    values = spectra[np.broadcast_to(truth - 1, (SIDE, SIDE))] + random.normal(0, 20, (SIDE, SIDE, BANDS))
    return make_cube(values.astype(np.float32)), np.broadcast_to(truth, (SIDE, SIDE))


@dataclass
class Desk:
    """What the window holds."""

    session: Session
    labelling: Labelling
    texts: LiveTexts
    follower: MapFollower

    def click(self, row: int, col: int, id: int) -> None:
        assert self.labelling.labels is not None
        self.labelling.paint(self.labelling.labels.change(Window(row, col, 1, 1), np.array([[id]])), "Point")

    def describe(self, place: int, text: str) -> None:
        entries = list(self.labelling.classes)
        entries[place] = replace(entries[place], description=text)
        self.labelling.commit(Edit("Text", classes=(self.labelling.classes, ClassTable(tuple(entries)))))

    @property
    def ids(self) -> NDArray[np.integer]:
        assert self.session.current is not None
        layers = {layer.raster.name: layer.raster for layer in self.session.current.layers}
        raster = layers[PREDICTION]
        assert isinstance(raster, ClassRaster)
        return raster.ids

    def settle(self, qtbot: QtBot, act: Callable[[], object]) -> NDArray[np.integer]:
        """Act, and return the last map that this leads to."""
        act()
        qtbot.waitUntil(
            lambda: not self.texts.engine.busy and not self.texts.waiting and not self.follower.engine.busy,
            timeout=180_000,
        )
        return self.ids


@pytest.fixture(scope="session")
def vectors_read_before(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def desk(
    scene: tuple[Cube, NDArray[np.int16]],
    qtbot: QtBot,
    vectors_read_before: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    # Reading a text for the first time loads torch.
    monkeypatch.setenv("XDG_CACHE_HOME", vectors_read_before)
    session = Session()
    labelling = Labelling(session)
    texts = LiveTexts(labelling)
    desk = Desk(session, labelling, texts, MapFollower(session, labelling, texts))
    session.add(OpenCube(scene[0], default_view(scene[0])))
    labelling.commit(Edit("Classes", classes=(labelling.classes, TABLE)))
    yield desk
    desk.follower.stop()
    texts.stop()


def test_two_clicks_give_a_map_and_undo_takes_it_away(
    desk: Desk, scene: tuple[Cube, NDArray[np.int16]], qtbot: QtBot
) -> None:
    desk.click(3, 3, 1)
    first = desk.settle(qtbot, lambda: desk.click(3, 12, 2)).copy()
    right = scene[1] < 3
    assert (first == scene[1])[right].mean() > 0.95
    desk.settle(qtbot, lambda: desk.click(3, 21, 3))
    assert (desk.ids == scene[1]).mean() > 0.95
    again = desk.settle(qtbot, desk.labelling.undo)
    np.testing.assert_array_equal(again, first)
    desk.labelling.undo()
    assert desk.follower.shown is None
    assert desk.session.current is not None
    assert not desk.session.current.layers


def test_texts_change_the_map_and_back(desk: Desk, qtbot: QtBot) -> None:
    desk.follower.set_options(words_alone=True)
    desk.click(3, 3, 1)
    before = desk.settle(qtbot, lambda: desk.click(3, 12, 2)).copy()
    changed = desk.settle(qtbot, lambda: desk.describe(0, "Deep clear water, dark beyond 700 nm"))
    assert (changed != before).any()
    assert desk.follower.shown is not None
    assert desk.follower.shown.flipped == np.count_nonzero(changed != before)
    again = desk.settle(qtbot, desk.labelling.undo)
    np.testing.assert_array_equal(again, before)


def test_off_means_out_of_date_until_asked(desk: Desk, qtbot: QtBot) -> None:
    desk.click(3, 3, 1)
    before = desk.settle(qtbot, lambda: desk.click(3, 12, 2)).copy()
    desk.follower.set_options(live=False)
    desk.click(3, 21, 3)
    qtbot.wait(300)
    assert desk.follower.outdated
    np.testing.assert_array_equal(desk.ids, before)
    after = desk.settle(qtbot, desk.follower.predict)
    assert not desk.follower.outdated
    assert (after == 3).sum() > SIDE


def test_rejection_hides_doubtful_pixels_only(desk: Desk, qtbot: QtBot) -> None:
    desk.click(3, 3, 1)
    desk.settle(qtbot, lambda: desk.click(3, 12, 2))
    assert desk.follower.shown is not None
    confidence = desk.follower.shown.map.confidence
    limit = float(np.median(confidence))
    desk.follower.set_options(reject=limit)
    np.testing.assert_array_equal(desk.ids == 0, confidence < limit)
    desk.follower.set_options(sureness="margin")
    np.testing.assert_array_equal(desk.ids == 0, desk.follower.shown.map.margin < limit)
    assert desk.session.current is not None
    assert [layer.raster.name for layer in desk.session.current.layers] == [PREDICTION, CONFIDENCE]


def test_suggestion_is_unlabelled_and_changes_when_passed_over(desk: Desk, qtbot: QtBot) -> None:
    desk.click(3, 3, 1)
    desk.settle(qtbot, lambda: desk.click(3, 12, 2))
    with qtbot.waitSignal(desk.follower.suggested, timeout=180_000) as first:
        desk.follower.suggest()
    place = first.args[0].row, first.args[0].col
    assert place not in {(3, 3), (3, 12)}
    with qtbot.waitSignal(desk.follower.suggested, timeout=180_000) as second:
        desk.follower.suggest(pass_over=place)
    assert (second.args[0].row, second.args[0].col) != place


def test_colour_changes_without_computing(desk: Desk, qtbot: QtBot) -> None:
    desk.click(3, 3, 1)
    desk.settle(qtbot, lambda: desk.click(3, 12, 2))
    painted = ClassTable((replace(TABLE.entries[0], color=(1, 2, 3)), *TABLE.entries[1:]))
    desk.labelling.commit(Edit("Colour", classes=(TABLE, painted)))
    assert not desk.follower.engine.busy
    assert desk.session.current is not None
    raster = desk.session.current.layers[0].raster
    assert isinstance(raster, ClassRaster)
    assert raster.classes == painted


def test_a_trained_network_joins_and_can_stand_alone(
    desk: Desk, scene: tuple[Cube, NDArray[np.int16]], qtbot: QtBot
) -> None:
    for row in (3, 9, 15):
        for place, col in enumerate((3, 12, 21)):
            desk.click(row, col, place + 1)
    desk.settle(qtbot, lambda: None)
    trainer = NetworkTrainer(desk.session, desk.labelling, desk.texts)
    steps: list[TrainingStep] = []
    trainer.stepped.connect(steps.append)
    trainer.stepped.connect(lambda step: trainer.keep() if step.step == 30 else None)
    with qtbot.waitSignal(trainer.trained, timeout=300_000) as trained:
        trainer.train()
    trainer.stop()
    assert not trainer.busy
    assert {step.stage for step in steps} == {1, 2}
    assert max(step.step for step in steps if step.stage == 1) < 60 < steps[0].steps
    desk.settle(qtbot, lambda: desk.follower.set_network(*_parts(trained.args)))
    assert desk.follower.shown is not None
    assert "S3FN" in desk.follower.shown.map.weights
    desk.settle(qtbot, lambda: desk.follower.set_options(engine="s3fn"))
    assert list(desk.follower.shown.map.weights) == ["S3FN"]
    assert (desk.ids == scene[1]).mean() > 0.8


def test_discarded_training_leaves_nothing_behind(desk: Desk, qtbot: QtBot) -> None:
    desk.click(3, 3, 1)
    desk.settle(qtbot, lambda: desk.click(3, 12, 2))
    trainer = NetworkTrainer(desk.session, desk.labelling, desk.texts)
    with qtbot.waitSignal(trainer.stepped, timeout=180_000):
        trainer.train()
    with qtbot.assertNotEmitted(trainer.trained, wait=300):
        started = time.monotonic()
        trainer.discard()
        assert time.monotonic() - started < 0.5
    assert not trainer.busy
    assert trainer.engine.pid is None
    trainer.stop()


def _parts(args: list[object]) -> tuple[Cube, Trained]:
    cube, trained = args
    assert isinstance(cube, Cube)
    assert isinstance(trained, Trained)
    return cube, trained
