"""The frame of the command line: lists, statuses, errors in one line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hsi_studio import __version__
from hsi_studio.cli.app import COMMANDS
from hsi_studio.core.cube import Cube
from hsi_studio.errors import HsiError


def test_version_and_list(cli: Callable) -> None:
    assert cli("--version").out == f"hsi-studio {__version__}\n"
    listed = cli("--help")
    assert listed.status == 0
    assert all(name in listed.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(cli: Callable, command: str) -> None:
    asked = cli(command, "--help") if command != "benchmark" else cli(command, "view", "--help")
    assert asked.status == 0
    assert f"hsi-studio {command}" in asked.out
    assert "For example" in asked.out
    assert "--json" in asked.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["info"],
        ["info", "a.hdr", "--nonsense"],
        ["convert", "a.hdr"],
        ["render", "a.hdr"],
        ["info", "a.hdr", "--band-axis", "3"],
        ["demo", "--headless"],
        ["demo", "--json"],
    ],
)
def test_wrong_usage_is_status_2(cli: Callable, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert result.err


@pytest.mark.parametrize("command", ["info", "spectrum", "render", "convert"])
def test_a_bad_file_is_one_line_and_status_1(cli: Callable, tmp_path: Path, command: str) -> None:
    more = {
        "spectrum": ["--pixel", "0,0"],
        "render": ["-o", tmp_path / "a.png"],
        "convert": [tmp_path / "b.npy"],
    }
    (tmp_path / "damaged.npy").write_bytes(b"\x93NUMPY nonsense")
    result = cli(command, tmp_path / "damaged.npy", *more.get(command, []))
    assert result.status == 1
    assert result.out == ""
    assert result.err.startswith("hsi-studio: damaged.npy ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("The folder of a does not exist", "the folder of a does not exist."),
        ("the model is old", "the model is old."),
        ("Class 3 of t.yaml has no name", "class 3 of t.yaml has no name."),
        ("Theatre.npy is empty", "Theatre.npy is empty."),
        ("Corn and Wheat are alike", "Corn and Wheat are alike."),
    ],
)
def test_what_follows_the_name_of_the_program_begins_in_lower_case(
    cli: Callable, scene: Path, monkeypatch: pytest.MonkeyPatch, message: str, told: str
) -> None:
    def refused(cube: Cube) -> None:
        raise HsiError(message)

    monkeypatch.setattr("hsi_studio.cli.info.description", refused)
    assert cli("info", scene, "--json").err == f"hsi-studio: {told}\n"


def test_an_unforeseen_error_is_one_line_unless_debugged(
    cli: Callable, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(cube: Cube) -> None:
        raise ZeroDivisionError("nobody\nthought of it")

    monkeypatch.setattr("hsi_studio.cli.info.description", broken)
    result = cli("info", scene, "--json")
    assert result.status == 1
    assert result.err.startswith("hsi-studio: unexpected ZeroDivisionError (nobody thought of it); run it")
    with pytest.raises(ZeroDivisionError):
        cli("info", scene, "--json", "--debug")


def test_neither_qt_nor_torch_is_loaded_by_a_file_command(scene: Path) -> None:
    script = (
        "import sys; from hsi_studio.cli.app import run\n"
        "try: run(sys.argv[1:])\n"
        "finally: print([name for name in ('PySide6', 'torch', 'tensorly') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "info", str(scene)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
