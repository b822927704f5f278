"""`hsi-studio benchmark latency`: what its rows say of what was measured."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from hsi_studio.cli import benchmark_latency, latency_probe
from hsi_studio.cli.latency_watch import Heart, Memory


def test_rows_are_medians_in_ms_against_their_bounds() -> None:
    found = {
        "words": [0.05, 0.06, 0.5],
        "clicks": [],
        "stalls": {"words": [0.04, 0.01]},
        "cancels": [0.2],
        "memory": {"settled": 400.0, "peak": 450.0, "peak in training": 900.0},
    }
    words, clicks, stall, cancel, memory = benchmark_latency._rows("demo", found)
    assert (words.measured, words.reached) == (pytest.approx(60), True)
    assert not clicks.reached, "what never changed was not measured"
    assert (stall.measured, stall.reached) == (pytest.approx(40), False)
    assert cancel.reached
    assert memory.reached


def test_only_changes_apart_from_the_click_count() -> None:
    before = np.zeros((200, 200), np.uint32)
    after = before.copy()
    after[100, 100] = 1
    assert not latency_probe._differ(before, after, QPoint(100, 100))
    assert latency_probe._differ(before, after, None)
    assert latency_probe._differ(before, after, QPoint(20, 20))


def test_a_busy_gui_thread_is_a_stall(qtbot: QtBot) -> None:
    import time

    from PySide6.QtCore import QObject

    owner = QObject()
    heart = Heart(owner)
    qtbot.wait(30)
    time.sleep(0.2)
    qtbot.wait(30)
    heart.stop()
    assert heart.longest[0] > 0.15
    assert heart.longest[1] < 0.15, "sleeping is no work"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_tells_what_was_taken() -> None:
    memory = Memory()
    held = np.ones(100_000_000, np.uint8)  # so large that no freed memory is used again
    memory.note("settled")
    memory.stop()
    assert 80 < memory.notes["settled"] < 140
    assert held.all()
