"""Checkpoints: complete, safe, and used on other cubes and with other words only where that makes sense."""

import io
import json
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError
from hsi_studio.ml.fitting import fitted_to
from hsi_studio.ml.heads import SoftmaxHead, TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings, unit
from hsi_studio.ml.model import Model
from hsi_studio.ml.model_file import FORMAT, load_classifier
from hsi_studio.ml.predict import predict

Build = Callable[..., Model]
NM = np.linspace(400, 2400, 30)


@pytest.fixture
def values() -> NDArray[np.float32]:
    """A smooth cube 9 × 8 × 30."""
    random = np.random.default_rng(0)
    curves = np.sin(NM / 300 + random.uniform(0, 6, (9, 8, 1))) * 200 + 500
    return curves.astype(np.float32)


def confidence(model: Model, cube: Cube) -> NDArray[np.float32]:
    """Return the confidence over the cube."""
    return next(predict(model, cube, side=64)).confidence


def saved(model: Model, folder: Path) -> Path:
    """Write a model."""
    path = folder / "model.safetensors"
    path.write_bytes(model.to_bytes())
    return path


@pytest.mark.parametrize("kind", ["cosine", "raw", "residual", "softmax", "softmax hidden"])
def test_round_trip(
    kind: str,
    values: NDArray[np.float32],
    random_model: Build,
    make_cube: Callable[..., Cube],
    tmp_path: Path,
) -> None:
    model = replace(
        random_model(20, 18, paper=True), wavelengths_nm=NM, provenance={"seed": 3, "é": [1, None]}
    )
    assert isinstance(model.head, TextHead)
    if kind.startswith("softmax"):
        head = SoftmaxHead(128, 3, 64 if "hidden" in kind else None).eval()
        model = replace(model, head=head, embeddings=None, method="cnn3d")
    elif kind != "cosine":
        text = TextHead(128, model.head.given.numpy(), score="raw" if kind == "raw" else "cosine",
                        residual=kind == "residual").eval()  # fmt: skip
        if text.residual is not None:
            torch.nn.init.normal_(text.residual)
        model = replace(model, head=text)
    again = load_classifier(saved(model, tmp_path))
    cube = make_cube(values)
    np.testing.assert_array_equal(confidence(again, cube), confidence(model, cube))
    for name in ("method", "classes", "bands", "architecture", "provenance"):
        assert getattr(again, name) == getattr(model, name)
    np.testing.assert_array_equal(again.wavelengths_nm, NM)
    if model.embeddings is not None:
        assert again.embeddings is not None
        np.testing.assert_array_equal(again.embeddings.vectors, model.embeddings.vectors)
        assert again.embeddings.fingerprint == model.embeddings.fingerprint


def test_file_is_small(random_model: Build) -> None:
    assert len(random_model(24, 14, widths=(16, 32, 64)).to_bytes()) < 1_000_000


