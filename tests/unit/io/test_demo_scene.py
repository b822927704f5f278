"""The demo scene: what tensorly ships, with the wavelengths that belong to it."""

import importlib.util
import sys

import numpy as np
import pytest

from hsi_studio.errors import CubeFileError
from hsi_studio.io.demo_scene import open_demo


def test_scene_and_truth_fit_together() -> None:
    cube, truth = open_demo()
    assert cube.shape == (145, 145, 200)
    assert cube.dtype == np.uint16
    assert truth.ids.shape == (145, 145)
    assert len(truth.classes) == int(truth.ids.max()) == 16


def test_wavelengths_put_the_oxygen_line_where_it_is() -> None:
    cube, truth = open_demo()
    assert cube.wavelengths_nm is not None
    assert len(cube.wavelengths_nm) == 200
    woods = cube.block()[np.asarray(truth.ids) == 14].mean(axis=0)
    # The oxygen A line at 760 nm is the deepest narrow dip on the near-infrared plateau.
    plateau = np.flatnonzero((cube.wavelengths_nm > 745) & (cube.wavelengths_nm < 800))
    assert abs(cube.wavelengths_nm[plateau[woods[plateau].argmin()]] - 760.5) < 5


def test_left_out_bands_leave_the_water_vapour_gaps() -> None:
    wavelengths = open_demo()[0].wavelengths_nm
    assert wavelengths is not None
    assert not np.any((wavelengths > 1353) & (wavelengths < 1412))
    assert not np.any((wavelengths > 1810) & (wavelengths < 1943))
    assert (wavelengths[0], wavelengths[-1]) == (400.02, 2489.11)


def test_tensorly_is_not_imported() -> None:
    open_demo()
    assert "tensorly" not in sys.modules


def test_absent_package_is_told_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsi_studio.io.demo_scene.find_spec", lambda name: None)
    with pytest.raises(CubeFileError, match=r"tensorly, which is absent; install tensorly"):
        open_demo()
    assert importlib.util.find_spec("tensorly") is not None
