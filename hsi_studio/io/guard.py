"""What every reader checks before it trusts a file."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.errors import Cancelled, CubeFileError, HsiError

COPY_AGAIN = "copy the file again from its source"
_NUMERIC = "iufb"
_MOST_SHOWN = 60


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into one sentence.

    Wrap calls of the library only, never our own code: parsers raise anything (`struct.error`, `IndexError`,
    `zlib.error` …) on bytes that they did not expect, and an open list of types would let some through.

    Raises
    ------
    CubeFileError
        In place of any other exception, except those that say themselves what the user can do.
    """
    try:
        yield
    except (HsiError, Cancelled, PermissionError):
        raise
    except MemoryError as error:
        raise CubeFileError(f"{path.name} does not fit into memory", "close other programs") from error
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise CubeFileError(f"{path.name} is damaged or incomplete ({reason})", COPY_AGAIN) from error


def megabytes(size: int) -> str:
    """Return a size in bytes in words."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size //= 1000
    return f"{size} {unit}"


def array_bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Return the size of an array in bytes, exact for any shape that a header can declare."""
    count = 1
    for length in shape:
        count *= int(length)
    return count * dtype.itemsize


def require_memory(size: int, path: Path, what: str = "it") -> None:
    """Refuse to read `size` bytes at once when that would fill the memory.

    Raises
    ------
    CubeFileError
        When more than 80 % of the memory that is free would be needed.
    """
    import psutil

    free = psutil.virtual_memory().available
    if size > 0.8 * free:
        raise CubeFileError(
            f"{path.name} has to be read whole, but {what} takes {megabytes(size)} "
            f"and {megabytes(free)} are free",
            "convert it to ENVI, uncompressed NumPy or Zarr on a larger machine",
        )


def require_size(path: Path, needed: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse a file that is shorter than its header says.

    Raises
    ------
    CubeFileError
        With both sizes.
    """
    actual = path.stat().st_size
    if actual < needed:
        raise CubeFileError(
            f"{path.name} should hold {shape_text(shape)} values of {dtype.itemsize} bytes "
            f"({megabytes(needed)}) but it is only {megabytes(actual)} long",
            COPY_AGAIN,
        )


def require_numeric(dtype: np.dtype[Any], path: Path, name: str = "") -> None:
    """Refuse values that are no real numbers.

    Raises
    ------
    CubeFileError
        For complex numbers, text, objects, dates and structures.
    """
    if dtype.kind in _NUMERIC:
        return
    where = f"{name} in {path.name}" if name else path.name
    if dtype.kind == "c":
        raise CubeFileError(f"{where} holds complex numbers", "save their magnitude as real numbers")
    if dtype.kind == "O":
        raise CubeFileError(
            f"{where} holds Python objects, which could run code and are not opened", "save plain numbers"
        )
    raise CubeFileError(f"{where} holds {dtype} instead of numbers", "save plain numbers")


def readable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type in which values are handed out: native, and whole numbers for true and false."""
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype.newbyteorder("=")


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as a user reads it: 512 × 614 × 224."""
    return " × ".join(str(length) for length in shape)


def shown(value: object) -> str:
    """Return a value of a file as it stands in a message, no longer than a line."""
    text = value if isinstance(value, str) and value.isprintable() else reprlib.repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
