"""Reader of ENVI cubes, classification rasters and spectral libraries."""

from __future__ import annotations

from pathlib import Path

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.capture import with_references_beside
from hsi_studio.io.readers.envi_cube import open_envi
from hsi_studio.io.readers.envi_files import DATA_SUFFIXES, HEADER_SUFFIX, belongs


class EnviReader:
    """ENVI files, given as either half or without ending; references beside a scene are applied."""

    name = "ENVI"
    suffixes = (HEADER_SUFFIX, *DATA_SUFFIXES)

    def recognises(self, path: Path) -> bool:
        return belongs(path)

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:
        cube = open_envi(path)
        by_hand = options.white is not None or options.dark is not None
        return cube if by_hand or not options.use_references else with_references_beside(cube, progress)
