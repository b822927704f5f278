"""What the view panel shows and must not wait for: the catalogue of indices, histograms."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.colormaps import lut
from hsi_studio.core.cube import Cube
from hsi_studio.core.indices import available_indices
from hsi_studio.core.levels import compute_levels, histogram
from hsi_studio.core.view import ViewSpec

# More would show the comb of integer values rather than their shape.
_BINS = 100
_INDICES, _HISTOGRAM, _LEVELS, _COLORMAPS = "indices", "histogram", "levels", "colour maps"


class ViewService(QObject):
    """Answers about the newest cube and view asked for, on the GUI thread."""

    indices_ready = Signal(object)
    """Tuple of `IndexInfo` that the cube allows."""
    histogram_ready = Signal(object, object)
    """(`Histogram`, `Levels`) of a view."""
    levels_ready = Signal(object)
    """`Levels` of a view."""
    failed = Signal(object)
    """The exception of a request."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = LatestWorker("view panel", self)
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))
        # Their catalogue takes 0.2 s to load: better here than on the GUI thread at the first swatch.
        self._worker.request(_COLORMAPS, lambda: lut("viridis"))

    def ask_indices(self, cube: Cube) -> None:
        """Look up which indices a cube allows."""
        self._worker.request(_INDICES, lambda: available_indices(cube))

    def ask_histogram(self, cube: Cube, view: ViewSpec) -> None:
        """Count the values of a view, and find the limits of its stretch."""
        self._worker.request(_HISTOGRAM, lambda: (histogram(cube, view, _BINS), compute_levels(cube, view)))

    def ask_levels(self, cube: Cube, view: ViewSpec) -> None:
        """Find the limits of a view's stretch."""
        self._worker.request(_LEVELS, lambda: compute_levels(cube, view))

    def forget(self) -> None:
        """Drop what was asked about another cube."""
        for kind in (_INDICES, _HISTOGRAM, _LEVELS):
            self._worker.drop(kind)

    def stop(self) -> None:
        """Stop the thread and wait for it."""
        self._worker.stop()

    def _on_answer(self, kind: object, answer: Any) -> None:
        if kind == _HISTOGRAM:
            self.histogram_ready.emit(*answer)
        elif kind != _COLORMAPS:
            {_INDICES: self.indices_ready, _LEVELS: self.levels_ready}[str(kind)].emit(answer)
