"""Objects before their background, generated objects, and cubes side by side."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsi_studio.core.cube import Cube
from hsi_studio.core.foreground import Foreground, Side, parted
from hsi_studio.core.mosaic import mosaic
from hsi_studio.core.synthetic_objects import ObjectLook, synthetic_object
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.envi_library import read_library


def test_the_object_is_found_on_either_side_of_otsus_threshold(rng: np.random.Generator) -> None:
    inside = np.zeros((30, 40), bool)
    inside[8:22, 10:31] = True
    plane = np.where(inside, 5, 1) + rng.normal(0, 0.3, inside.shape)
    assert (parted(plane.astype(np.float32)) == inside).mean() > 0.995
    assert (parted(-plane.astype(np.float32)) == inside).mean() > 0.995
    assert (parted(plane.astype(np.float32), side=Side.BELOW) == ~inside).mean() > 0.995
    plane[0, 0] = np.nan
    found = parted(plane.astype(np.float32), 3.0, Side.BELOW)
    assert not found[0, 0]
    assert found.sum() == np.nansum(plane <= 3)


def test_a_few_highlights_do_not_take_the_threshold_away(rng: np.random.Generator) -> None:
    inside = np.zeros((60, 60), bool)
    inside[15:45, 15:45] = True
    plane = (np.where(inside, 5, 1) + rng.normal(0, 0.3, inside.shape)).astype(np.float32)
    plane[30, 30:33] = 1e6
    assert (parted(plane) == inside).mean() > 0.995


def test_bands_indices_and_what_is_missing(make_cube: Callable[..., Cube]) -> None:
    wavelengths = np.linspace(450, 900, 10)
    values = np.full((9, 9, 10), 0.2, np.float32)
    values[3:6, 3:6, 7:] = 0.8
    cube = make_cube(values, wavelengths_nm=wavelengths)
    for way in (Foreground(), Foreground(band_nm=850), Foreground(index="NDVI", threshold=0.3)):
        found = way.pixels(cube)
        assert found[3:6, 3:6].all()
        assert found.sum() == 9
    assert Foreground(everything=True).pixels(cube).all()
    with pytest.raises(UsageError, match="no wavelengths"):
        Foreground(band_nm=850).pixels(make_cube(values))
    assert Foreground(band_nm=940).pixels(cube).sum() == 9
    for nm in (5000, 1, float("nan")):
        with pytest.raises(UsageError, match=rf"no band near {nm:g} nm; ask for one from 450 to 900 nm"):
            Foreground(band_nm=nm).pixels(cube)
    with pytest.raises(UsageError, match="no measured pixel"):
        Foreground().pixels(make_cube(np.full((3, 3, 2), np.nan, np.float32)))


def test_generated_objects_are_told_from_their_background(shared_data: Path) -> None:
    library = read_library(shared_data / "speclibs" / "spectra.sli")
    bright = np.argsort(library.spectra.mean(axis=1))
    spectra = library.spectra[[*bright[[-300, -900, -1500]], bright[20]]]
    agreeing = []
    for seed in range(12):
        made = synthetic_object(spectra, library.wavelengths_nm, seed % 3, np.random.default_rng(seed))
        found = Foreground().pixels(made.cube)
        agreeing.append((found & made.inside).sum() / (found | made.inside).sum())
        again = synthetic_object(spectra, library.wavelengths_nm, seed % 3, np.random.default_rng(seed))
        assert (again.cube.block() == made.cube.block()).all()
    assert min(agreeing) > 0.75


def test_generated_objects_keep_their_class_spectrum_without_spread(rng: np.random.Generator) -> None:
    spectra = rng.uniform(0.1, 0.9, (4, 50))
    look = ObjectLook(spread=0, texture=0, highlight=0, noise=0)
    made = synthetic_object(spectra, None, 2, rng, look)
    pixels = made.cube.block()[made.inside]
    angles = [np.corrcoef(pixels.mean(axis=0), one)[0, 1] for one in spectra]
    assert int(np.argmax(angles)) == 2
    assert pixels.max() / pixels.min() > 3


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=7),
    st.integers(0, 3),
    st.integers(0, 100),
)
def test_a_mosaic_reads_its_cubes_wherever_it_is_asked(
    sizes: list[tuple[int, int]], gap: int, seed: int
) -> None:
    from hsi_studio.core.source import ArraySource

    random = np.random.default_rng(seed)
    cubes = [
        Cube(ArraySource(random.integers(1, 99, (rows, cols, 4)).astype(np.int16)), f"{i}", scale_factor=10)
        for i, (rows, cols) in enumerate(sizes)
    ]
    whole, windows = mosaic(cubes, "all", gap)
    expected = np.full(whole.shape, np.nan, np.float32)
    for cube, window in zip(cubes, windows, strict=True):
        assert np.isnan(expected[window.slices()]).all()
        expected[window.slices()] = cube.physical(cube.block())
    np.testing.assert_array_equal(whole.block(), expected)
    for row, col in ((0, 0), (whole.rows // 3, whole.cols // 2), (whole.rows - 1, whole.cols - 1)):
        part = Window(row, col, whole.rows - row, whole.cols - col)
        np.testing.assert_array_equal(whole.block(part, (3, 1), 2), expected[part.slices(2)][..., [3, 1]])


def test_cubes_of_other_bands_are_refused(make_cube: Callable[..., Cube]) -> None:
    first = make_cube(np.ones((2, 2, 4), np.float32), wavelengths_nm=np.arange(4.0) + 400)
    other = make_cube(np.ones((2, 2, 4), np.float32), wavelengths_nm=np.arange(4.0) + 402, name="b.hdr")
    with pytest.raises(UsageError, match=r"b\.hdr has other bands"):
        mosaic([first, other], "all")
