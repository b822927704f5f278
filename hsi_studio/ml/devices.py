"""The devices that torch can compute on."""

from __future__ import annotations

import platform
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import psutil

from hsi_studio.errors import HsiError, UsageError


@dataclass(frozen=True)
class Device:
    """One device: torch's name for it, what it is, and its memory in bytes (shared with the CPU on MPS)."""

    name: str
    description: str
    memory: int


def devices() -> tuple[Device, ...]:
    """Return the devices in order of preference, the CPU last; imports torch.

    Raises
    ------
    ImportError, OSError
        When torch is absent or its libraries cannot be loaded.
    """
    import torch

    memory = psutil.virtual_memory().total
    found = [_cuda(index) for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", memory))
    return (*found, Device("cpu", _cpu_name(), memory))


def _cuda(index: int) -> Device:
    import torch

    properties = torch.cuda.get_device_properties(index)
    return Device(f"cuda:{index}", properties.name, properties.total_memory)


def _cpu_name() -> str:
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count()
    return f"{platform.processor() or platform.machine()}, {cores} cores"


def mixed(device: str) -> AbstractContextManager[object]:
    """Return a context in which networks compute in half precision (bfloat16) where that pays: on CUDA."""
    import torch

    return torch.autocast("cuda", torch.bfloat16) if device.startswith("cuda") else nullcontext()


def choose_device(wanted: str | None = None) -> str:
    """Return torch's name of a device to compute on: the one asked for, else the first GPU that answers.

    Raises
    ------
    UsageError
        When there is no such device.
    HsiError
        When the device that was asked for does not answer.
    """
    known = [device.name for device in devices()]
    if wanted is None:
        first = known[0]
        return first if first.startswith("cuda") and silence(first) is None else "cpu"
    asked = "cuda:0" if wanted == "cuda" else wanted
    if asked not in known:
        raise UsageError(f"there is no device {wanted}", f"choose one of {', '.join(known)}")
    reason = silence(asked)
    if reason is not None:
        raise HsiError(f"the device {asked} does not answer ({reason})", "compute on the CPU (cpu)")
    return asked


def silence(name: str) -> str | None:
    """Return why a device does not compute, None where it does: a GPU may be lost while the program runs."""
    import torch

    try:
        torch.ones(1, device=name).item()
    except RuntimeError as error:
        return str(error).partition("\n")[0]
    return None
