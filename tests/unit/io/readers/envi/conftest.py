"""Writes small ENVI files with NumPy, independently of the package's own writer."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

_AXES = {"bil": (0, 2, 1), "bip": (0, 1, 2), "bsq": (2, 0, 1)}
_CODES = {"u1": 1, "i2": 2, "i4": 3, "f4": 4, "f8": 5, "u2": 12, "u4": 13, "i8": 14, "u8": 15}


def _write_envi(
    header: Path,
    values: NDArray[Any],
    interleave: str = "bsq",
    *,
    order: str = "<",
    offset: int = 0,
    suffix: str = ".img",
    drop: tuple[str, ...] = (),
    fields: Mapping[str, Any] | None = None,
) -> Path:
    kind = f"{values.dtype.kind}{values.dtype.itemsize}"
    data = header.with_suffix(suffix)
    stored = values.astype(values.dtype.newbyteorder(order)).transpose(_AXES[interleave])
    data.write_bytes(b"\xaa" * offset + stored.tobytes())
    rows, cols, bands = values.shape
    standard = {
        "samples": cols,
        "lines": rows,
        "bands": bands,
        "header offset": offset,
        "file type": "ENVI Standard",
        "data type": _CODES[kind],
        "interleave": interleave,
        "byte order": 0 if order == "<" else 1,
    }
    kept = {key: value for key, value in standard.items() if key not in drop} | dict(fields or {})
    lines = ("ENVI", *(f"{key} = {value}" for key, value in kept.items()), "")
    header.write_text("\n".join(lines), encoding="utf-8")
    return data


@pytest.fixture(scope="session")
def write_envi() -> Callable[..., Path]:
    """Write (rows, cols, bands) values and their header, less `drop`, plus `fields`; return the data file."""
    return _write_envi


@pytest.fixture(scope="session")
def counting() -> NDArray[np.uint16]:
    """(4, 5, 6) values that all differ."""
    return np.arange(120, dtype=np.uint16).reshape(4, 5, 6)
