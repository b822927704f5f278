"""ENVI spectral libraries (.sli) as values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsi_studio.core.library import SpectralLibrary
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io.atomic import atomic_outputs
from hsi_studio.io.readers.envi_cube import open_envi
from hsi_studio.io.readers.envi_files import HEADER_SUFFIX, header_of
from hsi_studio.io.readers.envi_header import is_envi_header, read_header
from hsi_studio.io.readers.envi_layout import LIBRARY_TYPE, is_library
from hsi_studio.io.writers.envi_header import DATA_TYPES, listed

_DATA_SUFFIX = ".sli"


def read_library(path: Path) -> SpectralLibrary:
    """Read a library, given as either half; deleted points become NaN.

    Spectra without a name are numbered from 1.

    Raises
    ------
    CubeFileError
        When the file is damaged or is not a library.
    """
    cube = open_envi(path)
    header_path = header_of(path)
    header = None if header_path is None else read_header(header_path)
    if header is None or not is_library(header):
        raise CubeFileError(f"{path.name} is an image, not a spectral library", "open it as a cube")
    spectra = cube.physical(cube.block())[:, 0]
    names = header.items("spectra names")[: len(spectra)]
    names += tuple(str(i + 1) for i in range(len(names), len(spectra)))
    return SpectralLibrary(names, cube.wavelengths_nm, np.ascontiguousarray(spectra))


def library_files(path: Path) -> tuple[Path, Path]:
    """Return (data file, header) of a library named by either."""
    return path.with_suffix(_DATA_SUFFIX), path.with_suffix(HEADER_SUFFIX)


def write_library(path: Path, library: SpectralLibrary) -> tuple[Path, Path]:
    """Write a library as little-endian float32 and return its (data file, header).

    Characters that an ENVI list cannot hold (comma, braces, line ends) are replaced in names.

    Parameters
    ----------
    path : Path
        NAME.sli or NAME.hdr; an existing pair is replaced as a whole.
    library : SpectralLibrary

    Raises
    ------
    HsiError
        When it cannot be written, or NAME.hdr is the header of an image; nothing has changed then.
    """
    data, header = library_files(path)
    if header.is_file() and is_envi_header(header) and not is_library(read_header(header)):
        raise HsiError(f"{header.name} is the header of an image", "choose another name")
    with atomic_outputs(data, header) as (data_part, header_part):
        data_part.write_bytes(library.spectra.astype("<f4").tobytes())
        lines = (f"{key} = {value}" for key, value in _fields(library).items())
        header_part.write_text("\n".join(("ENVI", *lines, "")), encoding="utf-8")
    return data, header


def _fields(library: SpectralLibrary) -> dict[str, Any]:
    count, bands = library.spectra.shape
    fields: dict[str, Any] = {
        "samples": bands,
        "lines": count,
        "bands": 1,
        "header offset": 0,
        "file type": LIBRARY_TYPE,
        "data type": DATA_TYPES["float32"],
        "interleave": "bsq",
        "byte order": 0,
        "spectra names": listed(library.names),
    }
    if library.wavelengths_nm is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": listed(library.wavelengths_nm)}
    return fields
