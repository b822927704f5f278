"""What is checked of the files of a command before anything is computed for them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError, HsiError, UsageError
from hsi_studio.io.atomic import require_writable
from hsi_studio.io.readers.envi_files import belongs, data_of, is_header_name
from hsi_studio.io.readers.envi_header import is_envi_header, read_header


def require_outputs(
    *outputs: Sequence[Path], cube: Cube | None = None, read: Iterable[Path | None] = ()
) -> None:
    """Refuse files that cannot be written, or must not be.

    Parameters
    ----------
    *outputs
        The files of each output, such as an ENVI data file and its header.
    cube : Cube, optional
        Is read, so none of its files may be replaced.
    read : iterable of Path or None
        Other files that are read.

    Raises
    ------
    UsageError
        When two outputs share a file.
    HsiError
        When a file is read besides, is another's header or a folder, or cannot be written where it lies.
    """
    files = list(chain.from_iterable(outputs))
    _refuse_shared(files)
    if cube is not None:
        refuse_source(cube, files)
    _refuse_read(files, [path for path in read if path is not None])
    for together in outputs:
        _refuse_other_header(together)
    require_writable(*files)


def make_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """Create a folder for files of some names, and refuse it where they cannot be written.

    Raises
    ------
    HsiError
        With the reason.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HsiError(f"the folder {folder} cannot be made ({error.strerror})", "choose another") from error
    require_writable(*(folder / name for name in names))


def require_space(needed: int, target: Path, what: str) -> None:
    """Refuse to begin what will not fit onto the disk of `target`; one that tells no sizes is not asked.

    Raises
    ------
    HsiError
        With both sizes.
    """
    disk = shutil.disk_usage(target.parent)
    if disk.total and needed > disk.free:
        raise HsiError(
            f"{what} takes {_size(needed)} but its disk has {_size(disk.free)} free",
            "free space there or choose another disk",
        )


def refuse_source(cube: Cube, files: Iterable[Path]) -> None:
    """Refuse to write onto the files that a cube is read from.

    Raises
    ------
    HsiError
        When one of `files` is among them.
    """
    for file in existing(files):
        if _belongs_to(cube, file):
            raise HsiError(f"{file.name} belongs to the cube that is read", "choose another name")


def existing(files: Iterable[Path]) -> list[Path]:
    """Return the files that are there.

    Raises
    ------
    HsiError
        For a name that no file can have.
    """
    found = []
    for file in files:
        try:
            found += [file] if file.exists() else []
        except OSError as error:
            raise HsiError(
                f"{file.name[:80]} cannot be written ({error.strerror})", "choose another name"
            ) from error
    return found


def _belongs_to(cube: Cube, file: Path) -> bool:
    """Tell whether an existing file is the cube's own; the other half of a pair with its header is."""
    if cube.path is None or not cube.path.exists():
        return False
    if file.samefile(cube.path) or cube.path.resolve() in file.resolve().parents:
        return True
    beside = file.parent.samefile(cube.path.parent)
    named = not {file.stem, file.name}.isdisjoint((cube.path.stem, cube.path.name))
    other_half = is_header_name(file) or (is_header_name(cube.path) and belongs(file))
    return beside and named and other_half


def _refuse_shared(files: Iterable[Path]) -> None:
    seen = set()
    for file in files:
        if file.resolve() in seen:
            raise UsageError(f"two outputs would be written to {file.name}", "give them different names")
        seen.add(file.resolve())


def _refuse_read(files: Iterable[Path], read: Sequence[Path]) -> None:
    for file in existing(files):
        if any(path.exists() and file.samefile(path) for path in read):
            raise HsiError(f"{file.name} is read by the same command", "choose another name")


def _refuse_other_header(files: Sequence[Path]) -> None:
    """Refuse to replace the header of another cube that has the name of the output but for the ending."""
    for header in filter(is_header_name, files):
        with suppress(CubeFileError, OSError):
            if not (header.is_file() and is_envi_header(header)):
                continue
            data = data_of(read_header(header), size=sys.maxsize)  # none of an unusual ending
            if data not in files:
                raise HsiError(f"{header.name} is the header of {data.name}", "choose another name")


def _size(count: int) -> str:
    for unit, bytes_each in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= bytes_each:
            return f"{count / bytes_each:.1f} {unit}"
    return f"{count} bytes"
