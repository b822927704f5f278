"""What only a CUDA GPU can show: equal results, a memory that is full, a GPU that is lost."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.ml.components import components
from hsi_studio.ml.labelled import draw_labels
from hsi_studio.ml.mapping import class_map, demo_model, unseen_agreement
from hsi_studio.ml.methods import finish, method
from hsi_studio.ml.model import Model
from hsi_studio.ml.model_file import load_classifier
from hsi_studio.ml.presets import Settings
from hsi_studio.ml.scene import Scene

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")

GPU = "cuda:0"


@pytest.fixture
def full_precision() -> Iterator[None]:
    """Convolutions in float32; cuDNN rounds to TF32 otherwise."""
    with torch.backends.cudnn.flags(allow_tf32=False):
        yield


@pytest.mark.parametrize("patch", [14, 18, 32])
@pytest.mark.usefixtures("full_precision")
def test_dense_equals_patchwise(patch: int, random_model: Callable[..., Model]) -> None:
    model = random_model(23, patch, paper=patch == 32, seed=1, widths=(32, 64, 128))
    sizes, images = model.architecture, torch.randn(2, 23, patch + 9, patch + 12)
    with torch.inference_mode():
        plain = model.backbone(images[1:, :, 3 : 3 + patch, 2 : 2 + patch])
        dense = model.backbone.to(GPU).dense(images.to(GPU)).cpu()
        on_gpu = model.backbone(images[1:, :, 3 : 3 + patch, 2 : 2 + patch].to(GPU)).cpu()
    assert dense.shape[2:] == (patch + 9 - sizes.field + 1, patch + 12 - sizes.field + 1)
    torch.testing.assert_close(dense[1:, :, 3, 2], on_gpu, atol=1e-4, rtol=0)
    torch.testing.assert_close(dense[1:, :, 3, 2], plain, atol=1e-4, rtol=0)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "f4", "f8"])
def test_components_are_those_of_the_cpu(
    dtype: str, make_cube: Callable[..., Cube], random_model: Callable[..., Model]
) -> None:
    random = np.random.default_rng(0)
    values: NDArray[np.generic] = random.integers(0, 250, (40, 50, 30)).astype(dtype)
    values[3:5], values[9, 9, :20] = 7, 7
    cube = make_cube(values, nodata=7.0, scale_factor=0.5)
    preprocessor = random_model(16, 14).preprocessor
    here, there = (components(cube, preprocessor, values, device) for device in ("cpu", GPU))
    torch.testing.assert_close(there[0].cpu(), here[0], atol=1e-4, rtol=0)
    assert torch.equal(there[1].cpu(), here[1])
    assert not here[1][3:5].any()


def test_the_demo_models_map_is_that_of_the_cpu() -> None:
    cube, truth = open_demo()
    model = load_classifier(demo_model())
    here, there = (class_map(model, cube, device=device) for device in ("cpu", GPU))
    assert (here.ids == there.ids).mean() > 0.995
    assert here.confidence is not None
    assert there.confidence is not None
    assert np.abs(here.confidence - there.confidence).max() < 0.03
    seen = [unseen_agreement(model, one.ids, truth.ids).overall_accuracy for one in (here, there)]
    assert abs(seen[0] - seen[1]) < 0.003


def test_a_seed_reproduces_a_training() -> None:
    cube, truth = open_demo()
    shipped = load_classifier(demo_model())
    scene = Scene(cube, draw_labels(truth.ids, 10, seed=0), shipped.classes)
    run = method("s3fn")

    def trained() -> Model:
        model = finish(run.train(scene, shipped.embeddings, Settings("s3fn", device=GPU)), Progress())
        assert isinstance(model, Model)
        return model

    one, other = trained(), trained()
    for name, value in one.backbone.state_dict().items():
        assert torch.equal(value, other.backbone.state_dict()[name]), name
    seen = unseen_agreement(one, class_map(one, cube, device=GPU).ids, truth.ids)
    assert seen.overall_accuracy > 0.7


def test_a_full_memory_makes_tiles_smaller(caplog: pytest.LogCaptureFixture) -> None:
    cube, _ = open_demo()
    model = load_classifier(demo_model())
    wanted = class_map(model, cube, device=GPU)
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(GPU).total_memory
    torch.cuda.set_per_process_memory_fraction(60e6 / total + torch.cuda.memory_reserved() / total)
    try:
        found = class_map(model, cube, device=GPU)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert "Out of memory" in caplog.text
    assert (found.ids == wanted.ids).mean() > 0.995
    assert (found.ids > 0).all()


LOSE_THE_GPU = """
import torch
from hsi_studio.errors import HsiError, foreseen
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.ml.devices import choose_device
from hsi_studio.ml.mapping import class_map, demo_model
from hsi_studio.ml.model_file import load_classifier

assert choose_device() == "cuda:0"
cube, _ = open_demo()
model = load_classifier(demo_model()).to("cuda:0")
try:
    torch.zeros(3, device="cuda:0")[torch.tensor([99], device="cuda:0")].cpu()
except RuntimeError as error:
    print(foreseen(error))
try:
    class_map(model, cube, device="cuda:0")
except RuntimeError as error:
    print(foreseen(error))
assert choose_device() == "cpu"
try:
    choose_device("cuda")
except HsiError as error:
    print(error)
again = class_map(load_classifier(demo_model()), cube, device=choose_device())
assert (again.ids > 0).all()
"""


def test_a_lost_gpu_is_told_and_the_cpu_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", LOSE_THE_GPU], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert first.startswith("the GPU failed (CUDA error")
    assert second.startswith("the GPU failed (CUDA error")
    assert third.startswith("the device cuda:0 does not answer (CUDA error")


def test_networks_learn_on_the_gpu_with_every_option() -> None:
    cube, truth = open_demo()
    shipped = load_classifier(demo_model())
    scene = Scene(cube, draw_labels(truth.ids, 60, seed=0), shipped.classes)  # enough to hold some out
    settings = Settings("s3fn", device=GPU)
    every = replace(settings.options, joint=True, softmax_beside=True, symmetric=True, residual=True)
    model = finish(
        method("s3fn").train(scene, shipped.embeddings, replace(settings, options=every)), Progress()
    )
    assert model.provenance["dense_training"] in {True, False}
    seen = unseen_agreement(model, class_map(model, cube, device=GPU).ids, truth.ids)
    assert seen.overall_accuracy > 0.7
