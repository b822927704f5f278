"""Principal components against scikit-learn, and their robustness."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.decomposition import PCA

from hsi_studio.core.cube import Cube
from hsi_studio.core.pca import components
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.io.demo_scene import open_demo

MakeCube = Callable[..., Cube]


@pytest.fixture
def cube(make_cube: MakeCube, rng: np.random.Generator) -> Cube:
    values = rng.normal(size=(30, 25, 4)) @ (rng.normal(size=(4, 12)) * [[8], [4], [2], [0.1]]) + 100
    return make_cube(values.astype(np.float32), scale_factor=2.0)


def test_scores_are_those_of_scikit_learn(cube: Cube) -> None:
    pixels = cube.physical(cube.block()).reshape(-1, 12).astype(float)
    theirs = PCA(3).fit(pixels)
    basis = components(cube)
    scores = basis.project(cube, cube.window).reshape(-1, 3)
    np.testing.assert_allclose(np.abs(scores), np.abs(theirs.transform(pixels)), atol=2e-3)
    np.testing.assert_allclose(basis.std, np.sqrt(theirs.explained_variance_), rtol=1e-4)
    assert (basis.axes[np.abs(basis.axes).argmax(axis=0), range(3)] > 0).all()


def test_a_window_is_a_part_of_the_whole(cube: Cube) -> None:
    basis, window = components(cube), Window(3, 4, 20, 11)
    whole = basis.project(cube, cube.window)
    np.testing.assert_allclose(basis.project(cube, window, 3), whole[window.slices(3)], atol=1e-4)


def test_invalid_pixels_and_bands(make_cube: MakeCube, rng: np.random.Generator) -> None:
    values = rng.normal(size=(20, 20, 6)).astype(np.float32)
    values[..., 1] = np.nan
    values[..., 2] = 3
    values[5, 5, 0] = -9999
    values[..., 4] = 1e6 * rng.normal(size=(20, 20))
    cube = make_cube(values, nodata=-9999.0, bad_bands=np.arange(6) == 4)
    basis = components(cube)
    assert basis.bands == (0, 2, 3, 5)
    scores = basis.project(cube, cube.window)
    assert np.isnan(scores[5, 5]).all()
    assert np.isfinite(scores).sum() == 3 * 399
    assert basis.std.max() < 2


def test_fewer_bands_than_components(make_cube: MakeCube, rng: np.random.Generator) -> None:
    cube = make_cube(rng.normal(size=(9, 9, 2)).astype(np.float32))
    scores = components(cube).project(cube, cube.window)
    assert scores.shape == (9, 9, 3)
    assert (scores[..., 2] == 0).all()


def test_nothing_valid_is_told(make_cube: MakeCube) -> None:
    with pytest.raises(UsageError, match="too few valid pixels"):
        components(make_cube(np.full((4, 4, 5), np.nan, np.float32)))


def test_the_first_component_of_indian_pines_carries_most(indian_pines_files: object) -> None:
    scene, _ = open_demo()
    basis = components(scene)
    assert basis.std[0] > 1.5 * basis.std[1] > basis.std[2]
    scores = basis.project(scene, scene.window)
    np.testing.assert_allclose(scores.std(axis=(0, 1)), basis.std, rtol=0.05)
    assert components(scene) is basis
