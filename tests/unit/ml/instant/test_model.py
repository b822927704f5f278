"""The instant head as a classifier: kept in a file, in tiles, with other words, on other cubes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled, HsiError, UsageError
from hsi_studio.ml.classifier import Classifier, fill
from hsi_studio.ml.heat import heat
from hsi_studio.ml.instant import scene_tiles
from hsi_studio.ml.instant.model import InstantModel
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.model_file import load_classifier
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene

if TYPE_CHECKING:
    from conftest import Fields

NAMES = ("soil", "corn", "water")


@pytest.fixture(scope="session")
def embeddings(texts: NDArray[np.float32]) -> LabelEmbeddings:
    return LabelEmbeddings(NAMES, texts, np.zeros(8, np.float32), "small", "mean", "f" * 8)


def labels(fields: Fields, per_class: int = 6) -> NDArray[np.int16]:
    clicks = fields.clicks(per_class)
    ids = np.zeros((fields.rows, fields.cols), np.int16)
    ids.flat[clicks.positions] = clicks.targets + 1
    return ids


def trained(cube: Cube, ids: NDArray[np.int16], embeddings: LabelEmbeddings | None = None) -> InstantModel:
    run = method("instant").train(
        Scene(cube, ids, ClassTable.from_names(NAMES)), embeddings, Settings("instant")
    )
    model = finish(run, Progress())
    assert isinstance(model, InstantModel)
    return model


@pytest.fixture(scope="session")
def model(fields: Fields, embeddings: LabelEmbeddings) -> InstantModel:
    return trained(fields.cube, labels(fields), embeddings)


def mapped(model: Classifier, cube: Cube) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    ids, confidence = np.zeros((cube.rows, cube.cols), np.int16), np.zeros((cube.rows, cube.cols), np.float32)
    fill(model, cube, ids, confidence)
    return ids, confidence


def share(ids: NDArray[np.int16], fields: Fields) -> float:
    return float((ids == fields.truth + 1).mean())


def test_the_map_is_right_and_tells_how_it_was_made(fields: Fields, model: InstantModel) -> None:
    ids, confidence = mapped(model, fields.cube)
    assert share(ids, fields) > 0.97
    assert 1 / 3 <= confidence.min() <= confidence.max() <= 1.0001
    assert model.provenance["labels"] == dict.fromkeys(NAMES, 6)
    assert model.provenance["statistics"] == "all 1440 pixels of the scene"
    assert sum(model.provenance["stages"][0]["weights"].values()) == pytest.approx(1, abs=0.01)
    assert len(model.provenance["pixels"]) == 18


def test_a_file_gives_the_same_map(fields: Fields, model: InstantModel, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model.to_bytes())
    read = load_classifier(path)
    assert isinstance(read, InstantModel)
    for found, expected in zip(mapped(read, fields.cube), mapped(model, fields.cube), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert read.provenance == model.provenance
    assert model.projection is not None
    bent = replace(model, projection=replace(model.projection, residual=np.diag([5.0, 0.5, -3.0])))
    path.write_bytes(bent.to_bytes())
    again = mapped(load_classifier(path), fields.cube)[0]
    np.testing.assert_array_equal(again, mapped(bent, fields.cube)[0])
    assert (again != mapped(model, fields.cube)[0]).any()
    plain = trained(fields.cube, labels(fields))
    path.write_bytes(plain.to_bytes())
    assert load_classifier(path).embeddings is None


def test_tiles_agree_with_the_whole(
    fields: Fields, model: InstantModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene_tiles, "HALO", 12)
    whole = next(model.predict(fields.cube))
    assert whole.window == fields.cube.window
    parts = list(model.predict(fields.cube, side=16))
    assert len(parts) == 9
    ids, confidence = np.zeros((40, 36), np.int16), np.zeros((40, 36), np.float32)
    for part in parts:
        ids[part.window.slices()], confidence[part.window.slices()] = part.positions, part.confidence
    assert (ids != whole.positions).mean() < 0.01
    assert np.abs(confidence - whole.confidence).mean() < 0.01


def test_a_whole_scene_tells_how_far_it_is_and_can_be_cancelled(fields: Fields, model: InstantModel) -> None:
    told: list[float] = []
    cube = fields.cube_of(fields.values, fingerprint="e" * 32)
    progress = Progress(lambda share, _: told.append(float(share or 0)))
    list(model.predict(cube, progress=progress))
    assert told == sorted(told)
    assert len([share for share in told if 0 < share < 0.8]) >= 3
    assert told[-1] < 1
    told.clear()
    list(model.predict(cube, side=20, progress=progress))
    assert told == sorted(told)
    cube = fields.cube_of(fields.values, fingerprint="a" * 31 + "e")
    with pytest.raises(Cancelled):
        list(model.predict(cube, progress=Progress(is_cancelled=lambda: True)))


def test_part_of_a_cube_is_cut_from_its_map(fields: Fields, model: InstantModel) -> None:
    window = Window(3, 5, 10, 20)
    (part,) = model.predict(fields.cube, window=window)
    np.testing.assert_array_equal(part.positions, next(model.predict(fields.cube)).positions[window.slices()])


def test_a_scene_in_tiles_is_learned_from(
    fields: Fields, monkeypatch: pytest.MonkeyPatch, embeddings: LabelEmbeddings
) -> None:
    for name, value in {"MOST_PIXELS": 1, "_TILE_BYTES": 1, "_LEAST_SIDE": 16, "HALO": 12}.items():
        monkeypatch.setattr(scene_tiles, name, value)
    cube = fields.cube_of(fields.values, fingerprint="a" * 32)
    found = trained(cube, labels(fields), embeddings)
    assert len(list(found.predict(cube))) == 9
    assert share(mapped(found, cube)[0], fields) > 0.95


def test_another_cube_is_not_clamped(fields: Fields, model: InstantModel) -> None:
    wrong = replace(model, labels=replace(model.labels, targets=(model.labels.targets + 1) % 3))
    at = wrong.labels.positions
    same, _ = mapped(wrong, fields.cube)
    np.testing.assert_array_equal(same.flat[at], wrong.labels.targets + 1)
    other, _ = mapped(wrong, fields.cube_of(fields.values, fingerprint="b" * 32))
    assert (other.flat[at] == fields.truth.flat[at] + 1).mean() > 0.9


def test_other_wavelengths_are_interpolated(fields: Fields, model: InstantModel) -> None:
    own = np.linspace(400, 2400, fields.bands)
    given = np.linspace(390, 2410, 60)[::-1].copy()
    flat = fields.values.reshape(-1, fields.bands)
    values = np.stack([np.interp(given, own, spectrum) for spectrum in flat])
    values[5, 10:20] = np.nan
    other = fields.cube_of(
        values.reshape(fields.rows, fields.cols, 60), wavelengths_nm=given, fingerprint="c" * 32
    )
    ids, _ = mapped(model.fitted_to(other), other)
    assert share(ids, fields) > 0.95
    narrow = fields.cube_of(fields.values, wavelengths_nm=np.linspace(400, 1000, fields.bands))
    with pytest.raises(HsiError, match="covers 400 to 1000 nm"):
        model.fitted_to(narrow)


def test_other_words(fields: Fields, model: InstantModel, embeddings: LabelEmbeddings) -> None:
    swapped = replace(embeddings, names=("rock", "corn"), raw=embeddings.raw[[0, 1]])
    other = model.with_words(ClassTable.from_names(("rock", "corn")), swapped)
    ids, _ = mapped(other, fields.cube)
    assert set(np.unique(ids)) <= {1, 2}
    assert set(other.labels.targets.tolist()) == {1}
    with pytest.raises(HsiError, match="another order"):
        model.with_words(ClassTable.from_names(NAMES[::-1]), embeddings)
    first, *rest = model.classes
    with pytest.raises(HsiError, match=f"the class “{first.name}” has the id 300, but 1 in the model"):
        model.with_words(ClassTable((replace(first, id=300), *rest)), embeddings)
    with pytest.raises(HsiError, match="without texts"):
        trained(fields.cube, labels(fields)).with_words(model.classes, embeddings)


def test_heat_of_a_text(fields: Fields, model: InstantModel, texts: NDArray[np.float32]) -> None:
    ((window, scores),) = heat(model, fields.cube, texts)
    assert window == fields.cube.window
    np.testing.assert_array_equal(scores.argmax(axis=2), fields.truth)
    with pytest.raises(HsiError, match="knows no words"):
        next(heat(trained(fields.cube, labels(fields)), fields.cube, texts))


def test_equal_texts_are_refused(fields: Fields, embeddings: LabelEmbeddings) -> None:
    table = ClassTable.from_names(("soil", "soil", "water"))
    run = method("instant").train(Scene(fields.cube, labels(fields), table), embeddings, Settings("instant"))
    with pytest.raises(UsageError, match="same description"):
        finish(run, Progress())
