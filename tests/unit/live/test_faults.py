"""What engine services do when something goes wrong, in this process."""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube
from hsi_studio.live.instant_service import InstantService
from hsi_studio.live.map_requests import HeatWanted, LiveMap, MapWanted, NextWanted, SceneWanted
from hsi_studio.live.network_service import NetworkService, Started, Trained, TrainWanted
from hsi_studio.live.recipes import CubeRecipe
from hsi_studio.live.text_service import EncoderChoice, TextService, TextsWanted
from hsi_studio.ml import devices, encoder_files
from hsi_studio.ml.encoder_file import default_encoder
from hsi_studio.ml.label_embeddings import LabelEmbeddings

SIDE, BANDS = 12, 12
TABLE = ClassTable.from_names(["Corn", "Wheat"])
TEXTS = np.eye(2, 8, dtype=np.float32)
POSITIONS = np.array([1, SIDE + 1, SIDE - 2, 2 * SIDE - 2])


@pytest.fixture(scope="module")
def recipe() -> CubeRecipe:
    random = np.random.default_rng(0)
    field = np.broadcast_to(np.repeat([0, 1], SIDE // 2), (SIDE, SIDE))
    values = (random.random((2, BANDS)) * 1000 + 500)[field] + random.normal(0, 20, (SIDE, SIDE, BANDS))
    cube = Cube(ArraySource(values.astype(np.float32)), name="generated", fingerprint="0" * 32)
    return CubeRecipe.of(cube, OpenOptions())


@pytest.fixture(scope="module")
def wanted(recipe: CubeRecipe) -> MapWanted:
    ids = np.array([1, 2], np.int16)
    return MapWanted(recipe, POSITIONS, np.array([0, 0, 1, 1]), ids, TEXTS, TEXTS)


def _last_map(service: InstantService, wanted: MapWanted) -> np.ndarray:
    found = [answer for answer in service.answer("map", wanted) if answer is not None][-1]
    assert isinstance(found, LiveMap)
    return found.ids


@pytest.mark.parametrize("kind", ["map", "heat", "next"])
def test_cancelled_at_any_yield_the_service_goes_on(kind: str, wanted: MapWanted) -> None:
    bodies: dict[str, Any] = {
        "map": wanted,
        "heat": HeatWanted(wanted, TEXTS[0]),
        "next": NextWanted(wanted),
    }
    right = _last_map(InstantService(), wanted)
    steps = sum(1 for _ in InstantService().answer(kind, bodies[kind]))
    assert steps > 1
    for taken in range(steps):
        service = InstantService()
        answers = service.answer(kind, bodies[kind])
        for _ in islice(answers, taken):
            pass
        answers.close()  # type: ignore[attr-defined]
        np.testing.assert_array_equal(_last_map(service, wanted), right)


def _training(recipe: CubeRecipe) -> TrainWanted:
    texts = LabelEmbeddings(("Corn", "Wheat"), TEXTS, TEXTS.mean(axis=0), "none", "mean", "0")
    return TrainWanted(recipe, POSITIONS, np.array([1, 1, 2, 2], np.int16), TABLE, texts)


def _run(service: NetworkService, wanted: TrainWanted) -> Iterator[Any]:
    """Train, with enough seen at every step."""
    for answer in service.answer("train", wanted):
        yield answer
        for _ in service.answer("keep", None):
            pass


def test_training_cancelled_at_any_yield_begins_anew(recipe: CubeRecipe) -> None:
    service, wanted = NetworkService(), _training(recipe)
    steps = sum(1 for _ in _run(service, wanted))
    for taken in {1, 2, steps // 2, steps - 1}:
        answers = service.answer("train", wanted)
        for _ in islice(answers, taken):
            pass
        answers.close()  # type: ignore[attr-defined]
    assert isinstance(list(_run(service, wanted))[-1], Trained)


def test_device_that_gives_up_is_replaced_by_the_cpu(
    recipe: CubeRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # torch's device without memory: whatever is to be read from it raises, as with a GPU that is gone.
    monkeypatch.setattr(devices, "choose_device", lambda _wanted=None: "meta")
    answers = list(_run(NetworkService(), _training(recipe)))
    started = [answer for answer in answers if isinstance(answer, Started)]
    assert [one.device for one in started] == ["meta", "cpu"]
    assert "meta" in started[1].because
    assert isinstance(answers[-1], Trained)
    assert answers[-1].device == "cpu"


def test_cube_that_is_gone_or_another_is_one_sentence(tmp_path: Path, wanted: MapWanted) -> None:
    path = tmp_path / "field.npy"
    np.save(path, np.ones((4, 4, 5), np.float32))
    recipe = CubeRecipe.of(open_cube(path), OpenOptions())
    np.save(path, np.zeros((4, 4, 6), np.float32))
    with pytest.raises(CubeFileError, match="has changed since it was opened"):
        next(InstantService().answer("scene", SceneWanted(recipe)))
    path.unlink()
    with pytest.raises(HsiError, match=r"field\.npy"):
        next(InstantService().answer("scene", SceneWanted(recipe)))


def test_corrupted_encoder_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = default_encoder()
    assert folder is not None
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x00\x01\x02\x03")
    monkeypatch.setattr(encoder_files, "default_encoder", lambda: copy)
    with pytest.raises(HsiError, match="is not the file that was published"):
        list(TextService().answer("texts", TextsWanted(TABLE, EncoderChoice(offline=True))))
