"""Brings torch into a program whose window goes on drawing meanwhile."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path

_SLOW_TO_LINK = ("libc10.so", "libtorch_cpu.so")


def load_torch() -> None:
    """Import torch without holding Python's lock for long.

    Measured with Python 3.11: a plain import keeps all other threads waiting for 300 ms while libraries are
    linked, and for 50 to 100 ms at a time while garbage is looked for among the many new objects.

    Raises
    ------
    ImportError, OSError
        When torch is absent or its libraries cannot be loaded.
    """
    if "torch" in sys.modules:
        return
    _link()
    collecting = gc.isenabled()
    gc.disable()
    try:
        import torch  # noqa: F401
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def _link() -> None:
    """Load the largest libraries: a foreign call gives the lock away, an import does not."""
    spec = find_spec("torch")
    if not sys.platform.startswith("linux") or spec is None or spec.origin is None:
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    for name in _SLOW_TO_LINK:
        file = Path(spec.origin).parent / "lib" / name
        if file.exists():
            dlopen(os.fsencode(file), os.RTLD_NOW | os.RTLD_GLOBAL)
