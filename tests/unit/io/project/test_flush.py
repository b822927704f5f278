"""A power cut costs the last second at most: what was committed is pressed onto the disk by then."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hsi_studio.io.project import ProjectFile, ProjectFileError


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of files that were pressed onto the disk, from now on."""
    inodes: list[int] = []
    press = os.fsync

    def recorded(descriptor: int) -> None:
        inodes.append(os.fstat(descriptor).st_ino)
        press(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    return inodes


def _wait(until: Callable[[], bool], longest_s: float = 10.0) -> None:
    ends = time.monotonic() + longest_s
    while not until():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_strokes_are_pressed_onto_the_disk_once_a_second(
    project: ProjectFile, paint: Callable, flushed: list[int]
) -> None:
    wal = Path(f"{project.path}-wal").stat().st_ino
    started = time.monotonic()
    paint(project, 10)
    _wait(lambda: bool(flushed))
    assert set(flushed) == {wal}
    assert len(flushed) <= 1 + time.monotonic() - started
    first = len(flushed)
    paint(project, 1)
    _wait(lambda: len(flushed) > first)


def test_a_disk_that_refuses_is_told_with_the_next_stroke(
    project: ProjectFile, paint: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def refuse(_descriptor: int) -> None:
        refused.append(True)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    paint(project, 1)
    _wait(lambda: bool(refused) and project._flusher._failure is not None)
    monkeypatch.undo()
    depth = project.depth
    with pytest.raises(ProjectFileError, match=os.strerror(errno.EIO)):
        paint(project, 1)
    assert project.depth == depth
    paint(project, 1)
