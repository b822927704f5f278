"""Band statistics and reductions: what is estimated, from which pixels, and what is left out."""

from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.ml.components import components
from hsi_studio.ml.preprocess import Reduction, fit_preprocessor
from hsi_studio.ml.sampling import MOST_PIXELS, read_sample, sample_windows

Make = Callable[..., Cube]


@pytest.fixture
def mixed(rng: np.random.Generator) -> np.ndarray:
    """A scene 50 × 40 × 20: two smooth signals under noise that is strong in half of the bands."""
    rows, cols = np.mgrid[:50, :40]
    signals = np.stack((np.sin(rows / 9), np.cos(cols / 7)), axis=2) @ rng.normal(0, 10, (2, 20))
    noise = rng.normal(0, 1, (50, 40, 20)) * np.r_[np.full(10, 0.3), np.full(10, 12.0)]
    return (signals + noise + 200).astype(np.float32)


def test_components_are_uncorrelated(mixed: np.ndarray, make_cube: Make) -> None:
    for reduction in ("pca", "mnf"):
        cube = make_cube(mixed)
        fitted = fit_preprocessor(cube, reduction=reduction, components=18)  # type: ignore[arg-type]
        found, valid = components(cube, fitted, mixed)
        assert valid.all()
        pixels = found.numpy().reshape(-1, 18)
        np.testing.assert_allclose(pixels.mean(axis=0), 0, atol=1e-3)
        covariance = np.cov(pixels.T)
        np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=2e-2)
        assert pixels.std(axis=0).mean() == pytest.approx(1, rel=0.01)


def test_noise_fraction_puts_signal_before_noise(mixed: np.ndarray, make_cube: Make) -> None:
    cube = make_cube(mixed)

    def smoothness(reduction: Reduction) -> np.ndarray:
        found = components(cube, fit_preprocessor(cube, reduction=reduction, components=20), mixed)[0].numpy()
        return np.var(np.diff(found, axis=0), axis=(0, 1)) / np.var(found, axis=(0, 1))

    noise, variance = smoothness("mnf"), smoothness("pca")
    assert noise[:2].max() < 0.1
    assert noise[4:].min() > 1
    assert noise[:2].sum() < variance[:2].sum()


def test_share_of_variance_decides_the_number(mixed: np.ndarray, make_cube: Make) -> None:
    cube = make_cube(mixed)
    few, many = (
        fit_preprocessor(cube, reduction="pca", components=20, variance=share) for share in (0.3, 0.999)
    )
    used = [(np.abs(one.weights).sum(axis=0) > 0).sum() for one in (few, many)]
    assert used[0] < 5 < used[1]
    assert few.components == 14  # the network needs as many; the others are zero


def test_statistics_from_labelled_pixels_only(mixed: np.ndarray, make_cube: Make) -> None:
    rows, cols = np.arange(30), np.arange(30)
    other = mixed.copy()
    other[40:] = 1e6
    found = [
        fit_preprocessor(make_cube(values), reduction="pca", components=14, pixels=(rows, cols))
        for values in (mixed, other)
    ]
    np.testing.assert_array_equal(found[0].weights, found[1].weights)
    assert found[0].source == "the 30 labelled pixels"


def test_bad_dead_and_constant_bands_take_no_part(mixed: np.ndarray, make_cube: Make) -> None:
    mixed[..., 3] = np.nan
    mixed[..., 4] = 12
    mixed[:45, :, 5] = np.nan
    cube = make_cube(mixed, bad_bands=np.arange(20) == 7)
    fitted = fit_preprocessor(cube, reduction="mnf", components=14)
    assert sorted(set(range(20)) - set(fitted.bands.tolist())) == [3, 4, 5, 7]
    assert np.isfinite(fitted.weights).all()


def test_unmeasured_areas_do_not_pass_for_quiet_ones(mixed: np.ndarray, make_cube: Make) -> None:
    whole = fit_preprocessor(make_cube(mixed), reduction="mnf", components=14)
    for filling in (0, np.nan):
        framed = np.full((150, 140, 20), filling, np.float32)
        framed[50:100, 50:90] = mixed
        fitted = fit_preprocessor(make_cube(framed), reduction="mnf", components=14)
        np.testing.assert_allclose(fitted.mean, whole.mean, rtol=1e-4)
        np.testing.assert_allclose(np.abs(fitted.weights[:, 0]), np.abs(whole.weights[:, 0]), atol=2e-3)


def test_scale_factor_is_applied(mixed: np.ndarray, make_cube: Make) -> None:
    one = make_cube(mixed)
    ten = make_cube(mixed * 10, scale_factor=10.0)
    weights = [fit_preprocessor(cube, reduction="pca", components=14).weights for cube in (one, ten)]
    np.testing.assert_allclose(*weights, rtol=1e-2, atol=1e-4)


def test_large_cubes_are_sampled_in_windows(make_cube: Make) -> None:
    cube = make_cube(np.broadcast_to(np.uint8(1), (3000, 2000, 4)))
    windows = sample_windows(cube)
    assert sum(window.size for window in windows) <= MOST_PIXELS
    assert len(windows) == len(set(windows)) == 16
    assert max(window.row_stop for window in windows) == 3000
    assert all(cube.window.contains(window) for window in windows)
    assert read_sample(cube, [0, 1])[1] == "65536 pixels of the scene in 16 windows"


@pytest.mark.parametrize("shape", [(1, 300_000), (20, 20_000), (100, 900)])
def test_narrow_cubes_are_sampled_too(shape: tuple[int, int], make_cube: Make) -> None:
    cube = make_cube(np.broadcast_to(np.uint8(1), (*shape, 4)))
    assert all(window.size and cube.window.contains(window) for window in sample_windows(cube))


def test_what_was_measured_is_found_between_the_windows(make_cube: Make, rng: np.random.Generator) -> None:
    values = np.zeros((1000, 1000, 20), np.float32)
    values[400:600, 400:600] = rng.normal(5, 1, (200, 200, 20))
    cube = make_cube(values)
    blocks, source = read_sample(cube, list(range(20)))
    assert sum(np.isfinite(block).any(axis=2).sum() for block in blocks) > 20_000
    assert source.endswith("where it was measured")
    fit_preprocessor(cube, reduction="mnf", components=14)


@pytest.mark.parametrize("reduction", ["mnf", "pca"])
@pytest.mark.parametrize("wild", [-9999, -1.23e34, 1e9])
def test_one_wild_pixel_changes_nothing_elsewhere(
    reduction: Reduction, wild: float, make_cube: Make, rng: np.random.Generator
) -> None:
    values = rng.normal(0.3, 0.02, (40, 30, 20)).astype(np.float32)
    values += np.linspace(0, 0.2, 30, dtype=np.float32)[:, None]
    values[7, 8] = np.nan
    plain = fit_preprocessor(make_cube(values), reduction=reduction, components=14)
    values[7, 8] = wild
    cube = make_cube(values)
    found = fit_preprocessor(cube, reduction=reduction, components=14)
    np.testing.assert_array_equal(found.weights, plain.weights)
    image, valid = components(cube, found, values)
    assert not valid[7, 8]
    assert valid.sum() == valid.numel() - 1
    assert image.abs().max() < 100


def test_bright_and_dark_pixels_are_not_wild(make_cube: Make, rng: np.random.Generator) -> None:
    values = rng.normal(0.1, 0.01, (40, 30, 20)).astype(np.float32)
    values[5:8, 5:8] = 1.0  # the glint of a roof, 70 interquartile ranges away
    cube = make_cube(values)
    blocks, _ = read_sample(cube, list(range(20)))
    assert np.isfinite(blocks[0]).all()
