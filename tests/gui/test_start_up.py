"""Starting the program: what it must not load, what it says without a display."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = ("torch", "transformers", "scipy", "rasterio", "h5py", "sklearn", "matplotlib", "spyndex", "colour")


def _run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    variables = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_window_appears_without_heavy_libraries(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from hsi_studio.gui.application import run_window\n"
        "status = run_window([])\n"
        f"print([name for name in {_HEAVY!r} if name in sys.modules])\n"
        "sys.exit(status)\n"
    )
    done = _run(
        code,
        QT_QPA_PLATFORM="offscreen",
        HSI_STUDIO_QUIT_WHEN_READY="1",
        XDG_CONFIG_HOME=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    report, loaded = done.stdout.splitlines()
    assert json.loads(report)["torch"] is False
    assert json.loads(report)["ready_s"] > 0
    assert loaded == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_there_is_one_sentence() -> None:
    code = "import sys; from hsi_studio.gui.application import run_window; sys.exit(run_window([]))"
    done = _run(code, QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert done.stderr.startswith("hsi-studio: there is no display")
    assert "Traceback" not in done.stderr


def test_damaged_settings_do_not_keep_the_window_from_opening(tmp_path: Path) -> None:
    file = tmp_path / "hsi_studio" / "settings.json"
    file.parent.mkdir()
    file.write_text("{")
    done = _run(
        "import sys; from hsi_studio.gui.application import run_window; sys.exit(run_window([]))",
        QT_QPA_PLATFORM="offscreen",
        HSI_STUDIO_QUIT_WHEN_READY="1",
        XDG_CONFIG_HOME=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert file.with_suffix(".damaged.json").read_text() == "{"
    assert json.loads(file.read_text())["theme"] == "system"
