"""Reads and transforms spectra off the GUI thread: under the cursor, at picked pixels, over regions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube
from hsi_studio.core.library import SpectralLibrary
from hsi_studio.core.progress import Progress
from hsi_studio.core.region import Region, region_statistics
from hsi_studio.core.spectra import Spectrum, pixel_spectrum, transform

# Transforms after which a standard deviation still is one.
_LINEAR = ("Values", "Reflectance")
HOVER, CURVES, SAVED = "hover", "curves", "saved"


@dataclass(frozen=True)
class Pixel:
    """A pixel of a cube."""

    row: int
    col: int


Place = Pixel | Region


@dataclass(frozen=True, eq=False)
class Curve:
    """A spectrum after a transform, as it is drawn.

    Parameters
    ----------
    values : ndarray of float32 (bands,)
        NaN where nothing is drawn.
    std : ndarray of float32 (bands,), optional
        Standard deviation in the same unit: for regions, where the transform keeps its meaning.
    """

    values: NDArray[np.float32]
    std: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """What was read at a place, and its curve after a transform (None where that does not apply)."""

    spectrum: Spectrum
    kind: str
    curve: Curve | None


def curve_of(cube: Cube, spectrum: Spectrum, kind: str) -> Curve | None:
    """Return a spectrum (stored values) after a transform; None for the SNR of a single pixel."""
    if kind == "SNR" and spectrum.std is None:
        return None
    scale, std = cube.scale_factor, spectrum.std
    shown = transform(
        spectrum.values[None],
        cube.wavelengths_nm,
        BandAxis.of(cube).good,
        kind,
        scale_factor=scale,
        std=None if std is None else std[None],
    )
    if std is None or kind not in _LINEAR:
        return Curve(shown[0])
    return Curve(shown[0], std / np.float32(scale) if kind == "Reflectance" else std)


def measure(cube: Cube, place: Place, kind: str, progress: Progress | None = None) -> Measured:
    """Read the spectrum at a place and transform it.

    Raises
    ------
    UsageError
        When a region holds no pixel of the cube.
    """
    if isinstance(place, Pixel):
        spectrum = pixel_spectrum(cube, place.row, place.col)
    else:
        spectrum = region_statistics(cube, place, progress)
    return Measured(spectrum, kind, curve_of(cube, spectrum, kind))


def save(path: Path, spectra: Sequence[Spectrum], cube: Cube) -> tuple[Path, int]:
    """Write spectra of a cube as an ENVI spectral library (.sli) or as a CSV table; return path and count.

    Raises
    ------
    HsiError
        When the file cannot be written.
    """
    if path.suffix.lower() == ".sli":
        from hsi_studio.io.envi_library import write_library

        names = tuple(spectrum.name for spectrum in spectra)
        values = np.stack([spectrum.values for spectrum in spectra])
        write_library(path, SpectralLibrary(names, cube.wavelengths_nm, values))
    else:
        from hsi_studio.io.spectra_export import write_csv

        write_csv(path, spectra, cube.wavelengths_nm, cube.good_bands())
    return path, len(spectra)


class SpectrumService(QObject):
    """Answers on the GUI thread. A newer hover replaces a waiting one; every measurement is answered.

    Regions have a thread of their own: a large one may take long, and hovering goes on meanwhile.
    """

    hovered = Signal(object)
    """The newest `Measured` under the cursor."""
    measured = Signal(int, object)
    """(key, `Measured`)."""
    progressed = Signal(int, float)
    """(key, fraction of a region read so far)."""
    transformed = Signal(object)
    """Curve or None by key."""
    saved = Signal(object, int)
    """(path, number of spectra written)."""
    failed = Signal(object, object)
    """(key of a measurement, or ``hover``, ``curves``, ``saved``; exception)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pixels = LatestWorker("spectra", self)
        self._regions = LatestWorker("region spectra", self)
        self._running: dict[int, threading.Event] = {}
        for worker in (self._pixels, self._regions):
            worker.answered.connect(self._on_answer)
            worker.failed.connect(self._on_failure)

    def hover(self, cube: Cube, pixel: Pixel, kind: str) -> None:
        """Read the pixel under the cursor."""
        self._pixels.request(HOVER, lambda: measure(cube, pixel, kind))

    def leave(self) -> None:
        """Forget the pixel under the cursor."""
        self._pixels.drop(HOVER)

    def measure(self, key: int, cube: Cube, place: Place, kind: str) -> None:
        """Read a place; a newer request of the same key replaces the older one."""
        self.cancel(key)
        if isinstance(place, Pixel):
            self._pixels.request(key, lambda: measure(cube, place, kind))
            return
        cancelled = self._running[key] = threading.Event()

        def report(fraction: float | None, text: str) -> None:  # noqa: ARG001
            self.progressed.emit(key, fraction or 0.0)

        progress = Progress(report, cancelled.is_set)
        self._regions.request(key, lambda: measure(cube, place, kind, progress))

    def transform(self, cube: Cube, spectra: Mapping[int, Spectrum], kind: str) -> None:
        """Transform spectra that were read before, by key."""
        spectra = dict(spectra)
        self._pixels.request(
            CURVES, lambda: {key: curve_of(cube, spectrum, kind) for key, spectrum in spectra.items()}
        )

    def save(self, path: Path, spectra: Sequence[Spectrum], cube: Cube) -> None:
        """Write a file."""
        self._pixels.request(SAVED, lambda: save(path, spectra, cube))

    def cancel(self, key: int) -> None:
        """Stop reading for a key."""
        self._pixels.drop(key)
        self._regions.drop(key)
        if key in self._running:
            self._running.pop(key).set()

    def stop(self) -> None:
        """Stop both threads and wait for them."""
        for cancelled in self._running.values():
            cancelled.set()
        self._pixels.stop()
        self._regions.stop()

    def _on_answer(self, kind: object, answer: Any) -> None:
        if isinstance(kind, int):
            self._running.pop(kind, None)
            self.measured.emit(kind, answer)
        elif kind == HOVER:
            self.hovered.emit(answer)
        elif kind == CURVES:
            self.transformed.emit(answer)
        else:
            self.saved.emit(*answer)

    def _on_failure(self, kind: object, error: Exception) -> None:
        self.failed.emit(kind, error)
