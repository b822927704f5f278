"""The rivals: right on separable scenes, the same after a file, by tiles, and on other bands; refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io import open_cube
from hsi_studio.io.labels import read_ids
from hsi_studio.ml.classifier import Classifier, fill
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.methods import METHODS, finish, method
from hsi_studio.ml.model_file import load_classifier
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.rivals import SUMMARIES
from hsi_studio.ml.rivals.recipes import RECIPES
from hsi_studio.ml.rivals.spectra import SpectraReader
from hsi_studio.ml.scene import Scene
from hsi_studio.ml.splits import random_split

NAMES = tuple(SUMMARIES)


def trained(name: str, scene: Scene, seed: int = 0) -> Classifier:
    return finish(method(name).train(scene, None, Settings(name, seed=seed)), Progress())


def mapped(model: Classifier, cube: Cube) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    ids = np.full((cube.rows, cube.cols), -1, np.int16)
    confidence = np.full(ids.shape, -1, np.float32)
    fill(model, cube, ids, confidence)
    return ids, confidence


def stripes(scene: Scene) -> NDArray[np.int64]:
    return np.repeat([1, 2, 3], 12)[None].repeat(30, axis=0)


def test_every_rival_is_registered_with_its_recipe() -> None:
    assert set(SUMMARIES) == set(RECIPES)
    assert set(SUMMARIES) <= set(METHODS)


@pytest.mark.parametrize("name", NAMES)
def test_a_rival_learns_stripes_and_stays_the_same_in_a_file(name: str, scene: Scene, tmp_path: Path) -> None:
    model = trained(name, scene)
    ids, confidence = mapped(model, scene.cube)
    assert (ids == stripes(scene)).mean() > 0.9
    assert confidence.min() > 1 / 3 - 1e-6
    assert confidence.max() <= 1 + 1e-6
    file = tmp_path / "model.safetensors"
    file.write_bytes(model.to_bytes())
    opened = load_classifier(file)
    assert opened.method == name
    assert opened.classes == scene.classes
    assert opened.provenance == model.provenance
    again, as_sure = mapped(opened, scene.cube)
    assert (again == ids).all()
    np.testing.assert_array_equal(as_sure, confidence)


@pytest.mark.parametrize("name", ["lda", "lda9"])
def test_tiles_do_not_change_the_result(name: str, scene: Scene) -> None:
    model = trained(name, scene)
    whole, sure = mapped(model, scene.cube)
    for part in model.predict(scene.cube, side=7, window=Window(2, 3, 25, 31)):
        place = part.window.slices()
        assert (part.positions + 1 == whole[place]).all()
        np.testing.assert_allclose(part.confidence, sure[place], atol=2e-3)


def test_means_are_over_what_was_measured_mirrored_at_the_borders(
    make_cube: Callable[..., Cube], rng: np.random.Generator
) -> None:
    values = rng.uniform(1, 9, (7, 6, 3)).astype(np.float32)
    values[2, 3] = np.nan
    values[4, 1, 2] = np.nan
    found, valid = SpectraReader(np.arange(3), 5).read(make_cube(values), Window(0, 0, 7, 6))
    wide = np.pad(values, ((2, 2), (2, 2), (0, 0)), mode="symmetric")
    for row in range(7):
        for col in range(6):
            expected = np.nanmean(wide[row : row + 5, col : col + 5], axis=(0, 1))
            np.testing.assert_allclose(found[row, col], expected, rtol=1e-4)
    assert not valid[2, 3]
    assert valid.sum() == 41


def test_a_scene_narrower_than_the_window_is_read(make_cube: Callable[..., Cube]) -> None:
    values = np.arange(1, 31, dtype=np.float32).reshape(10, 1, 3)
    found, _ = SpectraReader(np.arange(3), 9).read(make_cube(values), Window(0, 0, 10, 1))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", NAMES)
def test_one_label_per_class_gives_a_map_or_a_clear_sentence(name: str, scene: Scene) -> None:
    few = np.zeros_like(scene.ids)
    for value in (1, 2, 3):
        place = np.argwhere(scene.ids == value)[0]
        few[tuple(place)] = value
    scene = replace(scene, ids=few)
    if name in ("lda", "lda9"):
        with pytest.raises(UsageError, match="label a second pixel of a class"):
            trained(name, scene)
    else:
        assert set(np.unique(mapped(trained(name, scene), scene.cube)[0])) <= {1, 2, 3}


@pytest.mark.parametrize("name", NAMES)
def test_two_of_three_classes_labelled(name: str, scene: Scene) -> None:
    scene = replace(scene, ids=np.where(scene.ids == 2, 0, scene.ids))
    ids, confidence = mapped(trained(name, scene), scene.cube)
    assert set(np.unique(ids)) == {1, 3}
    assert (ids[:, :12] == 1).mean() > 0.85
    assert (ids[:, 24:] == 3).mean() > 0.85
    assert confidence.min() >= 0.5 - 1e-6


def test_holes_constant_bands_and_labels_on_holes(scene: Scene, make_cube: Callable[..., Cube]) -> None:
    values = np.array(scene.cube.block())
    values[..., 4] = 7
    values[::5, :, 9] = np.nan
    values[3:6, 2:5] = 0
    values[..., 11] = np.nan
    cube = make_cube(values, wavelengths_nm=scene.cube.wavelengths_nm)
    assert scene.ids[3, 2] == 1
    for name in ("lda", "lda9", "knn"):
        model = trained(name, replace(scene, cube=cube))
        ids, confidence = mapped(model, cube)
        assert (ids[3:6, 2:5] == 0).all()
        assert (confidence[3:6, 2:5] == 0).all()
        assert (ids == stripes(scene)).mean() > 0.9
        assert sum(model.provenance["labels"].values()) < (scene.ids > 0).sum()


def test_labels_on_nothing_but_holes_are_refused(scene: Scene, make_cube: Callable[..., Cube]) -> None:
    values = np.array(scene.cube.block())
    values[scene.ids == 1] = 0
    values[scene.ids == 3] = 0
    with pytest.raises(UsageError, match="label pixels that hold values"):
        trained("lda", replace(scene, cube=make_cube(values)))


def test_the_same_values_everywhere_are_refused(scene: Scene, make_cube: Callable[..., Cube]) -> None:
    cube = make_cube(np.full(scene.cube.shape, 5, np.uint8))
    with pytest.raises(UsageError, match="label other pixels"):
        trained("svm", replace(scene, cube=cube))


def test_other_wavelengths_are_learned_anew(scene: Scene, make_cube: Callable[..., Cube]) -> None:
    own = scene.cube.wavelengths_nm
    assert own is not None
    other = np.linspace(390, 2390, 40)
    values = np.array(scene.cube.block())
    resampled = np.apply_along_axis(lambda one: np.interp(other, own, one), 2, values)
    cube = make_cube(resampled.astype(np.float32), wavelengths_nm=other)
    model = trained("lda", scene)
    ids, _ = mapped(model.fitted_to(cube), cube)
    assert (ids == stripes(scene)).mean() > 0.9
    assert model.fitted_to(scene.cube) is model


def test_bands_that_cannot_be_matched_are_refused(scene: Scene, make_cube: Callable[..., Cube]) -> None:
    model = trained("knn", scene)
    short = make_cube(np.ones((4, 4, 30), np.float32), wavelengths_nm=np.linspace(400, 900, 30))
    with pytest.raises(HsiError, match="covers 400 to 900 nm"):
        model.fitted_to(short)
    with pytest.raises(HsiError, match="cannot be matched"):
        model.fitted_to(make_cube(np.ones((4, 4, 8), np.float32)))


def test_a_rival_knows_no_words(scene: Scene, embeddings: LabelEmbeddings) -> None:
    with pytest.raises(HsiError, match="knows no words"):
        trained("lda", scene).with_words(scene.classes, embeddings)


@pytest.mark.parametrize(("name", "least"), [("lda", 0.95), ("svm", 0.95), ("lda9", 0.97), ("gnb", 0.85)])
def test_salinas_a_with_10_labels_per_class(name: str, least: float, shared_data: Path) -> None:
    cube = open_cube(shared_data / "salinasA" / "SalinasA_corrected.mat")
    truth = read_ids(shared_data / "salinasA" / "SalinasA_gt.mat")
    split = random_split(truth, 10, 0)
    table = ClassTable(
        tuple(
            replace(entry, id=int(value))
            for entry, value in zip(
                ClassTable.from_names(("a", "b", "c", "d", "e", "f")), np.unique(truth)[1:], strict=True
            )
        )
    )
    ids, _ = mapped(trained(name, Scene(cube, split.labels, table)), cube)
    assert (ids == truth)[split.test].mean() > least


def drawn(rng: np.random.Generator, *counts: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Spectra of 6 bands, some labels per class, classes well apart."""
    targets = np.repeat(np.arange(len(counts)), counts)
    return (4 * targets[:, None] + rng.normal(0, 1, (len(targets), 6))).astype(np.float32), targets


