"""First pictures and menus for every kind of cube, generated and real."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import default_view, describe, presets
from hsi_studio.core.render import render
from hsi_studio.core.view import (
    BandRange,
    PcaComposite,
    RangeMath,
    RgbComposite,
    SingleBand,
    SpectralIndex,
    Stretch,
    TrueColor,
    ViewSpec,
)
from hsi_studio.io.demo_scene import open_demo
from hsi_studio.io.registry import open_cube

MakeCube = Callable[..., Cube]


@pytest.fixture
def noise(rng: np.random.Generator) -> Callable[[int], np.ndarray]:
    return lambda bands: rng.uniform(0, 1, (12, 10, bands)).astype(np.float32)


def test_indian_pines() -> None:
    cube, _ = open_demo()
    assert list(presets(cube)) == [
        "True colour",
        "Natural colour",
        "Colour infrared",
        "SWIR",
        "Single band",
        "Principal components",
    ]
    view = default_view(cube)
    assert isinstance(view.composite, RgbComposite)
    assert describe(view.composite, cube) == "647 / 548 / 449 nm"
    assert view.composite == presets(cube)["Natural colour"]
    infrared = presets(cube)["Colour infrared"]
    assert isinstance(infrared, RgbComposite)
    assert cube.wavelengths_nm is not None
    shown = cube.wavelengths_nm[[infrared.red, infrared.green, infrared.blue]]
    np.testing.assert_allclose(shown, (860, 650, 550), atol=10)


def test_presets_need_their_wavelengths(make_cube: MakeCube, noise: Callable[[int], np.ndarray]) -> None:
    swir = make_cube(noise(100), wavelengths_nm=np.linspace(950, 2500, 100))
    assert "True colour" not in presets(swir)
    assert "Colour infrared" not in presets(swir)
    visible = make_cube(noise(31), wavelengths_nm=np.linspace(400, 700, 31))
    assert list(presets(visible)) == ["True colour", "Natural colour", "Single band", "Principal components"]
    assert list(presets(make_cube(noise(2)))) == ["Single band"]


def test_default_bands_of_the_file(make_cube: MakeCube, noise: Callable[[int], np.ndarray]) -> None:
    nm = np.linspace(400, 1000, 40)
    cube = make_cube(noise(40), wavelengths_nm=nm, default_bands=(30, 20, 10))
    assert default_view(cube).composite == presets(cube)["File default"] == RgbComposite(30, 20, 10)
    one = make_cube(noise(40), default_bands=(7,))
    assert default_view(one).composite == SingleBand(7)
    for insane in ((40, 41, 42), (-1, 2, 3), (1, 2), (0, 1, 2, 3)):
        wrong = make_cube(noise(40), wavelengths_nm=nm, default_bands=insane)
        assert "File default" not in presets(wrong)
        assert default_view(wrong).composite == RgbComposite(16, 10, 3)


def test_without_wavelengths_three_good_bands_are_spread(
    make_cube: MakeCube, noise: Callable[[int], np.ndarray]
) -> None:
    bad = np.zeros(50, bool)
    bad[:20] = True
    composite = default_view(make_cube(noise(50), bad_bands=bad)).composite
    assert isinstance(composite, RgbComposite)
    assert composite.red > composite.green > composite.blue >= 20


def test_infrared_when_the_visible_range_is_missing(
    make_cube: MakeCube, noise: Callable[[int], np.ndarray]
) -> None:
    cube = make_cube(noise(60), wavelengths_nm=np.linspace(530, 950, 60))
    assert default_view(cube).composite == presets(cube)["Colour infrared"]


def test_bands_without_contrast_are_avoided(make_cube: MakeCube, noise: Callable[[int], np.ndarray]) -> None:
    nm = np.linspace(400, 1000, 61)
    values = noise(61)
    values[..., 25] = np.nan
    values[..., 15] = 4
    values[..., 4:7] = -9999
    composite = default_view(make_cube(values, wavelengths_nm=nm, nodata=-9999.0)).composite
    assert isinstance(composite, RgbComposite)
    assert composite.red in {24, 26}
    assert composite.green in {14, 16}
    assert composite.blue in {3, 7}


def test_a_cube_without_any_contrast_still_opens(make_cube: MakeCube) -> None:
    for value in (0.0, np.nan):
        cube = make_cube(np.full((5, 5, 9), value, np.float32))
        assert render(cube, default_view(cube)).shape == (5, 5, 4)


def test_eight_bit_colour_images_are_shown_as_they_are(make_cube: MakeCube, rng: np.random.Generator) -> None:
    values = rng.integers(0, 255, (6, 7, 3)).astype(np.uint8)
    cube = make_cube(values)
    assert default_view(cube) == ViewSpec(RgbComposite(0, 1, 2), Stretch("fixed", 0, 255))
    np.testing.assert_array_equal(render(cube, default_view(cube))[..., :3], values)


def test_class_rasters_and_single_bands(make_cube: MakeCube) -> None:
    classes = make_cube(np.ones((4, 4, 1), np.uint8), classes=ClassTable.from_names(("a", "b")))
    assert default_view(classes).composite == SingleBand(0)
    assert list(presets(classes)) == ["Single band"]
    assert default_view(make_cube(np.ones((4, 4, 1), np.float32))).composite == SingleBand(0)


def test_words(make_cube: MakeCube) -> None:
    nm = make_cube(np.ones((1, 1, 3), np.float32), wavelengths_nm=np.array([449.6, 550.2, 650.0]))
    named = make_cube(np.ones((1, 1, 3), np.float32), band_names=("B1", "B2", "B3"))
    plain = make_cube(np.ones((1, 1, 3), np.float32))
    assert describe(RgbComposite(2, 1, 0), nm) == "650 / 550 / 450 nm"
    assert describe(SingleBand(1), named) == "B2"
    assert describe(SingleBand(1), plain) == "band 2"
    assert describe(RgbComposite(2, 1, 0), plain) == "bands 3 / 2 / 1"
    assert describe(TrueColor(), nm) == "True colour"
    assert describe(PcaComposite(), nm) == "Principal components 1 / 2 / 3"
    assert describe(SpectralIndex("NDVI"), nm) == "NDVI"
    ranges = RangeMath(BandRange(450, 550), BandRange(600, 650), "ratio")
    assert describe(ranges, nm) == "A/B, A 450–550, B 600–650 nm"
    bands = RangeMath(BandRange(0, 1), BandRange(1, 2), "band depth")
    assert describe(bands, plain) == "band depth, A 1–2, B 2–3 bands"


@pytest.mark.parametrize(
    "path",
    [
        "salinasA/SalinasA_corrected.mat",
        "abu/abu-beach-1.mat",
        "enmap_potsdam/images",
        "resonon_silicon/bare_silicon_all_p01_r0001.hdr",
        "plantcv_corn/4-22-22_right_same_B73_top_00.hdr",
        "pycoal_avirisng/ang20150422t163638_corr_v1e_img_4000-4010_550-560.hdr",
        "pycoal_avirisng/ang20150420t182050_corr_v1e_img_class_mining_cut.hdr",
    ],
)
def test_real_scenes_show_something_in_every_preset(shared_data: Path, path: str) -> None:
    file = shared_data / path
    cube = open_cube(sorted(file.glob("*.tif"))[0] if file.is_dir() else file)
    for spec in (default_view(cube), *map(ViewSpec, presets(cube).values())):
        picture = render(cube, spec)
        assert (picture[..., 3] == 255).any()
        assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 1, describe(spec.composite, cube)
