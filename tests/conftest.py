"""Shared fixtures: the offscreen platform, real test data, isolated user folders."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource

# E2E tests under Xvfb set another platform before pytest starts.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The same examples in every run: no commit fails by the luck of the draw, or because a machine is slow.
# HYPOTHESIS_PROFILE=explore draws others: run it after a change of what the properties are about.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

_DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real test scenes; skips where it is absent."""
    folder = Path(os.environ.get("HSI_STUDIO_TEST_DATA", _DEFAULT_DATA))
    if not folder.is_dir():
        pytest.skip("the shared test scenes are absent; set HSI_STUDIO_TEST_DATA to their folder")
    return folder


@pytest.fixture(autouse=True)
def user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tester's own settings out of the tests, and the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture
def make_cube() -> Callable[..., Cube]:
    """Build a cube in memory from (rows, cols, bands) values; keywords are `Cube`'s."""

    def build(values: NDArray[Any], **fields: Any) -> Cube:
        return Cube(ArraySource(values), **{"name": "generated", "fingerprint": "0" * 32, **fields})

    return build


@pytest.fixture(scope="session")
def indian_pines_files() -> tuple[Path, Path]:
    """The (cube, ground truth) .npy files of Indian Pines inside the tensorly package."""
    import importlib.util

    spec = importlib.util.find_spec("tensorly")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "datasets" / "data"
    return folder / "Indian_pines_corrected.npy", folder / "Indian_pines_gt.npy"


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that gives the same numbers in every run."""
    return np.random.default_rng(20261122)
