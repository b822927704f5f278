"""Features of large scenes: two experts that together take a kilobyte per pixel, and are soon ready."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.instant import experts as kinds
from hsi_studio.ml.instant.experts import Expert
from hsi_studio.ml.instant.features import CONTRAST, InstantFeatures
from hsi_studio.ml.instant.pixel_graph import pixel_graph
from hsi_studio.ml.instant.spectra import fit_statistics
from hsi_studio.ml.instant.spectral_view import SpectralView
from hsi_studio.ml.instant.views import View
from hsi_studio.ml.instant.window_view import WindowView
from hsi_studio.ml.one_thread import one_thread

COMPONENTS = 40
EXPERTS = (kinds.VALUES, kinds.WINDOWS)

_STRIP_ROWS = 64


def lean_features(cube: Cube, progress: Progress | None = None) -> Iterator[InstantFeatures]:
    """Yield the features of a scene for two experts: its spectra, and windows of 40 noise fractions.

    Spectra are read strip by strip, so that nothing of the size of the nine experts' features is ever held.

    Raises
    ------
    HsiError
        When no band varies over the valid pixels.
    Cancelled
        When `progress` says so, between two strips.
    """
    progress = Progress() if progress is None else progress
    progress.update(0.0, "statistics")
    with one_thread():
        statistics = fit_statistics(cube)
    rows, cols = cube.rows, cube.cols
    physical = np.empty((rows, cols, len(statistics.mean)), np.float32)
    fractions = np.empty((rows, cols, min(COMPONENTS, statistics.axes.shape[1])), np.float32)
    valid = np.empty((rows, cols), bool)
    for first in range(0, rows, _STRIP_ROWS):
        progress.update(0.1 + 0.5 * first / rows, "spectra")
        strip = Window(first, 0, min(_STRIP_ROWS, rows - first), cols)
        with one_thread():
            read = statistics.read(cube, strip)
        place = strip.slices()
        physical[place], valid[place] = read.physical, read.valid
        fractions[place] = read.fractions[..., : fractions.shape[2]]
    with one_thread():
        progress.update(0.6, "graph")
        graph = pixel_graph(fractions, valid, CONTRAST)
    flat = fractions.reshape(rows * cols, -1)
    spectra = physical.reshape(rows * cols, -1)
    views: dict[Expert, View] = {
        kinds.VALUES: SpectralView("values", statistics, spectra, valid.ravel()),
        kinds.WINDOWS: WindowView(flat, valid),
    }
    progress.update(1.0, "ready")
    yield InstantFeatures(statistics, cube.window, valid, graph, flat, views, EXPERTS)
