"""Memory of an engine process that waits most of the time."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Return freed memory to the system, which takes milliseconds; only glibc can be told to."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> None:
    """Let later searches for garbage pass over what is there for good, as libraries are: one took 0.1 s."""
    gc.collect()
    gc.freeze()
