"""Finds the reader of a file and opens it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError
from hsi_studio.io.options import OpenOptions

ENTRY_POINT_GROUP = "hsi_studio.readers"
log = logging.getLogger(__name__)

# Asked in this order; the first that recognises a file opens it. The catch-all GDAL comes last.
_BUILT_IN = (
    "hsi_studio.io.readers.capture:CaptureReader",
    "hsi_studio.io.readers.envi:EnviReader",
    "hsi_studio.io.readers.npy:NumpyReader",
    "hsi_studio.io.readers.matlab:MatlabReader",
    "hsi_studio.io.readers.hdf5:Hdf5Reader",
    "hsi_studio.io.readers.zarr_store:ZarrReader",
    "hsi_studio.io.readers.erdas:ErdasReader",
    "hsi_studio.io.readers.multipage:MultipageTiffReader",
    "hsi_studio.io.readers.gdal:GdalReader",
)


class Reader(Protocol):
    """One file format. A reader is a class without constructor arguments.

    Third parties add one with an entry point in the group ``hsi_studio.readers``.
    """

    name: str
    """The format in words, for the open dialog and messages."""

    suffixes: tuple[str, ...]
    """Usual file endings, lower case with dot, for the open dialog."""

    def recognises(self, path: Path) -> bool:
        """Tell cheaply, from the name and the first bytes, whether this reader is the right one."""
        ...

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:
        """Open the file.

        Raises
        ------
        CubeFileError
            When the file is damaged or is not a cube; `ChoiceNeeded` when only the user can decide.
        """
        ...


@cache
def readers() -> tuple[Reader, ...]:
    """Return all readers: those of other packages first, then the built-in ones."""
    return (*_third_party(), *(_load(target) for target in _BUILT_IN))


def _load(target: str) -> Reader:
    module, _, name = target.partition(":")
    reader: Reader = getattr(import_module(module), name)()
    return reader


def _third_party() -> Iterator[Reader]:
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        try:
            yield entry.load()()
        except Exception:  # foreign code must not keep our own readers from working
            log.exception("The reader %s of another package could not be loaded", entry.name)


def open_cube(
    path: Path | str, *, options: OpenOptions | None = None, progress: Progress | None = None
) -> Cube:
    """Open a file or folder as a cube.

    Parameters
    ----------
    path : path
        Any half of a multi-file format, or a capture folder.
    options : OpenOptions, optional
        Choices that the file leaves open.
    progress : Progress, optional
        Reports the few slow formats, and cancels them.

    Raises
    ------
    CubeFileError
        With cause and remedy; nothing is left open.
    """
    options = OpenOptions() if options is None else options
    progress = Progress() if progress is None else progress
    path = Path(path).expanduser()
    _check_readable(path)
    with _told(path):
        for reader in readers():
            if reader.recognises(path):
                return _with_references(reader.open(path, options, progress), options, progress)
    raise _unknown(path)


def _unknown(path: Path) -> CubeFileError:
    if not path.exists():
        return CubeFileError(f"{path} does not exist", "check the path")
    if path.is_dir():
        return CubeFileError(f"{path.name or path} is a folder without a cube", "choose a file in it")
    return CubeFileError(
        f"{path.name} has no format that hsi_studio knows", "see `hsi-studio info --help` for the list"
    )


def _with_references(cube: Cube, options: OpenOptions, progress: Progress) -> Cube:
    if options.white is None and options.dark is None:
        return cube
    from hsi_studio.io.readers.capture import to_reflectance

    return to_reflectance(cube, options.white, options.dark, progress)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise CubeFileError(f"{error.filename or path} may not be read", "ask for read permission") from error
    except OSError as error:
        raise CubeFileError(
            f"{path.name} could not be read ({error.strerror or error})", "check the disk and try again"
        ) from error


def _check_readable(path: Path) -> None:
    try:
        exists = path.exists()
    except OSError as error:
        raise CubeFileError(f"{path} could not be reached ({error.strerror})", "check the path") from error
    if not exists and not path.parent.is_dir():
        raise CubeFileError(f"The folder of {path} does not exist", "check the path")
