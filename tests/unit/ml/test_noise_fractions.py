"""Minimum noise fractions of a cube."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.scatter import read_points
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.ml.noise_fractions import noise_fractions

MakeCube = Callable[..., Cube]


def test_the_first_fraction_is_the_signal_not_the_strongest_noise(
    make_cube: MakeCube, rng: np.random.Generator
) -> None:
    signal = np.add.outer(np.linspace(-1, 1, 60), np.linspace(-1, 1, 70))
    values = rng.normal(0, 0.05, (60, 70, 8))
    values += signal[:, :, None] * np.linspace(0.2, 1, 8)
    values[:, :, 3] += rng.normal(0, 5, (60, 70))  # the first principal component is this noise
    values[:, :, 6] = np.nan  # never measured
    values[9, 9] = np.nan
    cube = make_cube(values.astype(np.float32), bad_bands=np.arange(8) == 7)
    fractions = noise_fractions(cube)
    assert {fraction.bands for fraction in fractions} == {(0, 1, 2, 3, 4, 5)}
    points = read_points(cube, (fractions[0], fractions[1]), Window(0, 0, 60, 70))
    assert np.isnan(points[9, 9]).all()
    valid = np.isfinite(points[:, :, 0])
    assert abs(np.corrcoef(points[valid][:, 0], signal[valid])[0, 1]) > 0.99
    assert abs(np.nanmean(points)) < 1 < np.nanstd(points[:, :, 0]) / 10


def test_no_valid_pixel_is_told(make_cube: MakeCube) -> None:
    with pytest.raises(UsageError, match="too few valid pixels"):
        noise_fractions(make_cube(np.full((4, 4, 3), np.nan)))


def test_torch_is_not_loaded() -> None:
    code = "import sys, hsi_studio.ml.noise_fractions; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
