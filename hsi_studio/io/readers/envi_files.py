"""Which file is the header of an ENVI cube and which holds its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hsi_studio.errors import CubeFileError
from hsi_studio.io.readers.envi_header import EnviHeader, is_envi_header

HEADER_SUFFIX = ".hdr"
DATA_SUFFIXES = (".img", ".dat", ".raw", ".bin", ".bil", ".bip", ".bsq", ".sli", ".hyspex")

# First bytes of files that are no raw values, whatever they are called.
_SIGNATURES = (
    b"EHFA_HEADER_TAG", b"\x89HDF", b"CDF\x01", b"CDF\x02", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",
    b"\x93NUMPY", b"PK\x03\x04", b"MATLAB ", b"HEAD74", b"HEADER", b"\x89PNG", b"\xff\xd8\xff", b"%PDF",
    b"SQLite format 3", b"<?xml",
)  # fmt: skip


def belongs(path: Path) -> bool:
    """Tell whether a path is one of a pair of ENVI files, or the half of one whose other half is missing."""
    if path.is_dir():
        return False
    if is_header_name(path):
        return not path.exists() or header_of(path) is not None
    if path.is_file() and _has_signature(path):
        return False
    if header_of(path) is not None:
        return True
    return path.is_file() and path.suffix.lower() in DATA_SUFFIXES and not _any_header(path)


def pair(path: Path) -> tuple[Path, Path | None]:
    """Return header and, when the path names it, the file of the values.

    Raises
    ------
    CubeFileError
        When there is no header.
    """
    header = header_of(path)
    if header is None and is_header_name(path):
        raise CubeFileError(f"{path} does not exist", "check the name")
    if header is None:
        missing = path.stem + HEADER_SUFFIX
        raise CubeFileError(f"{path.name} has no header {missing} beside it", "copy that to the same folder")
    return header, path if path.is_file() and not is_header_name(path) else None


def header_of(path: Path) -> Path | None:
    """Return the ENVI header that belongs to a path, which may be either half or lack its ending."""
    return next((found for found in _possible_headers(path) if is_envi_header(found)), None)


def data_of(header: EnviHeader, size: int) -> Path:
    """Return the file beside a header that holds its values.

    Parameters
    ----------
    header : EnviHeader
    size : int
        Bytes that it holds at least, asked of files with an unusual ending only.

    Raises
    ------
    CubeFileError
        When there is none.
    """
    base = header.path.name.removesuffix(header.path.suffix)
    interleave = "." + (header.text("interleave") or "").lower()
    suffixes = sorted(DATA_SUFFIXES, key=lambda suffix: suffix != interleave)
    found = next(_files(header.path.parent, [base, *(base + suffix for suffix in suffixes)]), None)
    found = found or _unusual(header.path, base, size)
    if found is None:
        raise CubeFileError(
            f"{header.path.name} has no data file beside it", f"copy {base}.img, .dat, .raw … to its folder"
        )
    return found


def is_header_name(path: Path) -> bool:
    """Tell whether a file is a header by its name."""
    return path.suffix.lower() == HEADER_SUFFIX


def _possible_headers(path: Path) -> Iterator[Path]:
    if is_header_name(path):
        return _files(path.parent, [path.name])
    with_ending = path.is_file() or path.suffix.lower() in DATA_SUFFIXES
    names = [path.name, path.stem] if with_ending else [path.name]
    return _files(path.parent, [name + HEADER_SUFFIX for name in names])


def _any_header(path: Path) -> bool:
    """Tell whether a header lies beside, be it of another format, such as ESRI's for .bil files."""
    return next(_possible_headers(path), None) is not None


def _unusual(header: Path, base: str, size: int) -> Path | None:
    others = [
        path
        for path in header.parent.iterdir()
        if path.stem.lower() == base.lower() and not is_header_name(path) and path.is_file()
    ]
    fitting = [path for path in others if path.stat().st_size >= size and not _has_signature(path)]
    return fitting[0] if len(fitting) == 1 else None


def _files(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield those of the named files that exist, in the case given or else in any case."""
    listing: dict[str, Path] = {}
    with suppress(OSError):  # a folder may let its files be read but not be listed
        for path in sorted(folder.iterdir()):
            listing.setdefault(path.name.lower(), path)
    for name in names:
        path = folder / name if (folder / name).is_file() else listing.get(name.lower(), folder / name)
        if path.is_file():
            yield path


def _has_signature(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16).startswith(_SIGNATURES)
    except OSError:
        return False
