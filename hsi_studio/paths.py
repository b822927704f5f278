"""Where files of the program and of the user live."""

from functools import cache
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
_APP = "hsi_studio"


@cache
def _shipped(folder: str) -> Path:
    inside_wheel = _PACKAGE / folder
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / folder


def resource(*parts: str) -> Path:
    """Return the path of a file under `resources/`, in a wheel or in a checkout."""
    return _shipped("resources").joinpath(*parts)


def shipped_model(*parts: str) -> Path:
    """Return the path of a file under `models/`, in a wheel or in a checkout."""
    return _shipped("models").joinpath(*parts)


def config_dir() -> Path:
    """Return the folder of settings (not created)."""
    return platformdirs.user_config_path(_APP, appauthor=False)


def cache_dir() -> Path:
    """Return the folder of files that can be computed again (not created)."""
    return platformdirs.user_cache_path(_APP, appauthor=False)


def data_dir() -> Path:
    """Return the folder of the user's own files, such as scratch projects (not created)."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def log_dir() -> Path:
    """Return the folder of logs (not created)."""
    return platformdirs.user_log_path(_APP, appauthor=False)
