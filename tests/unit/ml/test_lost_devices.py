"""A device that does not answer; torch's device without memory stands in: it raises as a lost GPU does."""

import pytest

from hsi_studio.cli.app import _told
from hsi_studio.cli.doctor import CHECKS
from hsi_studio.errors import HsiError, UsageError, foreseen
from hsi_studio.live.messages import Request
from hsi_studio.live.server import failure
from hsi_studio.ml import devices
from hsi_studio.ml.devices import Device, choose_device, silence

LOST = RuntimeError("CUDA error: device-side assert triggered\nCUDA kernel errors might be reported later")


@pytest.fixture
def lost_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a GPU known that does not answer; it is the meta device under another name."""
    known = Device("cuda:0", "a GPU", 8), Device("cpu", "a CPU", 8)
    monkeypatch.setattr(devices, "devices", lambda: known)
    monkeypatch.setattr(devices, "silence", lambda name: silence("meta" if name == "cuda:0" else name))


def test_who_answers() -> None:
    assert silence("cpu") is None
    assert "meta" in (silence("meta") or "")


@pytest.mark.usefixtures("lost_gpu")
def test_the_cpu_takes_over_unless_the_gpu_is_asked_for() -> None:
    assert choose_device() == "cpu"
    with pytest.raises(HsiError, match=r"cuda:0 does not answer \(.*meta.*\); compute on the CPU"):
        choose_device("cuda")
    with pytest.raises(UsageError, match="no device cuda:7"):
        choose_device("cuda:7")


@pytest.mark.usefixtures("lost_gpu")
def test_doctor_tells() -> None:
    assert CHECKS["devices"]().problem.startswith("cuda:0 does not answer (")


def test_a_failure_is_one_sentence_everywhere() -> None:
    sentence = "the GPU failed (CUDA error: device-side assert triggered); do it again: the CPU computes"
    assert str(foreseen(LOST)).startswith(sentence)
    assert _told(LOST).startswith(sentence)
    failed = failure(Request("train", 1, 5, None), LOST)
    assert (failed.cause, failed.details) == (str(foreseen(LOST)).partition(";")[0], "")
    for other in (RuntimeError("shapes differ"), ValueError("CUDA error: no"), RuntimeError()):
        assert foreseen(other) is None
