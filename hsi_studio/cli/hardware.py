"""The machine, as reports name it."""

from __future__ import annotations

import platform
from pathlib import Path

import psutil


def system() -> dict[str, object]:
    """Return operating system, processor, cores and memory in GB."""
    return {
        "os": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
