"""Presses what was committed onto the disk within a second, off the thread that commits."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_SOON_S = 1.0


class Flusher:
    """Flushes one file; without it a system writes back when it likes, half a minute later or more.

    Parameters
    ----------
    file : Path
        Opened and closed again each time; SQLite's journal beside a project, never the project itself, whose
        locks the system would drop with the first descriptor that is closed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._timer: threading.Timer | None = None
        self._failure: OSError | None = None

    def soon(self) -> None:
        """Flush within a second.

        Raises
        ------
        OSError
            When the disk has refused since the last call.
        """
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if self._timer is None:
            self._timer = threading.Timer(_SOON_S, self._flush)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Flush no more."""
        if (timer := self._timer) is not None:
            timer.cancel()
            timer.join()

    def _flush(self) -> None:
        self._timer = None  # before, not after: what is committed meanwhile needs another round
        try:
            descriptor = os.open(self._file, os.O_RDWR)
        except OSError:
            return  # gone with the project itself, which the next commit tells
        try:
            os.fsync(descriptor)
        except OSError as error:
            self._failure = error
        finally:
            os.close(descriptor)
