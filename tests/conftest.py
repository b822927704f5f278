"""Shared fixtures: the offscreen platform, real test data, isolated user folders."""

import os
from pathlib import Path

import pytest

# E2E tests under Xvfb set another platform before pytest starts.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

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
