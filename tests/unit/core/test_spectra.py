"""What the spectrum plot shows: transforms against SciPy and known shapes, gaps, missing wavelengths."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from hsi_studio.core.cube import Cube
from hsi_studio.core.spectra import TRANSFORMS, pixel_spectrum, transform, transforms_for
from hsi_studio.errors import UsageError

MakeCube = Callable[..., Cube]
NM = np.linspace(400, 1000, 61)
ALL = np.ones(61, bool)


@pytest.fixture
def spectra(rng: np.random.Generator) -> NDArray[np.float32]:
    return np.cumsum(rng.uniform(0.1, 1, (3, 61)), axis=1).astype(np.float32)


def test_values_and_reflectance(spectra: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(transform(spectra, NM, ALL, "Values"), spectra)
    reflectance = transform(spectra, NM, ALL, "Reflectance", scale_factor=10_000.0)
    np.testing.assert_allclose(reflectance, spectra / 10_000, rtol=1e-6)


def test_snv_centres_and_scales_each_spectrum(spectra: NDArray[np.float32]) -> None:
    snv = transform(spectra, NM, ALL, "SNV")
    np.testing.assert_allclose(snv.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(snv.std(axis=1, ddof=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(transform(np.full((1, 61), 3.0), NM, ALL, "SNV"), np.zeros((1, 61)))


def test_derivative_is_savitzky_golay_on_even_spacing(spectra: NDArray[np.float32]) -> None:
    expected = savgol_filter(spectra.astype(float), 7, 2, deriv=1, delta=10.0, axis=1)
    np.testing.assert_allclose(
        transform(spectra, NM, ALL, "First derivative"), expected, rtol=1e-4, atol=1e-6
    )


def test_derivative_on_uneven_spacing_is_exact_for_parabolas(rng: np.random.Generator) -> None:
    nm = np.sort(rng.uniform(400, 2500, 40))
    spectrum = (0.3 + 2e-3 * nm - 4e-7 * nm**2)[None]
    slope = transform(spectrum, nm, np.ones(40, bool), "First derivative")
    np.testing.assert_allclose(slope[0], 2e-3 - 8e-7 * nm, rtol=1e-4, atol=1e-9)


def test_continuum_of_a_known_dip() -> None:
    hull = 0.2 + NM / 2000
    depth = np.where((NM > 600) & (NM < 700), 0.7, 1.0)
    removed = transform((hull * depth)[None], NM, ALL, "Continuum removed")
    np.testing.assert_allclose(removed[0], depth, rtol=1e-5)


@given(arrays(np.float64, 61, elements=st.floats(0.01, 100)))
def test_continuum_removed_lies_between_0_and_1(spectrum: NDArray[np.float64]) -> None:
    removed = transform(spectrum[None], NM, ALL, "Continuum removed")[0]
    assert (removed > 0).all()
    assert (removed <= 1 + 1e-5).all()
    np.testing.assert_allclose(removed[[0, -1]], 1, rtol=1e-5)


def test_signal_to_noise(spectra: NDArray[np.float32]) -> None:
    std = np.full_like(spectra, 0.5)
    std[:, 7] = 0
    ratio = transform(spectra, NM, ALL, "SNR", std=std)
    assert np.isnan(ratio[:, 7]).all()
    np.testing.assert_allclose(np.delete(ratio, 7, 1), np.delete(spectra, 7, 1) * 2, rtol=1e-6)
    with pytest.raises(UsageError, match="SNR needs the spread of several pixels"):
        transform(spectra, NM, ALL, "SNR")


@pytest.mark.parametrize("kind", TRANSFORMS)
class TestEveryKind:
    def test_gaps_at_bad_and_missing_bands(self, spectra: NDArray[np.float32], kind: str) -> None:
        good = ALL.copy()
        good[20:24] = False
        spectra[1, 40] = np.nan
        shown = transform(spectra, NM, good, kind, std=np.ones_like(spectra))
        assert shown.dtype == np.float32
        expected = np.tile(~good, (3, 1))
        expected[1, 40] = True
        np.testing.assert_array_equal(np.isnan(shown), expected)

    def test_bad_bands_have_no_influence(self, spectra: NDArray[np.float32], kind: str) -> None:
        good = np.arange(61) != 30
        wild = spectra.copy()
        wild[:, 30] = 1e6
        std = np.ones_like(spectra)
        np.testing.assert_array_equal(
            transform(wild, NM, good, kind, std=std), transform(spectra, NM, good, kind, std=std)
        )

    def test_order_of_the_bands_does_not_matter(
        self, spectra: NDArray[np.float32], kind: str, rng: np.random.Generator
    ) -> None:
        order = rng.permutation(61)
        std = np.ones_like(spectra)
        np.testing.assert_allclose(
            transform(spectra[:, order], NM[order], ALL, kind, std=std),
            transform(spectra, NM, ALL, kind, std=std)[:, order],
            rtol=1e-5,
        )

    def test_no_wavelengths_few_bands_and_nothing_valid(self, kind: str) -> None:
        for bands in (1, 2, 3):
            values = np.ones((1, bands), np.float32)
            good = np.ones(bands, bool)
            shown = transform(values, None, good, kind, std=values)
            assert shown.shape == (1, bands)
            assert np.isnan(transform(values * np.nan, None, good, kind, std=values)).all()

    def test_twin_wavelengths_and_zeros(self, kind: str) -> None:
        nm = np.array([500.0, 500, 500, 510, 520])
        for values in (np.zeros((1, 5)), np.array([[1.0, 2, 3, -4, 5]])):
            assert transform(values, nm, np.ones(5, bool), kind, std=np.ones((1, 5))).shape == (1, 5)


def test_unknown_kinds_are_told() -> None:
    with pytest.raises(UsageError, match="cannot be shown as 'Cubism'"):
        transform(np.ones((1, 3)), None, np.ones(3, bool), "Cubism")


def test_offered_kinds(make_cube: MakeCube) -> None:
    plain, scaled = make_cube(np.ones((1, 1, 3))), make_cube(np.ones((1, 1, 3)), scale_factor=100.0)
    assert "Reflectance" not in transforms_for(plain)
    assert "Reflectance" in transforms_for(scaled)
    assert "SNR" not in transforms_for(plain)
    assert transforms_for(scaled, with_std=True) == tuple(TRANSFORMS)


def test_a_pixel_in_stored_values(make_cube: MakeCube) -> None:
    cube = make_cube(np.array([[[1, -9, 3]]], np.int16), nodata=-9.0, scale_factor=10.0)
    np.testing.assert_array_equal(pixel_spectrum(cube, 0, 0).values, [1, np.nan, 3])
