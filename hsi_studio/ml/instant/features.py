"""The features of a scene, in stages: the cheap experts first, a map is possible from each stage on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.instant import experts as kinds
from hsi_studio.ml.instant.box_means import box_means
from hsi_studio.ml.instant.diffusion import Smoother, smoother, solve_all
from hsi_studio.ml.instant.experts import Expert, network_expert
from hsi_studio.ml.instant.one_thread import one_thread
from hsi_studio.ml.instant.pixel_graph import PixelGraph, pixel_graph
from hsi_studio.ml.instant.spectra import PixelSpectra, SpectralStatistics, fit_statistics

STRENGTHS = (1.0, 10.0, 100.0)
CONTRAST, SHARP_CONTRAST = 3.0, 1.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class InstantFeatures:
    """What the experts see of a window. A value: each stage is another one that shares the arrays.

    Parameters
    ----------
    statistics : SpectralStatistics
    window : Window
        The pixels, N = rows · cols of them.
    valid : ndarray of bool (rows, cols)
        False where nothing was measured.
    graph : PixelGraph
        For the random walker.
    arrays : mapping of Expert to ndarray of float32 (N, F)
        The experts that are ready, in order.
    planned : tuple of Expert
        Those that will be there at last: the nine of the recipe, fewer for large scenes.
    """

    statistics: SpectralStatistics
    window: Window
    valid: NDArray[np.bool_]
    graph: PixelGraph
    arrays: Mapping[Expert, Floats]
    planned: tuple[Expert, ...] = kinds.ALL

    @staticmethod
    def open(cube: Cube, progress: Progress | None = None) -> Iterator[InstantFeatures]:
        """Estimate the statistics of a scene and yield its features with more and more experts.

        Raises
        ------
        HsiError
            When no band varies over the valid pixels.
        Cancelled
            When `progress` says so, between two steps.
        """
        progress = Progress() if progress is None else progress
        progress.update(0.0, "statistics")
        with one_thread():
            statistics = fit_statistics(cube)
        yield from window_features(cube, statistics, cube.window, progress)

    @property
    def experts(self) -> tuple[Expert, ...]:
        """The experts that are ready."""
        return tuple(self.arrays)

    @property
    def complete(self) -> bool:
        """Whether all planned experts are there."""
        return set(self.planned) <= set(self.arrays)

    @property
    def nbytes(self) -> int:
        """Memory of the features."""
        return sum(array.nbytes for array in self.arrays.values())

    def with_network(self, name: str, features: Floats) -> InstantFeatures:
        """Return these features with one more expert: a trained network's output (N, F) of the window."""
        return self._with({network_expert(name): features})

    def _with(self, arrays: Mapping[Expert, Floats]) -> InstantFeatures:
        return replace(self, arrays={**self.arrays, **arrays})


def window_features(
    cube: Cube, statistics: SpectralStatistics, window: Window, progress: Progress | None = None
) -> Iterator[InstantFeatures]:
    """Yield the features of a window with frozen statistics, with more and more experts.

    What lies around the window is not looked at: give it a halo.
    """
    progress = Progress() if progress is None else progress
    with one_thread():
        progress.update(0.1, "spectra")
        spectra = statistics.read(cube, window)
        progress.update(0.2, "windows")
        features = _cheap(statistics, window, spectra)
    yield features
    fractions = _flat(np.concatenate([spectra.fractions, spectra.shape_fractions], axis=2))
    with one_thread():
        progress.update(0.35, "windows of shapes")
        windows = box_means(spectra.shape_fractions, spectra.valid)
        features = features._with({kinds.SHAPE_WINDOWS: windows})
    yield features
    with one_thread():
        progress.update(0.45, "fields")
        solved = _diffused(features.graph, STRENGTHS, fractions, progress)
        features = features._with(_halves(kinds.FIELDS, kinds.SHAPE_FIELDS, [fractions, *solved]))
    yield features
    with one_thread():
        progress.update(0.85, "sharp fields")
        sharp = pixel_graph(spectra.fractions, spectra.valid, SHARP_CONTRAST)
        solved = _diffused(sharp, STRENGTHS[-1:], fractions, progress)
        features = features._with(_halves(kinds.SHARP_FIELDS, kinds.SHARP_SHAPE_FIELDS, solved))
        progress.update(1.0, "ready")
    yield features


def _cheap(statistics: SpectralStatistics, window: Window, spectra: PixelSpectra) -> InstantFeatures:
    arrays = {
        kinds.VALUES: _flat(spectra.values),
        kinds.SHAPE: _flat(spectra.shape),
        kinds.CHANGE: _flat(spectra.change),
        kinds.WINDOWS: box_means(spectra.fractions, spectra.valid),
    }
    graph = pixel_graph(spectra.fractions, spectra.valid, CONTRAST)
    return InstantFeatures(statistics, window, spectra.valid, graph, arrays)


def _diffused(
    graph: PixelGraph, strengths: tuple[float, ...], planes: Floats, progress: Progress
) -> list[Floats]:
    systems: list[Smoother] = []
    for strength in strengths:
        systems.append(smoother(graph, strength))
        progress.update(None, "fields")
    return solve_all(systems, planes)


def _halves(first: Expert, second: Expert, planes: list[Floats]) -> dict[Expert, Floats]:
    """Return what two experts see of planes (N, 2k): the one all first halves, the other all second ones."""
    half = planes[0].shape[1] // 2
    return {
        first: np.concatenate([plane[:, :half] for plane in planes], axis=1),
        second: np.concatenate([plane[:, half:] for plane in planes], axis=1),
    }


def _flat(planes: Floats) -> Floats:
    return planes.reshape(-1, planes.shape[2])
