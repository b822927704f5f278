"""The demo scene: AVIRIS Indian Pines with its ground truth, from the files of the tensorly package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.errors import CubeFileError
from hsi_studio.io.classes_yaml import read_classes
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.paths import resource

_NAME, _FORMAT = "Indian Pines", "NumPy"
_REMEDY = "install tensorly==0.10.0"

# Bands (1-based) in strong water vapour absorption, which the distributed scene leaves out.
_LEFT_OUT = (*range(104, 109), *range(150, 164), 220)


def open_demo() -> tuple[Cube, ClassRaster]:
    """Return the 145 × 145 × 200 uint16 scene, memory-mapped, and its ground truth of 16 classes.

    The scene is M. F. Baumgardner, L. L. Biehl, D. A. Landgrebe, 220 Band AVIRIS Hyperspectral Image Data
    Set: June 12, 1992 Indian Pine Test Site 3, Purdue University Research Repository, 2015,
    doi:10.4231/R7RX991C, without the 20 bands in water vapour absorption.

    Raises
    ------
    CubeFileError
        When the tensorly package or its data files are absent.
    """
    scene, truth = _data_file("Indian_pines_corrected.npy"), _data_file("Indian_pines_gt.npy")
    wavelengths, fwhm = _band_table()
    classes = read_classes(resource("classes", "indian_pines.yaml"))
    cube = Cube(
        ArraySource(np.load(scene, mmap_mode="r")),
        name=_NAME,
        path=scene,
        format=_FORMAT,
        wavelengths_nm=wavelengths,
        fwhm_nm=fwhm,
        fingerprint=fingerprint([scene]),
        notes=("Values are at-sensor radiance × 500 + 1000, as distributed.",),
    )
    return cube, ClassRaster("Ground truth", np.load(truth), classes)


def is_demo(cube: Cube) -> bool:
    """Tell whether a cube is the demo scene as `open_demo` returns it."""
    return cube.name == _NAME and cube.format == _FORMAT


def _data_file(name: str) -> Path:
    spec = find_spec("tensorly")  # finds the package without importing it
    if spec is None or spec.origin is None:
        raise CubeFileError("The demo scene comes with the Python package tensorly, which is absent", _REMEDY)
    path = Path(spec.origin).parent / "datasets" / "data" / name
    if not path.is_file():
        raise CubeFileError(f"The installed tensorly package does not hold {name}", _REMEDY)
    return path


def _band_table() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return centres and widths in nm of the 200 bands kept; centres fall twice, at spectrometer borders."""
    table = np.loadtxt(
        resource("wavelengths", "aviris_indian_pines.csv"), delimiter=",", skiprows=4, encoding="utf-8"
    )
    kept = table[~np.isin(table[:, 0], _LEFT_OUT)]
    return kept[:, 1].copy(), kept[:, 2].copy()
