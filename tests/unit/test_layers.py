"""What import-linter cannot see: modules of one distribution, and what a start really loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import hsi_studio

PACKAGE = Path(hsi_studio.__file__).parent


def test_app_uses_nothing_of_qt_but_qtcore() -> None:
    strangers = [
        f"{path.name}: {line.strip()}"
        for path in (PACKAGE / "app").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "PySide6" in line and "PySide6.QtCore" not in line
    ]
    assert strangers == []


def test_opening_the_window_loads_no_heavy_library() -> None:
    program = (
        "import json, sys; from hsi_studio.gui.application import run_window; run_window([]);"
        "print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "HSI_STUDIO_QUIT_WHEN_READY": "1"},
    )
    ready, modules = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    heavy = {"torch", "transformers", "scipy", "sklearn", "rasterio", "h5py", "zarr", "spectral", "colour"}
    assert ready["torch"] is False
    assert heavy.isdisjoint(modules)
