"""True colour against colour-science and against known reflectors."""

from collections.abc import Callable

import colour
import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.colour import observer, srgb_encoded, true_color, true_color_weights, visible_bands
from hsi_studio.core.cube import Cube
from hsi_studio.core.reading import weighted_sums
from hsi_studio.core.render import channels, compute_levels, render
from hsi_studio.core.view import TrueColor, ViewSpec
from hsi_studio.errors import UsageError

MakeCube = Callable[..., Cube]
DOMAIN = colour.SpectralShape(360, 780, 1)
SENSOR_NM = np.linspace(390, 1000, 62)


def reflectors(wavelengths_nm: NDArray[np.float64]) -> NDArray[np.float32]:
    """White, grey, red, green and blue as (1, 5, bands)."""
    shape = np.ones_like(wavelengths_nm)
    return np.array(
        [
            [
                shape,
                shape * 0.2,
                np.where(wavelengths_nm > 600, 0.8, 0.05),
                np.exp(-(((wavelengths_nm - 535) / 25) ** 2)),
                np.where(wavelengths_nm < 490, 0.8, 0.05),
            ]
        ],
        np.float32,
    )


def test_the_table_is_that_of_colour_science() -> None:
    curves = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    daylight = colour.SDS_ILLUMINANTS["D65"]
    table = observer()
    assert (table[0, 0], table[-1, 0]) == (360, 780)
    np.testing.assert_allclose(table[:, 1:4], curves[table[:, 0]], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(table[:, 4], daylight[table[:, 0]], rtol=1e-6)


def test_weights_agree_with_colour_science(make_cube: MakeCube) -> None:
    bands = tuple(SENSOR_NM[(SENSOR_NM >= 400) & (SENSOR_NM <= 700)].tolist())
    spectra = reflectors(np.array(bands))
    cube = make_cube(spectra)
    ours = weighted_sums(cube, range(len(bands)), true_color_weights(bands))[0]
    for spectrum, rgb in zip(spectra[0].astype(float), ours, strict=True):
        fine = np.interp(DOMAIN.wavelengths, bands, spectrum)
        xyz = colour.sd_to_XYZ(
            colour.SpectralDistribution(fine, DOMAIN.wavelengths),
            colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(DOMAIN),
            colour.SDS_ILLUMINANTS["D65"].copy().align(DOMAIN),
            method="Integration",
        )
        theirs = colour.XYZ_to_sRGB(xyz / 100, apply_cctf_encoding=False)
        np.testing.assert_allclose(rgb, theirs, atol=0.01)


def test_known_reflectors_have_their_hue(make_cube: MakeCube) -> None:
    cube = make_cube(reflectors(SENSOR_NM), wavelengths_nm=SENSOR_NM, quantity="reflectance")
    white, grey, red, green, blue = true_color(cube, cube.window)[0]
    np.testing.assert_allclose(white, 1, atol=0.005)
    np.testing.assert_allclose(grey, srgb_encoded(np.full(3, 0.2, np.float32)), atol=0.005)
    assert red[0] > 0.8
    assert red[0] > 2 * max(red[1], red[2])
    assert green.argmax() == 1
    assert blue[2] > 0.6
    assert blue.argmax() == 2


def test_order_and_scale_of_the_bands_do_not_matter(make_cube: MakeCube, rng: np.random.Generator) -> None:
    spectra = reflectors(SENSOR_NM)
    plain = make_cube(spectra, wavelengths_nm=SENSOR_NM)
    order = rng.permutation(len(SENSOR_NM))
    mixed = make_cube(
        np.round(spectra[..., order] * 10_000).astype(np.uint16),
        wavelengths_nm=SENSOR_NM[order],
        scale_factor=10_000.0,
    )
    np.testing.assert_allclose(true_color(mixed, mixed.window), true_color(plain, plain.window), atol=2e-3)


def test_reflectance_keeps_hues_whatever_the_stretch(make_cube: MakeCube) -> None:
    cube = make_cube(reflectors(SENSOR_NM), wavelengths_nm=SENSOR_NM, quantity="reflectance")
    limits = compute_levels(cube, ViewSpec(TrueColor())).limits
    assert len(set(limits)) == 1
    picture = render(cube, ViewSpec(TrueColor()))[0]
    assert np.ptp(picture[1, :3].astype(int)) <= 3


def test_bad_and_empty_bands_are_left_out(make_cube: MakeCube) -> None:
    spectra = reflectors(SENSOR_NM)
    expected = channels(make_cube(spectra, wavelengths_nm=SENSOR_NM), TrueColor())
    spectra[..., 10] = -32768
    spectra[..., 13] = 55
    cube = make_cube(spectra, wavelengths_nm=SENSOR_NM, nodata=-32768.0, bad_bands=np.arange(62) == 13)
    assert not {10, 13} & set(visible_bands(cube))
    np.testing.assert_allclose(channels(cube, TrueColor())[0, :3], expected[0, :3], atol=0.05)


def test_too_few_visible_bands_lead_to_the_nearest_three(make_cube: MakeCube) -> None:
    nm = np.array([450.0, 550.0, 650.0, 850.0])
    cube = make_cube(np.array([[[0.1, 0.2, 0.3, 0.9]]], np.float32), wavelengths_nm=nm)
    assert visible_bands(cube) == ()
    np.testing.assert_allclose(
        true_color(cube, cube.window)[0, 0], srgb_encoded(np.array([0.3, 0.2, 0.1], np.float32))
    )


@pytest.mark.parametrize("missing", [(480, 560), (380, 460), (640, 720)])
def test_a_gap_in_the_visible_range_counts(make_cube: MakeCube, missing: tuple[float, float]) -> None:
    low, high = missing
    nm = np.array([nm for nm in SENSOR_NM if not low <= nm <= high])
    assert visible_bands(make_cube(np.ones((1, 1, len(nm)), np.float32), wavelengths_nm=nm)) == ()


def test_fine_sensors_are_thinned(make_cube: MakeCube) -> None:
    nm = np.arange(400, 701, 1.0)
    bands = visible_bands(make_cube(np.ones((2, 2, 301), np.float32), wavelengths_nm=nm))
    assert 30 <= len(bands) <= 40


def test_without_wavelengths_true_colour_is_refused(make_cube: MakeCube) -> None:
    with pytest.raises(UsageError, match="true colour needs wavelengths"):
        render(make_cube(np.ones((2, 2, 9), np.float32)), ViewSpec(TrueColor()))


def test_srgb_encoding_is_that_of_colour_science() -> None:
    linear = np.linspace(0, 1, 101, dtype=np.float32)
    np.testing.assert_allclose(srgb_encoded(linear), colour.cctf_encoding(linear, function="sRGB"), atol=1e-5)
