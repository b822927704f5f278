"""What the program remembers between two starts: one JSON file, written atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hsi_studio import paths

RECENT_LIMIT = 12
ThemeMode = Literal["system", "light", "dark"]
NetworkMethod = Literal["s3fn", "s3fn-paper"]
DeviceChoice = Literal["", "cpu", "cuda", "mps"]


class Settings(BaseModel):
    """Settings with their defaults; unknown keys of a newer version are ignored.

    `recent` holds absolute paths, newest first. `shortcuts` maps an action's key to its portable key
    sequence where that differs from the default (empty: none). `geometry` and `layout` are what Qt saves of
    the window, in base64. `predict_demo` has the demo scene classified as soon as it is open.
    `live` has the map follow labels and texts. `train_method` and `train_device` are those of S3FN; an empty
    device is a GPU where there is one.
    """

    model_config = ConfigDict(validate_assignment=True)

    theme: ThemeMode = "system"
    recent: list[str] = Field(default_factory=list)
    shortcuts: dict[str, str] = Field(default_factory=dict)
    folder: str = ""
    geometry: str = ""
    layout: str = ""
    predict_demo: bool = True
    live: bool = True
    train_method: NetworkMethod = "s3fn"
    train_device: DeviceChoice = ""

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        text = str(path)
        self.recent = [text, *(other for other in self.recent if other != text)][:RECENT_LIMIT]

    def forget(self, path: str) -> None:
        """Remove a file from the recent ones."""
        self.recent = [other for other in self.recent if other != path]


def settings_file() -> Path:
    """Return the path of the settings file (which may not exist)."""
    return paths.config_dir() / "settings.json"


def load_settings(file: Path) -> tuple[Settings, str]:
    """Read settings.

    Returns
    -------
    settings : Settings
        Defaults where there is no readable file.
    message : str
        One sentence for the user when the file could not be used, else empty.
    """
    try:
        return Settings.model_validate_json(file.read_bytes()), ""
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValidationError) as error:
        return Settings(), _set_aside(file, error)


def _set_aside(file: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "its content is not valid"
    kept = file.with_suffix(".damaged.json")
    message = f"The settings in {file} could not be read ({reason}); the defaults are used"
    try:
        file.replace(kept)
    except OSError:
        return f"{message}."
    return f"{message} and the old file is kept as {kept.name}."


def save_settings(settings: Settings, file: Path) -> None:
    """Write settings so that a crash leaves either the old or the new file.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.stem, suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(settings.model_dump_json(indent=2))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
