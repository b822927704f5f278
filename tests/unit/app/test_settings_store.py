"""Settings are written off the GUI thread, the last state for sure; failures are told."""

import os
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.settings import Settings, load_settings
from hsi_studio.app.settings_store import SettingsStore


def test_a_slow_disk_holds_up_nobody_and_the_last_state_stays(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, flushed, fsync = tmp_path / "settings.json", threading.Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (flushed.wait(10), fsync(handle)))
    store = SettingsStore(file)
    settings = Settings(recent=["/a"])
    store.save(settings)
    settings.remember(Path("/b"))
    store.save(settings)
    assert not file.exists(), "the disk has not answered yet"
    flushed.set()
    qtbot.waitUntil(lambda: load_settings(file)[0].recent == ["/b", "/a"])
    settings.remember(Path("/c"))
    store.close(settings)
    assert load_settings(file)[0].recent == ["/c", "/b", "/a"]


def test_a_folder_that_cannot_be_written_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "config").touch()
    store = SettingsStore(tmp_path / "config" / "settings.json")
    with qtbot.waitSignal(store.failed):
        store.save(Settings())
    with pytest.raises(OSError, match="config"):
        store.close(Settings())
