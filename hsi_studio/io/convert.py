"""Writes a cube in another format, piece by piece, whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.atomic import atomic_outputs
from hsi_studio.io.outputs import existing, refuse_source, require_outputs, require_space
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
    if writer is zarr_store and target.is_dir():
        refuse_source(cube, files)
        _refuse_other_folder(target)
    else:
        require_outputs(files, cube=cube)
    if not overwrite:
        _refuse_existing(files)
    require_space(math.prod(cube.shape) * cube.dtype.itemsize, target, target.name)
    with atomic_outputs(*files) as temporary:
        notes = writer.write(cube, temporary, interleave, Progress() if progress is None else progress)
    return Conversion(files, notes)


def _writer(target: Path) -> Writer:
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        endings = ", ".join(WRITERS)
        raise UsageError(f"{target} has no ending that can be written", f"end it in one of {endings}")
    return writer


def _refuse_existing(files: Sequence[Path]) -> None:
    for file in existing(files):
        raise HsiError(f"{file.name} exists already", "choose another name or pass --overwrite")


def _refuse_other_folder(target: Path) -> None:
    """Refuse to replace a folder that is no Zarr store, however often --overwrite is passed."""
    if target.is_dir() and not is_store(target):
        raise HsiError(f"{target.name} is a folder but no Zarr store", "choose another name")
