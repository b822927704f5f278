"""The dense network gives what the patch network gives, whatever the sizes, presets and tiles."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.window import Window
from hsi_studio.ml.model import Model
from hsi_studio.ml.padding import read_tile
from hsi_studio.ml.predict import predict
from hsi_studio.ml.tiling import reflected, tiles

TOLERANCE = 1e-4


def patchwise(model: Model, cube: Cube) -> NDArray[np.float32]:
    """Return class probabilities (rows, cols, U), each pixel from its own patch of P × P."""
    sizes = model.architecture
    tile = read_tile(cube, model.preprocessor, cube.window, sizes.before, sizes.patch - 1 - sizes.before)
    windows = tile.image.unfold(1, sizes.patch, 1).unfold(2, sizes.patch, 1)
    patches = windows.permute(1, 2, 0, 3, 4).flatten(0, 1)
    with torch.inference_mode():
        projected = model.head(model.backbone(patches))
    return model.scores(projected).softmax(1).reshape(cube.rows, cube.cols, -1).numpy()


@given(
    patch=st.integers(14, 33),
    components=st.integers(14, 26),
    rows=st.integers(1, 20),
    cols=st.integers(1, 20),
    side=st.integers(3, 24),
    paper=st.booleans(),
    seed=st.integers(0, 100),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dense_equals_patchwise(  # noqa: PLR0917
    patch: int, components: int, rows: int, cols: int, side: int, paper: bool, seed: int,
    make_cube: Callable[..., Cube], random_model: Callable[..., Model],
) -> None:  # fmt: skip
    values = np.random.default_rng(seed).normal(500, 100, (rows, cols, 30)).astype(np.float32)
    cube = make_cube(values)
    model = random_model(components, patch, paper=paper, seed=seed)
    wanted = patchwise(model, cube)
    for part in predict(model, cube, side=side):
        own = wanted[part.window.slices()]
        np.testing.assert_allclose(part.confidence, own.max(axis=2), atol=TOLERANCE)
        chosen = np.take_along_axis(own, part.positions[..., None].astype(int), 2)[..., 0]
        np.testing.assert_allclose(chosen, own.max(axis=2), atol=TOLERANCE)


def test_features_are_equal_and_not_trivial(random_model: Callable[..., Model]) -> None:
    model = random_model(23, 32, paper=True, seed=1, widths=(32, 64, 128))
    images = torch.randn(2, 23, 36, 34)
    sizes = model.architecture
    with torch.inference_mode():
        dense = model.backbone.dense(images)
        one = model.backbone(images[1:, :, 2:34, 1:33])
    assert dense.shape == (2, 128, 36 - sizes.field + 1, 34 - sizes.field + 1)
    torch.testing.assert_close(dense[1:, :, 2, 1], one, atol=1e-5, rtol=0)
    assert dense.std() > 10 * TOLERANCE


@pytest.mark.parametrize(
    ("patch", "widths"), [(14, (16, 32, 64)), (26, (4, 6, 8)), (32, (32, 64, 128)), (58, (3, 4, 5))]
)
def test_the_fast_way_on_a_cpu_gives_the_same_features(
    patch: int, widths: tuple[int, int, int], random_model: Callable[..., Model]
) -> None:
    backbone = random_model(23, patch, paper=patch == 32, seed=1, widths=widths).backbone
    images = torch.randn(2, 23, patch + 9, patch + 30)
    plain = backbone.dense(images).detach()  # with gradients
    with torch.inference_mode():
        fast = backbone.dense(images)
    assert not torch.equal(fast, plain)
    torch.testing.assert_close(fast, plain, atol=2e-5, rtol=0)


@pytest.mark.parametrize(("patch", "field"), [(14, 14), (16, 14), (18, 18), (30, 30), (32, 30)])
def test_used_field(patch: int, field: int, random_model: Callable[..., Model]) -> None:
    model = random_model(14, patch, paper=False, seed=0)
    assert model.architecture.field == field
    image = torch.zeros(1, 14, patch, patch, requires_grad=True)
    model.backbone(image + torch.randn_like(image)).square().sum().backward()
    assert image.grad is not None
    touched = image.grad[0].abs().sum(0) > 0
    assert touched.any(1).sum() == touched.any(0).sum() == field


def test_a_pixel_is_in_the_middle_of_its_field(
    make_cube: Callable[..., Cube], random_model: Callable[..., Model]
) -> None:
    values = np.random.default_rng(0).normal(0, 1, (41, 41, 30)).astype(np.float32)
    changed = values.copy()
    changed[20, 20] += 5
    model = random_model(20, 18, paper=False, seed=3)
    one, other = (next(predict(model, make_cube(v), side=64)).confidence for v in (values, changed))
    rows, cols = np.nonzero(np.abs(one - other) > 1e-6)
    # An even field reaches one pixel further up and left than down and right.
    assert (rows.min(), rows.max()) == (cols.min(), cols.max()) == (20 - 8, 20 + 9)


def test_operations_are_counted(random_model: Callable[..., Model]) -> None:
    sizes = replace(random_model(24, 14, paper=False, seed=0).architecture, widths=(32, 64, 128))
    assert sizes.macs_per_pixel() == 22 * 27 * 32 + 9 * 27 * 32 * 64 + 7 * 27 * 64 * 128 + 128 * 3 * 128
    assert 5 < sizes.macs_per_patch() / sizes.macs_per_pixel() < 14


@given(length=st.integers(1, 9), start=st.integers(-30, 5), count=st.integers(1, 50))
def test_reflection_is_numpys(length: int, start: int, count: int) -> None:
    axis = np.arange(length)
    wanted = np.pad(axis, (40, 60), mode="reflect")[40 + start : 40 + start + count]
    np.testing.assert_array_equal(reflected(start, start + count, length), wanted)


@given(rows=st.integers(1, 20), cols=st.integers(1, 20), side=st.integers(1, 25))
def test_tiles_cover_everything_once(rows: int, cols: int, side: int) -> None:
    seen = np.zeros((rows, cols), int)
    for window in tiles(Window.full(rows, cols), side):
        seen[window.slices()] += 1
    assert (seen == 1).all()