class Explosive:
    """Runs a program when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("exploded"),))  # type: ignore[return-value]


def pickled(protocol: int = pickle.DEFAULT_PROTOCOL) -> bytes:
    return pickle.dumps(Explosive(), protocol)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickled())
    return buffer.getvalue()


@pytest.mark.parametrize("content", [*(partial(pickled, protocol) for protocol in range(6)), zipped])
def test_pickled_content_is_refused(
    content: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.safetensors"
    path.write_bytes(content())
    with pytest.raises(HsiError, match="pickled objects"):
        load_classifier(path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("place", [0, 4, 40, 400, 0.5, 0.99])
def test_corrupted_files_are_refused(place: float, random_model: Build, tmp_path: Path) -> None:
    path = saved(random_model(16, 14), tmp_path)
    content = path.read_bytes()
    at = int(place * len(content)) if isinstance(place, float) else place
    path.write_bytes(content[:at])
    with pytest.raises(HsiError, match=r"damaged|no model file|no safetensors file"):
        load_classifier(path)
    path.write_bytes(content[:at] + bytes(byte ^ 0x15 for byte in content[at : at + 30]) + content[at + 30 :])
    with pytest.raises(HsiError):
        load_classifier(path)


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(HsiError, match="another program"):
        load_classifier(tmp_path / "other.safetensors")
    with pytest.raises(HsiError, match="there is no model"):
        load_classifier(tmp_path / "absent.safetensors")


def test_newer_version_is_refused(
    random_model: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hsi_studio.ml.model_file.VERSION", 2)
    path = saved(random_model(16, 14), tmp_path)
    monkeypatch.undo()
    with pytest.raises(HsiError, match="newer hsi_studio"):
        load_classifier(path)


def test_other_wavelengths_are_interpolated(
    values: NDArray[np.float32], random_model: Build, make_cube: Callable[..., Cube]
) -> None:
    model = replace(random_model(20, 14), wavelengths_nm=NM)
    finer = np.linspace(390, 2410, 240)
    flat = values.reshape(-1, 30)
    # The finer grid holds the model's bands, so interpolation loses nothing.
    finer = np.union1d(finer, NM)
    other = np.stack([np.interp(finer, NM, spectrum) for spectrum in flat]).reshape(9, 8, -1)
    cube = make_cube(other.astype(np.float32)[..., ::-1], wavelengths_nm=finer[::-1])
    wanted = confidence(model, make_cube(values, wavelengths_nm=NM))
    np.testing.assert_allclose(confidence(fitted_to(model, cube), cube), wanted, atol=1e-3)


def test_the_training_cube_is_read_as_it_was(random_model: Build, make_cube: Callable[..., Cube]) -> None:
    model = replace(random_model(20, 14), wavelengths_nm=NM)
    assert fitted_to(model, make_cube(np.zeros((2, 2, 30)), wavelengths_nm=NM + 0.2)) is model


def test_uncovered_wavelengths_are_refused(random_model: Build, make_cube: Callable[..., Cube]) -> None:
    model = replace(random_model(20, 14), wavelengths_nm=NM)
    with pytest.raises(HsiError, match="400 to 2400 nm but generated covers 400 to 1000 nm"):
        fitted_to(model, make_cube(np.zeros((2, 2, 50)), wavelengths_nm=np.linspace(400, 1000, 50)))


def test_without_wavelengths_the_number_of_bands_decides(
    random_model: Build, make_cube: Callable[..., Cube]
) -> None:
    model = random_model(20, 14)
    assert fitted_to(model, make_cube(np.zeros((2, 2, 30)))) is model
    with pytest.raises(HsiError, match="30 bands and generated has 31"):
        fitted_to(model, make_cube(np.zeros((2, 2, 31))))


def words(names: tuple[str, ...], like: Model) -> tuple[ClassTable, LabelEmbeddings]:
    """Return a table and embeddings by the encoder of a model."""
    assert like.embeddings is not None
    raw = np.random.default_rng(9).standard_normal((len(names), like.embeddings.raw.shape[1]))
    return ClassTable.from_names(names), replace(
        like.embeddings, names=names, raw=unit(raw.astype(np.float32))
    )


def test_other_words_are_scored_by_the_same_network(
    values: NDArray[np.float32], random_model: Build, make_cube: Callable[..., Cube]
) -> None:
    model = random_model(20, 14)
    other = model.with_words(*words(("lawn", "roof", "road", "pond"), model))
    image = torch.randn(20, 15, 16)
    projected = model.project(image)
    torch.testing.assert_close(other.project(image), projected)
    assert other.scores(projected).shape == (2, 3, 4)
    assert model.scores(projected).shape == (2, 3, 3)
    assert model.embeddings is not None
    same = model.with_words(model.classes, model.embeddings)
    torch.testing.assert_close(same.scores(projected), model.scores(projected))


def test_other_order_is_refused(random_model: Build) -> None:
    model = random_model(20, 14)
    with pytest.raises(HsiError, match="class 1 is soil, not corn"):
        model.with_words(*words(("corn", "soil", "water"), model))


def test_other_encoder_is_refused(random_model: Build) -> None:
    model = random_model(20, 14)
    table, texts = words(("a", "b"), model)
    with pytest.raises(HsiError, match=r"read by test \(mean\), not by bert"):
        model.with_words(table, replace(texts, encoder="bert", fingerprint="0"))


def test_a_softmax_model_knows_no_words(random_model: Build) -> None:
    texts = words(("a", "b"), random_model(20, 14))
    model = replace(random_model(20, 14), head=SoftmaxHead(128, 3), embeddings=None, method="cnn3d")
    with pytest.raises(HsiError, match="cnn3d knows no words"):
        model.with_words(*texts)


def test_no_byte_may_change(random_model: Build, tmp_path: Path) -> None:
    path = saved(random_model(16, 14), tmp_path)
    content = bytearray(path.read_bytes())
    for place in np.random.default_rng(0).integers(8, len(content), 40):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(HsiError):
            load_classifier(path)


def _rewritten(path: Path, **changes: object) -> None:
    """Change the description in a model file of the first versions, which has no checksum."""
    from safetensors.numpy import load_file, save_file

    with safe_open(path, "np") as file:
        description = json.loads(file.metadata()["model"])
    description |= changes
    save_file(load_file(path), path, {"format": FORMAT, "model": json.dumps(description)})


def test_files_of_the_first_versions_are_read(random_model: Build, tmp_path: Path) -> None:
    path = saved(random_model(16, 14), tmp_path)
    _rewritten(path)
    assert isinstance(load_classifier(path), Model)


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": []},
        {"bands": 3},
        {"architecture": {"components": 16, "patch": 700, "widths": [16, 32, 64], "rectified": False}},
        {"architecture": {"components": 10**9, "patch": 14, "widths": [16, 32, 64], "rectified": False}},
    ],
)
def test_parts_that_do_not_fit_are_refused(
    changes: dict[str, object], random_model: Build, tmp_path: Path
) -> None:
    path = saved(random_model(16, 14), tmp_path)
    _rewritten(path, **changes)
    tracemalloc.start()
    with pytest.raises(HsiError, match="damaged"):
        load_classifier(path)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_bands_that_the_other_cube_marks_as_bad_are_not_read(
    values: NDArray[np.float32], random_model: Build, make_cube: Callable[..., Cube]
) -> None:
    model = replace(random_model(16, 14), wavelengths_nm=NM)
    broken = values.copy()
    broken[..., 4:7] = 1e4
    good = np.ones(30, bool)
    good[4:7] = False
    wanted = confidence(model, make_cube(values, wavelengths_nm=NM))
    marked = make_cube(broken, wavelengths_nm=NM, bad_bands=~good)
    fitted = fitted_to(model, marked)
    assert not set(fitted.preprocessor.bands) & {4, 5, 6}
    np.testing.assert_allclose(confidence(fitted, marked), wanted, atol=0.1)
    with pytest.raises(HsiError, match=r"band 5, which .* marks as bad"):
        fitted_to(replace(model, wavelengths_nm=None), make_cube(broken, bad_bands=~good))
