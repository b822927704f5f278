"""The picture of a cube: same colours in every window, transparency, stretches, value types."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.render import channels, compute_levels, histogram, render
from hsi_studio.core.source import ArraySource
from hsi_studio.core.view import (
    BandRange,
    Composite,
    Levels,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    Stretch,
    TrueColor,
    ViewSpec,
)
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.demo_scene import open_demo

MakeCube = Callable[..., Cube]
COMPOSITES: list[Composite] = [
    RgbComposite(20, 9, 2),
    SingleBand(12, "viridis"),
    TrueColor(),
    PcaComposite(),
    SpectralIndex("NDVI", "RdYlGn"),
    RangeMath(BandRange(600, 700), BandRange(700, 900)),
]
ABSOLUTE = Stretch("fixed", 0, 255)


@pytest.fixture
def scene(make_cube: MakeCube, rng: np.random.Generator) -> Cube:
    values = rng.uniform(0.02, 0.6, (37, 41, 30)).astype(np.float32)
    values[3, 4, :] = np.nan
    values[10:12, 7:9, :] = -9999
    return make_cube(
        values, wavelengths_nm=np.linspace(400, 1000, 30), nodata=-9999.0, quantity="reflectance"
    )


@pytest.mark.parametrize("composite", COMPOSITES, ids=lambda composite: type(composite).__name__)
class TestEveryComposite:
    def test_windows_and_steps_agree_with_the_whole(self, scene: Cube, composite: Composite) -> None:
        spec = ViewSpec(composite)
        levels = compute_levels(scene, spec)
        whole = render(scene, spec)
        assert whole.shape == (37, 41, 4)
        assert whole.dtype == np.uint8
        for window, step in ((Window(2, 3, 20, 30), 1), (Window(2, 3, 20, 30), 3), (scene.window, 5)):
            part = render(scene, spec, window, step, levels=levels)
            # Sums over bands may differ in the last bit with the size of the product.
            np.testing.assert_allclose(part.astype(int), whole[window.slices(step)].astype(int), atol=1)

    def test_levels_are_those_of_the_whole_cube(self, scene: Cube, composite: Composite) -> None:
        spec = ViewSpec(composite)
        part = render(scene, spec, Window(0, 0, 8, 8))
        given = render(scene, spec, Window(0, 0, 8, 8), levels=compute_levels(scene, spec))
        np.testing.assert_array_equal(part, given)

    def test_nan_and_nodata_are_transparent_and_nothing_else(self, scene: Cube, composite: Composite) -> None:
        alpha = render(scene, ViewSpec(composite))[..., 3]
        expected = np.full((37, 41), 255)
        expected[3, 4] = 0
        expected[10:12, 7:9] = 0
        np.testing.assert_array_equal(alpha, expected)

    def test_limits_leave_out_invalid_pixels(self, scene: Cube, composite: Composite) -> None:
        minmax = compute_levels(scene, ViewSpec(composite, Stretch("minmax")))
        shown = channels(scene, composite)
        for low, high in minmax.limits:
            assert np.nanmin(shown) - 1e-5 <= low < high <= np.nanmax(shown) + 1e-5


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "u4", "i8", "f4", "f8", ">f4", "?"])
def test_every_value_type(make_cube: MakeCube, dtype: str) -> None:
    values = (np.arange(60).reshape(4, 5, 3) % 2 if dtype == "?" else np.arange(60).reshape(4, 5, 3)) + 0
    cube = make_cube(values.astype(dtype))
    picture = render(cube, ViewSpec(RgbComposite(0, 1, 2), Stretch("fixed", 0, values.max())))
    expected = values / values.max() * 255
    np.testing.assert_allclose(picture[..., :3], expected, atol=0.7)
    assert (picture[..., 3] == 255).all()


def test_signed_nodata_and_large_sentinels(make_cube: MakeCube) -> None:
    integers = make_cube(np.array([[[-32768], [5]]], np.int16), nodata=-32768.0)
    resampled = -1.23e34 * 0.4 + 0.6
    floats = make_cube(np.array([[[-1.23e34], [resampled], [np.inf], [1.0]]], np.float32), nodata=-1.23e34)
    spec = ViewSpec(SingleBand(0))
    assert render(integers, spec)[0, :, 3].tolist() == [0, 255]
    assert render(floats, spec)[0, :, 3].tolist() == [0, 0, 0, 255]
    assert compute_levels(floats, spec).limits[0] == (0.5, 1.5)


def test_nodata_outside_the_type_hides_nothing(make_cube: MakeCube) -> None:
    cube = make_cube(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), nodata=-9999.0)
    assert (render(cube, ViewSpec(RgbComposite(0, 1, 2)))[..., 3] == 255).all()


def test_fixed_limits_and_gamma(make_cube: MakeCube) -> None:
    cube = make_cube(np.array([[[-10.0], [0.0], [25.0], [100.0], [1000.0]]], np.float32))
    straight = render(cube, ViewSpec(SingleBand(0), Stretch("fixed", 0, 100)))
    assert straight[0, :, 0].tolist() == [0, 0, 64, 255, 255]
    bright = render(cube, ViewSpec(SingleBand(0), Stretch("fixed", 0, 100, gamma=2.0)))
    assert bright[0, 2, 0] == pytest.approx(0.5 * 255, abs=1)
    assert bright[0, [1, 3], 0].tolist() == [0, 255]


def test_percentiles_each_and_joint(make_cube: MakeCube, rng: np.random.Generator) -> None:
    values = rng.normal((1, 10, 100), (0.1, 1, 10), (90, 90, 3)).astype(np.float32)
    cube = make_cube(values)
    each = compute_levels(cube, ViewSpec(RgbComposite(0, 1, 2), Stretch(low=5, high=90)))
    np.testing.assert_allclose(each.limits, np.percentile(values, (5, 90), axis=(0, 1)).T, rtol=1e-5)
    joint = compute_levels(cube, ViewSpec(RgbComposite(0, 1, 2), Stretch(low=5, high=90, joint=True)))
    np.testing.assert_allclose(joint.limits, [np.percentile(values, (5, 90))] * 3, rtol=1e-5)


def test_impossible_percentages_are_told(scene: Cube) -> None:
    with pytest.raises(UsageError, match="the stretch 2–110 is no pair of percentages; use 2 and 98"):
        compute_levels(scene, ViewSpec(SingleBand(0), Stretch(low=2, high=110)))


def test_constant_empty_and_nearly_constant_bands(make_cube: MakeCube) -> None:
    values = np.zeros((20, 20, 3), np.float32)
    values[..., 0] = 7
    values[..., 1] = np.nan
    values[0, 0, 2] = 1
    cube = make_cube(values)
    assert (render(cube, ViewSpec(SingleBand(0)))[..., 0] == 128).all()
    assert (render(cube, ViewSpec(SingleBand(1)))[..., 3] == 0).all()
    rare = render(cube, ViewSpec(SingleBand(2)))
    assert rare[0, 0, 0] == 255
    assert (rare[1:, :, 0] == 0).all()


def test_large_cubes_are_sampled(make_cube: MakeCube) -> None:
    class Counting(ArraySource):
        read_pixels = 0

        def read(self, window: Window, bands: Any, step: int = 1) -> NDArray[Any]:
            block = super().read(window, bands, step)
            self.read_pixels += block.shape[0] * block.shape[1]
            return block

    source = Counting(np.broadcast_to(np.arange(3000, dtype=np.uint16)[:, None, None], (3000, 2000, 1)))
    levels = compute_levels(Cube(source, "large"), ViewSpec(SingleBand(0)))
    assert source.read_pixels <= 250_000
    np.testing.assert_allclose(levels.limits[0], (60, 2940), atol=5)


def test_bands_come_through_the_given_reader(scene: Cube) -> None:
    asked: list[tuple[int, Window, int]] = []

    def read_band(band: int, window: Window, step: int) -> NDArray[Any]:
        asked.append((band, window, step))
        return scene.band(band, window, step)

    window = Window(0, 0, 9, 9)
    render(scene, ViewSpec(RgbComposite(5, 6, 7), ABSOLUTE), window, 2, read_band=read_band)
    assert asked == [(5, window, 2), (6, window, 2), (7, window, 2)]


def test_colour_map_ends(make_cube: MakeCube) -> None:
    import cmap

    cube = make_cube(np.array([[[0], [255]]], np.uint8))
    picture = render(cube, ViewSpec(SingleBand(0, "viridis"), ABSOLUTE))
    ends = np.round(cmap.Colormap("viridis").lut(256)[[0, -1]] * 255)
    np.testing.assert_array_equal(picture[0], ends)


def test_unknown_colour_map_is_told(make_cube: MakeCube) -> None:
    with pytest.raises(UsageError, match="no colour map 'octarine'; choose one of"):
        render(make_cube(np.zeros((2, 2, 1), np.uint8)), ViewSpec(SingleBand(0, "octarine")))


def test_classification_rasters_have_class_colours(make_cube: MakeCube) -> None:
    table = ClassTable.from_names(("soil", "tree"), ((200, 100, 0), (0, 90, 0)))
    cube = make_cube(np.array([[[0], [1], [2], [9]]], np.uint8), classes=table)
    picture = render(cube, ViewSpec(SingleBand(0)))
    assert picture[0].tolist() == [[0, 0, 0, 0], [200, 100, 0, 255], [0, 90, 0, 255], [0, 0, 0, 0]]


def test_histogram_counts_every_valid_pixel_of_the_sample(scene: Cube) -> None:
    found = histogram(scene, ViewSpec(RgbComposite(0, 1, 2)), bins=64)
    assert found.counts.shape == (3, 64)
    assert found.edges.shape == (3, 65)
    assert found.counts.sum(axis=1).tolist() == [37 * 41 - 5] * 3


def test_a_wild_value_does_not_squeeze_the_histogram(make_cube: Callable[..., Cube]) -> None:
    values = np.linspace(0, 1, 10_000).reshape(100, 100, 1)
    values[0, 0] = 1e9
    found = histogram(make_cube(values), ViewSpec(SingleBand(0)), bins=10)
    assert found.edges[0, -1] < 1.01
    assert found.counts.sum() == values.size
    assert found.counts.min() > 900


def test_indian_pines_looks_the_same_twice() -> None:
    cube, _ = open_demo()
    for composite in (TrueColor(), PcaComposite()):
        first, second = render(cube, ViewSpec(composite)), render(open_demo()[0], ViewSpec(composite))
        np.testing.assert_array_equal(first, second)
        assert first[..., :3].std() > 30
        assert (first[..., 3] == 255).all()


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(width=32), min_size=1, max_size=12),
    low=st.floats(-1e6, 1e6),
    width=st.floats(0, 1e6),
    gamma=st.floats(0.2, 5),
)
def test_any_floats_draw_and_only_finite_ones_show(
    values: list[float], low: float, width: float, gamma: float
) -> None:
    row = np.array(values, np.float32)[None, :, None]
    cube = Cube(ArraySource(row), "any")
    limits = Stretch("fixed", low, low + width, gamma=gamma)
    for stretch in (limits, Stretch(gamma=gamma), Stretch("minmax")):
        picture = render(cube, ViewSpec(SingleBand(0), stretch))
        np.testing.assert_array_equal(picture[0, :, 3] == 255, np.isfinite(row[0, :, 0]))
    grey = render(cube, ViewSpec(SingleBand(0), limits), levels=Levels(((low, low + width + 1),)))
    order = np.argsort(row[0, :, 0])
    finite = order[np.isfinite(row[0, order, 0])]
    assert (np.diff(grey[0, finite, 0].astype(int)) >= 0).all()
