"""Training in two stages: it learns, repeats, stops, and refuses what cannot be learned."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled, UsageError
from hsi_studio.ml.batches import Material, read_crops, read_patches, turned_at_random
from hsi_studio.ml.classifier import fill
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.labelled import LabelledPixels, hold_out, labelled_pixels
from hsi_studio.ml.methods import METHODS, finish, method
from hsi_studio.ml.model import Model
from hsi_studio.ml.presets import FAST, PAPER, Options, Preset, Schedule, Settings
from hsi_studio.ml.scene import Scene

SHORT = replace(
    FAST,
    components=16,
    widths=(6, 8, 10),
    first=replace(FAST.first, batch=12, least=40, most=40),
    second=replace(FAST.second, least=40, most=40),
)


def train(
    scene: Scene,
    embeddings: LabelEmbeddings | None,
    name: str = "s3fn",
    preset: Preset = SHORT,
    **settings: object,
) -> Model:
    """Train quickly."""
    run = method(name).train(scene, embeddings, Settings(name, preset, **settings))  # type: ignore[arg-type]
    return finish(run, Progress())


def accuracy(model: Model, scene: Scene) -> float:
    """Return the share of the scene's pixels, labelled or not, that are right."""
    ids, confidence = np.zeros((30, 36), np.int16), np.zeros((30, 36), np.float32)
    fill(model, scene.cube, ids, confidence)
    return float((ids == np.repeat([1, 2, 3], 12)).mean())


@pytest.mark.parametrize("name", METHODS)
def test_every_method_learns_a_plain_scene(name: str, scene: Scene, embeddings: LabelEmbeddings) -> None:
    preset = SHORT
    if name == "s3fn-paper":
        first, second = replace(PAPER.first, epochs=15), replace(PAPER.second, epochs=15)
        preset = replace(PAPER, widths=(6, 8, 10), patch=18, components=16, first=first, second=second)
    assert accuracy(train(scene, embeddings, name, preset), scene) > 0.85


@pytest.mark.parametrize(
    "options",
    [Options(joint=True), Options(softmax_beside=True), Options(symmetric=True), Options(residual=True)],
)
def test_options_learn_too(options: Options, scene: Scene, embeddings: LabelEmbeddings) -> None:
    model = train(scene, embeddings, options=options)
    assert accuracy(model, scene) > 0.8
    drift = model.head.drift()  # type: ignore[union-attr, operator]
    assert (drift > 0).all() == options.residual
    assert (drift < 0.5).all()


def test_raw_score_keeps_its_scale(scene: Scene, embeddings: LabelEmbeddings) -> None:
    model = train(scene, embeddings, preset=replace(SHORT, score="raw"))
    assert float(model.head.scale()) == 1
    assert accuracy(model, scene) > 0.8


def test_a_seed_decides_everything(scene: Scene, embeddings: LabelEmbeddings) -> None:
    one, same, other = (train(scene, embeddings, seed=seed) for seed in (1, 1, 2))
    for key, value in one.head.state_dict().items():
        assert torch.equal(value, same.head.state_dict()[key])
    assert not torch.equal(one.head.projection.weight, other.head.projection.weight)  # type: ignore[union-attr]


def test_training_leaves_the_callers_random_numbers_alone(scene: Scene, embeddings: LabelEmbeddings) -> None:
    torch.manual_seed(3)
    wanted = torch.rand(3)
    torch.manual_seed(3)
    train(scene, embeddings)
    assert torch.equal(torch.rand(3), wanted)


def test_only_labelled_pixels_teach(scene: Scene, embeddings: LabelEmbeddings) -> None:
    """Values that no labelled pixel's patch reaches change nothing."""
    preset = replace(SHORT, reduction="pca", from_labels=True)
    ids = scene.ids.copy()
    ids[:, 20:] = 0
    ids[15:] = 0
    values = scene.cube.block().copy()
    other = values.copy()
    other[25:, 30:] = 77
    models = []
    for block in (values, other):
        cube = replace(scene.cube, source=type(scene.cube.source)(block))  # type: ignore[call-arg]
        models.append(train(Scene(cube, ids, scene.classes), embeddings, preset=preset))
    weights = [model.head.projection.weight for model in models]  # type: ignore[union-attr]
    assert torch.equal(*weights)