@pytest.mark.parametrize("counts", [(3, 3, 3, 3), (2, 2), (2, 2, 40), (1, 9, 9), (3, 2000, 900)])
@pytest.mark.parametrize("name", ["knn", "svm", "gnb"])
def test_few_labels_of_a_class_are_searched_without_a_warning(
    rng: np.random.Generator, name: str, counts: tuple[int, ...]
) -> None:
    spectra, targets = drawn(rng, *counts)
    fitted = RECIPES[name].fit(spectra, targets, 0)
    assert (fitted.predict_proba(spectra).argmax(axis=1) == targets).mean() > 0.9


def test_discriminants_are_those_of_scikit_learn(rng: np.random.Generator) -> None:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    spectra, targets = drawn(rng, 4, 5, 20)
    spectra[:4, 2] = 1  # no spread in one band of one class
    own = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=np.full(3, 1 / 3))
    expected = make_pipeline(StandardScaler(), own).fit(spectra, targets)
    found = RECIPES["lda"].fit(spectra, targets, 0)
    np.testing.assert_allclose(
        found.predict_proba(spectra), expected.predict_proba(spectra), rtol=1e-4, atol=1e-9
    )


def test_a_class_of_one_label_takes_the_spread_of_the_others(rng: np.random.Generator) -> None:
    targets = np.repeat([0, 1, 2], [30, 1, 30])
    spectra = (0.3 * targets[:, None] + rng.normal(0, 1, (61, 6))).astype(np.float32)
    others = targets != 1
    with_it, without = (RECIPES["lda"].fit(spectra[own], targets[own], 0) for own in (targets < 9, others))
    assert with_it.predict_proba(spectra[targets == 1]).argmax() == 1
    found, expected = with_it.predict_proba(spectra)[:, [0, 2]], without.predict_proba(spectra)
    # One label more must not make the classes look better parted than their own spread says.
    ratio = np.log(found[:, 0] / found[:, 1]) / np.log(expected[:, 0] / expected[:, 1])
    assert np.median(ratio) == pytest.approx(1, abs=0.1)


def test_thousands_of_labels_are_searched_on_a_thousand(rng: np.random.Generator) -> None:
    targets = np.repeat([0, 4], [5000, 500])
    spectra = rng.normal(targets[:, None], 1, (5500, 6)).astype(np.float32)
    fitted = RECIPES["svm"].fit(spectra, targets, 0)
    assert (fitted.classes_[fitted.predict_proba(spectra).argmax(axis=1)] == targets).mean() > 0.97
