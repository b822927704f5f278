"""Writes a cube in another format, piece by piece, whole or not at all."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.atomic import atomic_outputs
from hsi_studio.io.readers.zarr_store import is_store
from hsi_studio.io.writers import envi, geotiff, npy, zarr_store


class Writer(Protocol):
    """A target format; the modules of `hsi_studio.io.writers` are such objects."""

    NAME: str

    def outputs(self, target: Path) -> tuple[Path, ...]:
        """Return the files or folders that a target named by the user stands for."""
        ...

    def write(
        self, cube: Cube, files: tuple[Path, ...], interleave: str | None, progress: Progress
    ) -> tuple[str, ...]:
        """Write them and return notes for the user."""
        ...


WRITERS: dict[str, Writer] = {
    **dict.fromkeys((".hdr", ".img", ".dat", ".raw", ".bil", ".bip", ".bsq"), envi),
    **dict.fromkeys((".tif", ".tiff"), geotiff),
    ".npy": npy,
    ".zarr": zarr_store,
}
"""By the target's ending, in lower case."""


@dataclass(frozen=True)
class Conversion:
    """What was written: files or folders, and remarks for the user."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def convert(
    cube: Cube,
    target: Path,
    *,
    interleave: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Conversion:
    """Write `cube` in the format of the ending of `target`; memory stays bounded whatever the size.

    Parameters
    ----------
    interleave : {'bil', 'bip', 'bsq'}, optional
        For ENVI; the ending's or the cube's own by default.
    overwrite : bool
        Replace existing files, though never those of the cube itself.

    Raises
    ------
    UsageError
        For an unknown ending or an impossible interleave.
    HsiError
        When something is in the way, or the disk is full; nothing half-written remains.
    Cancelled
        When `progress` says so; nothing half-written remains.
    """
    writer = _writer(target)
    files = writer.outputs(target)
    refuse_source(cube, files)
    if not overwrite:
        _refuse_existing(files)
    _refuse_folder(writer, files)
    _check_space(cube, target)
    with atomic_outputs(*files) as temporary:
        notes = writer.write(cube, temporary, interleave, Progress() if progress is None else progress)
    return Conversion(files, notes)


def _writer(target: Path) -> Writer:
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        endings = ", ".join(WRITERS)
        raise UsageError(f"{target} has no ending that can be written", f"end it in one of {endings}")
    return writer


def refuse_source(cube: Cube, files: Sequence[Path]) -> None:
    """Refuse to write onto the files that a cube is read from.

    Raises
    ------
    HsiError
        When one of `files` is among them.
    """
    for file in _existing(files):
        if _belongs_to(cube, file):
            raise HsiError(f"{file.name} belongs to the cube that is read", "choose another name")


def _refuse_existing(files: Sequence[Path]) -> None:
    for file in _existing(files):
        raise HsiError(f"{file.name} exists already", "choose another name or pass --overwrite")


def _refuse_folder(writer: Writer, files: Sequence[Path]) -> None:
    """Refuse to replace a folder that is no Zarr store, however often --overwrite is passed."""
    for folder in filter(Path.is_dir, files):
        if writer is not zarr_store or not is_store(folder):
            raise HsiError(f"{folder} is a folder with other things in it", "choose another name")


def _existing(files: Sequence[Path]) -> list[Path]:
    try:
        return [file for file in files if file.exists()]
    except OSError as error:
        raise HsiError(
            f"{files[0].name[:80]} cannot be written ({error.strerror})", "choose another name"
        ) from error


def _belongs_to(cube: Cube, file: Path) -> bool:
    """Tell whether an existing file is the cube's own; a header beside it with its name is."""
    if cube.path is None or not cube.path.exists():
        return False
    if file.samefile(cube.path) or cube.path.resolve() in file.resolve().parents:
        return True
    beside = file.parent.samefile(cube.path.parent)
    pair = ".hdr" in (file.suffix.lower(), cube.path.suffix.lower())
    return beside and pair and file.stem in (cube.path.stem, cube.path.name)


def _check_space(cube: Cube, target: Path) -> None:
    if not target.parent.is_dir():
        raise HsiError(f"The folder {target.parent} does not exist", "create it first")
    needed = math.prod(cube.shape) * cube.dtype.itemsize
    free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise HsiError(
            f"{target.name} takes {_size(needed)} but its disk has {_size(free)} free",
            "free space there or choose another disk",
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