@pytest.mark.parametrize("after", [1, 45])
def test_cancel_in_either_stage(after: int, scene: Scene, embeddings: LabelEmbeddings) -> None:
    seen: list[float | None] = []
    progress = Progress(lambda fraction, _: seen.append(fraction), lambda: len(seen) >= after)
    run = method("s3fn").train(scene, embeddings, Settings("s3fn", SHORT))
    with pytest.raises(Cancelled):
        finish(run, progress)
    assert len(seen) == after


def test_early_stopping_keeps_the_best(scene: Scene, embeddings: LabelEmbeddings) -> None:
    preset = replace(SHORT, first=replace(SHORT.first, least=400, most=400, rate=0.02, batch=8))
    ids = np.repeat([[1] * 12 + [2] * 12 + [3] * 12], 30, axis=0)
    ids[np.random.default_rng(0).random(ids.shape) < 0.7] = 0
    run = method("s3fn").train(Scene(scene.cube, ids, scene.classes), embeddings, Settings("s3fn", preset))
    measured = []
    while True:
        try:
            step = next(run)
        except StopIteration as done:
            model = done.value
            break
        if step.stage == 1 and step.validation is not None:
            measured.append(step.validation)
    first = model.provenance["stages"][0]
    assert first["validation"] == pytest.approx(min(measured))
    assert first["stopped_early"] == (first["steps"] < 400)


