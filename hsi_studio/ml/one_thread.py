"""Small matrices: one BLAS thread is faster than several, which wait for each other longer than they work."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any


class _OneThread(AbstractContextManager[None]):
    """Limits BLAS while any thread of the process is inside: its number of threads is one for all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        from threadpoolctl import threadpool_limits

        with self._lock:
            if self._inside == 0:
                self._limit = threadpool_limits(1, "blas")
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.restore_original_limits()


_ONE_THREAD = _OneThread()


def one_thread() -> AbstractContextManager[None]:
    """Let BLAS use one thread until the last of the callers, in whatever thread, has left."""
    return _ONE_THREAD
