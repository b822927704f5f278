"""The devices that torch can compute on."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import psutil


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
