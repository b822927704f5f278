"""Recent files that are gone are found on a thread; one that does not answer holds up nothing."""

import os
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.recent_files import RecentFiles


def test_missing_files_are_told(qtbot: QtBot, tmp_path: Path) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.touch()
    files = RecentFiles()
    files.look_for([str(there), str(gone)])
    qtbot.waitUntil(lambda: files.missing == {str(gone)})
    with qtbot.waitSignal(files.changed):
        gone.touch()
        files.look_for([str(there), str(gone)])
    assert not files.missing
    files.stop()


def test_a_share_that_hangs_holds_up_nobody(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, stat = threading.Event(), os.stat

    def slow(path: str | Path, **how: bool) -> os.stat_result:
        if Path(path).name == "share":
            answer.wait(10)
        return stat(path, **how)

    monkeypatch.setattr(os, "stat", slow)
    files = RecentFiles()
    files.look_for([str(tmp_path / "gone"), str(tmp_path / "share")])
    qtbot.waitUntil(lambda: files.missing == {str(tmp_path / "gone")})
    answer.set()
    qtbot.waitUntil(lambda: len(files.missing) == 2)
    files.stop()
