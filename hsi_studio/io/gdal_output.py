"""Rasters that GDAL writes: what the disk refuses is told, even while the file is being closed."""

from __future__ import annotations

import io
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class RasterOutput:
    """A raster that is being written; `file` is rasterio's, for everything but the values."""

    def __init__(self, file: Any, disk: _Disk) -> None:
        self.file = file
        self._disk = disk

    def write(self, *values: Any, **place: Any) -> None:
        """Write values as rasterio's `write` does.

        Raises
        ------
        OSError
            Once the disk has refused something.
        KeyboardInterrupt
            Once the user has pressed Ctrl+C.
        """
        self.file.write(*values, **place)
        self._disk.check()


@contextmanager
def raster_output(path: Path, **profile: Any) -> Iterator[RasterOutput]:
    """Open a new raster; when the block has ended well, the file system has taken every byte of it.

    GDAL writes much of a file only when it closes it, and rasterio does not tell what fails then. So GDAL
    writes through a Python file, which remembers the first failure.

    Parameters
    ----------
    path : Path
        A file that does not exist yet; after a failure it is incomplete.
    **profile
        As for `rasterio.open`: ``driver``, ``height``, ``width``, ``count``, ``dtype`` …

    Raises
    ------
    OSError
        With the system's own reason.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    disk = _Disk(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with (
                _interrupts_later(disk.keep),
                rasterio.open(path.name, "w", opener=disk.open, **profile) as file,
            ):
                yield RasterOutput(file, disk)
    finally:
        disk.check()  # GDAL's own error would only be what follows from it


@contextmanager
def _interrupts_later(keep: Callable[[BaseException], None]) -> Iterator[None]:
    """Keep Ctrl+C for the next check: raised in a function that GDAL calls, it would be lost there."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    default = signal.default_int_handler
    ours = [number for number in numbers if _in_main_thread() and signal.getsignal(number) is default]
    try:
        for number in ours:
            signal.signal(number, lambda *_: keep(KeyboardInterrupt()))
        yield
    finally:
        for number in ours:
            signal.signal(number, default)


def _in_main_thread() -> bool:
    """Tell whether signals come to this thread and may be caught by it."""
    return threading.current_thread() is threading.main_thread()


class _Disk:
    """Opens one file for GDAL, by its name, and remembers what fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure: BaseException | None = None

    def open(self, name: str, mode: str = "rb", **_: Any) -> io.FileIO:
        if name != self._path.name:  # such as a file of statistics beside the raster
            raise FileNotFoundError(name)
        try:
            return _RememberingFile(self._path, mode, self.keep)
        except OSError as error:
            if mode != "rb":  # GDAL looks first whether the file is there
                self.keep(error)
            raise

    def keep(self, error: BaseException) -> None:
        self._failure = self._failure or error

    def check(self) -> None:
        if self._failure is not None:
            raise self._failure


class _RememberingFile(io.FileIO):
    """A file that takes everything, so that GDAL never sees a failure, which it would print and forget."""

    def __init__(self, path: Path, mode: str, keep: Callable[[OSError], None]) -> None:
        self._keep = keep
        super().__init__(path, mode)

    def write(self, data: Any, /) -> int:
        left = memoryview(data)
        size = left.nbytes
        try:
            while left.nbytes:
                left = left[super().write(left) :]
        except OSError as error:
            self._keep(error)
        return size

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self._keep(error)