def test_validation_blocks_hold_no_training_pixel() -> None:
    random = np.random.default_rng(1)
    rows, cols = random.integers(0, 100, (2, 600))
    pixels = LabelledPixels(rows, cols, random.integers(0, 4, 600))
    learned, held = hold_out(pixels, 0.25, 14, seed=0)
    assert 0.1 < len(held) / 600 <= 0.25
    assert len(learned) + len(held) == 600
    blocks = [set(zip(part.rows // 14, part.cols // 14, strict=True)) for part in (learned, held)]
    assert not blocks[0] & blocks[1]


def test_hold_out_never_takes_a_whole_class() -> None:
    rows = np.arange(40)
    pixels = LabelledPixels(rows, rows, np.repeat([0, 1], [39, 1]))
    for seed in range(5):
        learned, _ = hold_out(pixels, 0.5, 3, seed)
        assert set(learned.targets) == {0, 1}


def refused(scene: Scene, embeddings: LabelEmbeddings, match: str) -> None:
    """Check that training is refused with a sentence."""
    with pytest.raises(UsageError, match=match):
        next(method("s3fn").train(scene, embeddings, Settings("s3fn", SHORT)))


def test_labels_that_do_not_fit(scene: Scene, embeddings: LabelEmbeddings) -> None:
    refused(replace(scene, ids=scene.ids[:20]), embeddings, "20 × 36 pixels but generated has 30 × 36")
    refused(replace(scene, ids=np.where(scene.ids == 1, 1, 0)), embeddings, "hold 1 class;")
    refused(replace(scene, ids=np.zeros_like(scene.ids)), embeddings, "hold 0 classes")
    refused(replace(scene, ids=np.where(scene.ids == 1, 9, scene.ids)), embeddings, "no class has: 9")


def test_equal_texts_are_refused(scene: Scene, embeddings: LabelEmbeddings) -> None:
    classes = ClassTable(tuple(replace(entry, description="same") for entry in scene.classes))
    refused(replace(scene, classes=classes), embeddings, "same description")


def test_embeddings_of_another_table_are_refused(scene: Scene, embeddings: LabelEmbeddings) -> None:
    refused(scene, replace(embeddings, names=("soil", "water", "corn")), "in order")


def test_one_pixel_per_class_is_enough(scene: Scene, embeddings: LabelEmbeddings) -> None:
    ids = np.zeros_like(scene.ids)
    ids[15, [5, 18, 30]] = [1, 2, 3]
    assert accuracy(train(replace(scene, ids=ids), embeddings), scene) > 0.6


def test_a_class_without_labels_stays_in_the_table(scene: Scene, embeddings: LabelEmbeddings) -> None:
    ids = np.where(scene.ids == 2, 0, scene.ids)
    model = train(replace(scene, ids=ids), embeddings)
    assert model.provenance["labels"] == {"soil": 8, "corn": 0, "water": 8}


def test_unknown_method() -> None:
    with pytest.raises(UsageError, match=r"choose one of .*s3fn"):
        method("magic")


def test_crops_and_patches_teach_the_same(scene: Scene, random_model: Callable[..., Model]) -> None:
    model = random_model(16, 14)
    ids = np.random.default_rng(0).integers(0, 4, (30, 36))
    pixels = labelled_pixels(scene.cube, ids, scene.classes)
    material = Material(scene.cube, pixels, model.preprocessor, model.architecture)
    patches, crops = (read(material, Progress()) for read in (read_patches, read_crops))
    with torch.inference_mode():
        found = [batch.features(model.backbone, batch.images, batch.targets) for batch in (patches, crops)]
    assert [len(z) for z, _ in found] == [len(pixels)] * 2
    for order in found:
        assert sorted(order[1].tolist()) == sorted(pixels.targets.tolist())
    apart = torch.cdist(found[0][0], found[1][0], compute_mode="donot_use_mm_for_euclid_dist")
    assert apart.min(0).values.max() < 1e-4
    assert apart.min(1).values.max() < 1e-4


def test_targets_of_crops_turn_with_them(random_model: Callable[..., Model]) -> None:
    images = torch.randn(2, 16, 45, 45)
    targets = (images[:, 0, 7:39, 7:39] > 0).long()
    for seed in range(8):
        random = torch.Generator().manual_seed(seed)
        turned, labels = turned_at_random(images, targets, random)
        agree = [
            ((turned[:, 0, r : r + 32, c : c + 32] > 0) == labels).float().mean()
            for r in (6, 7)
            for c in (6, 7)
        ]
        assert max(agree) == 1


def test_steps_follow_the_labels() -> None:
    schedule = Schedule(epochs=10, batch=20, rate=1e-3, decay=0, least=8, most=30)
    assert [schedule.steps(n) for n in (2, 40, 1000)] == [8, 20, 30]


@pytest.mark.parametrize("reduction", ["mnf", "pca"])
@pytest.mark.parametrize(
    "damage", ["nan band", "constant band", "nan pixels", "zero pixels", "scattered nan"]
)
def test_damaged_values_are_lived_with(
    reduction: str, damage: str, scene: Scene, embeddings: LabelEmbeddings
) -> None:
    values: NDArray[np.float32] = scene.cube.block().copy()
    dead = np.zeros((30, 36), bool)
    if "band" in damage:
        values[..., 5] = np.nan if damage == "nan band" else 3
    elif "pixels" in damage:
        dead[:4, 10:14] = True
        values[dead] = np.nan if damage == "nan pixels" else 0
    else:
        values[np.random.default_rng(0).random(values.shape) < 0.01] = np.nan
    cube = replace(scene.cube, source=type(scene.cube.source)(values))  # type: ignore[call-arg]
    ids = np.where(dead, 0, scene.ids)
    preset = replace(SHORT, reduction=reduction)
    model = train(Scene(cube, ids, scene.classes), embeddings, preset=preset)
    found, confidence = np.zeros((30, 36), np.int16), np.zeros((30, 36), np.float32)
    fill(model, cube, found, confidence)
    np.testing.assert_array_equal(found == 0, dead)
    assert np.isfinite(confidence).all()
    assert (found == np.repeat([1, 2, 3], 12))[~dead].mean() > 0.8


def test_a_cube_without_variation_is_refused(
    make_cube: Callable[..., Cube], scene: Scene, embeddings: LabelEmbeddings
) -> None:
    from hsi_studio.errors import HsiError

    cube = make_cube(np.full((30, 36, 30), 7.0, np.float32))
    with pytest.raises(HsiError, match="no band that varies"):
        train(replace(scene, cube=cube), embeddings)


def test_a_cube_of_few_bands(
    make_cube: Callable[..., Cube], scene: Scene, embeddings: LabelEmbeddings
) -> None:
    cube = make_cube(scene.cube.block()[..., :4])
    assert accuracy(train(replace(scene, cube=cube), embeddings), replace(scene, cube=cube)) > 0.6


def test_ids_need_not_be_contiguous(scene: Scene, embeddings: LabelEmbeddings) -> None:
    ids = np.array([0, 10, 3, 7])[scene.ids]
    entries = [replace(entry, id=i) for entry, i in zip(scene.classes, (10, 3, 7), strict=True)]
    model = train(Scene(scene.cube, ids, ClassTable(tuple(entries))), embeddings)
    found, confidence = np.zeros((30, 36), np.int16), np.zeros((30, 36), np.float32)
    fill(model, scene.cube, found, confidence)
    assert (found == np.repeat([10, 3, 7], 12)).mean() > 0.85
    assert isinstance(entries[0], ClassEntry)
