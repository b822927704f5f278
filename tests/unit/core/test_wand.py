"""Growing selections against whole-image computations."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import TILE, Labels
from hsi_studio.core.progress import Progress
from hsi_studio.core.selection import Selection
from hsi_studio.core.source import ArraySource
from hsi_studio.core.wand import SpectralWand, connected_region, flood, flood_view
from hsi_studio.core.window import Window
from hsi_studio.errors import Cancelled, UsageError

MakeCube = Callable[..., Cube]
ROWS, COLS = 2 * TILE + 15, TILE + 40


def _component(inside: NDArray[np.bool_], pixel: tuple[int, int]) -> NDArray[np.bool_]:
    components, _ = ndimage.label(inside)
    return (components == components[pixel]) & inside


def _placed(selection: Selection, size: tuple[int, int]) -> NDArray[np.bool_]:
    return selection.read(Window.full(*size))


def _noise(seed: int, share: float, blur: float) -> NDArray[np.float64]:
    field = ndimage.gaussian_filter(np.random.default_rng(seed).random((ROWS, COLS)), blur)
    return (field < np.quantile(field, share)).astype(float)


@given(st.integers(0, 99), st.sampled_from([0.5, 0.62, 0.9]), st.sampled_from([0.0, 3.0]), st.data())
@settings(deadline=None, max_examples=40)
def test_flood_is_one_component_whatever_the_tiles(
    seed: int, share: float, blur: float, data: st.DataObject
) -> None:
    plane = _noise(seed, share, blur)
    pixel = data.draw(st.integers(0, ROWS - 1)), data.draw(st.integers(0, COLS - 1))
    found = flood(plane, *pixel, tolerance=0.5)
    assert np.array_equal(_placed(found, plane.shape), _component(plane == plane[pixel], pixel))
    labels = Labels.from_array(plane.astype(int) * 3)
    region = connected_region(labels, *pixel)
    assert np.array_equal(_placed(region, plane.shape), _placed(found, plane.shape))


def test_a_spiral_through_all_tiles_is_followed_to_its_end() -> None:
    plane = np.ones((3 * TILE, 3 * TILE))
    for ring in range(2, 3 * TILE // 2, 4):
        plane[ring, ring:-ring] = plane[-ring, ring - 4 if ring > 4 else 0 : -ring] = 0
        plane[ring : -ring + 1, -ring] = plane[ring + 4 : -ring, ring] = 0
    expected = _component(plane == 1, (0, 0))
    assert np.array_equal(_placed(flood(plane, 0, 0, 0.1), plane.shape), expected)


def test_flood_compares_the_worst_channel_of_unsigned_colours() -> None:
    picture = np.zeros((4, 5, 3), np.uint8)
    picture[:, 2:] = (3, 0, 9)
    picture[:, 4] = 250
    assert flood(picture, 0, 0, 8).count == 8
    assert flood(picture, 0, 0, 9).count == 16
    assert flood(picture, 0, 4, 5).window == Window(0, 4, 4, 1)


def test_outside_the_image_nothing_is_connected() -> None:
    assert not connected_region(Labels(5, 5), 5, 0)
    assert not connected_region(Labels(5, 5), 0, -1)


def _angles(values: NDArray[np.float64], pixel: tuple[int, int]) -> NDArray[np.float64]:
    """Spectral angles over the bands that are finite in both, one pixel at a time."""
    seed = values[pixel]
    angles = np.full(values.shape[:2], np.nan)
    for place in np.ndindex(*values.shape[:2]):
        both = np.isfinite(seed) & np.isfinite(values[place])
        a, b = seed[both], values[place][both]
        if a.any() and b.any():
            angles[place] = np.arccos(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))
    return angles


@given(st.integers(0, 999), st.floats(0, 1.2), st.booleans())
@settings(deadline=None)
def test_the_wand_equals_angles_of_pixel_after_pixel(seed: int, angle: float, connected: bool) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(1, 1, (9, 11, 6)).astype(np.float32)
    values[random.random(values.shape) < 0.05] = np.nan
    values[0, 0] = np.nan
    bad = np.array([False, True, False, False, False, False])
    cube = Cube(ArraySource(values), "generated", bad_bands=bad)
    pixel = 4, 5
    values[pixel][2] = np.nan
    expected = _angles(np.where(bad, np.nan, values).astype(float), pixel)
    near = np.abs(expected - angle) < 1e-6
    inside = (expected <= angle) | (np.arange(99).reshape(9, 11) == 4 * 11 + 5)
    found = SpectralWand(cube, *pixel).select(angle, connected=connected)
    if not near.any():
        reference = _component(inside, pixel) if connected else inside
        assert np.array_equal(_placed(found, (9, 11)), reference)


def test_no_data_takes_no_part_and_zero_spectra_are_never_alike(make_cube: MakeCube) -> None:
    values = np.full((3, 4, 5), 100, np.int16)
    values[0, 1, 2] = -999
    values[1] = -999
    values[2, 0] = 0
    wand = SpectralWand(make_cube(values, nodata=-999), 0, 0)
    assert wand.select(0.001, connected=False).count == 4 + 3
    for pixel in ((1, 1), (2, 0)):
        with pytest.raises(UsageError, match="nothing was measured at row"):
            SpectralWand(make_cube(values, nodata=-999), *pixel)


def test_equal_spectra_are_at_angle_zero(make_cube: MakeCube) -> None:
    values = np.random.default_rng(3).random((1, 3, 200)).astype(np.float32)
    values[0, 1] = values[0, 0] * 2
    wand = SpectralWand(make_cube(values), 0, 0)
    assert wand.select(1e-6).count == 2


class _Counting(ArraySource):
    """Counts the pixels that are read."""

    pixels = 0

    def read(self, window: Window, bands: Sequence[int], step: int = 1) -> NDArray[np.generic]:
        self.pixels += window.size
        return super().read(window, bands, step)


def test_a_connected_wand_reads_only_where_it_grows_and_each_tile_once() -> None:
    source = _Counting(np.broadcast_to(np.ones(3, np.float32), (20_000, 20_000, 3)))
    wand = SpectralWand(Cube(source, "large"), 1000, 100)
    with pytest.raises(Cancelled):
        wand.select(0.1, progress=Progress(is_cancelled=lambda: source.pixels > 40 * TILE**2))
    assert source.pixels <= 42 * TILE**2

    values = np.ones((4 * TILE, 4 * TILE, 3), np.float32)
    values[:, 200:] = (1, 0, 0)
    source = _Counting(values)
    wand = SpectralWand(Cube(source, "walled"), 5, 5)
    for angle in (0.1, 0.2, 0.05):
        assert wand.select(angle).window == Window(0, 0, 4 * TILE, 200)
    assert source.pixels == 4 * TILE**2 + 1


def test_kept_angles_are_bounded_and_forgotten_ones_come_back(
    monkeypatch: pytest.MonkeyPatch, make_cube: MakeCube
) -> None:
    monkeypatch.setattr("hsi_studio.core.wand._KEPT_TILES", 2)
    values = np.random.default_rng(1).random((TILE * 2 + 3, TILE + 3, 4))
    wand = SpectralWand(make_cube(values), 0, 0)
    some = wand.select(0.4, connected=False)
    assert len(wand._tiles) == 2
    assert wand.select(0.4, connected=False).count == some.count == (_plain_angles(values) <= 0.4).sum()


def _plain_angles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(values, axis=2)
    return np.arccos(np.clip(values @ values[0, 0] / norms / norms[0, 0], -1, 1))


def test_flood_of_a_view_reads_only_where_it_grows() -> None:
    asked: list[Window] = []

    def read(window: Window) -> NDArray[np.uint8]:
        asked.append(window)
        rows = np.arange(window.row, window.row_stop) < 300
        return np.repeat((rows[:, None, None] * 200).astype(np.uint8), window.cols, axis=1)

    found = flood_view(read, (20_000, 300), (0, 0), 10)
    assert found.window == Window(0, 0, 300, 300)
    assert max(window.row_stop for window in asked) <= 3 * TILE


def test_cancelling_a_search_everywhere(make_cube: MakeCube) -> None:
    wand = SpectralWand(make_cube(np.ones((2 * TILE, TILE, 2))), 0, 0)
    calls: list[float | None] = []
    with pytest.raises(Cancelled):
        wand.select(
            0.1,
            connected=False,
            progress=Progress(lambda done, text: calls.append(done), lambda: bool(calls)),
        )
    assert calls == [0.0]
