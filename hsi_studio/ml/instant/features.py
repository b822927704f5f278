"""The features of a scene, in stages: the cheap experts first, a map is possible from each stage on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.instant import experts as kinds
from hsi_studio.ml.instant.diffusion import Smoother, smoother, solve_all
from hsi_studio.ml.instant.experts import Expert
from hsi_studio.ml.instant.pixel_graph import PixelGraph, pixel_graph
from hsi_studio.ml.instant.spectra import PixelSpectra, SpectralStatistics, fit_statistics
from hsi_studio.ml.instant.spectral_view import SpectralView
from hsi_studio.ml.instant.views import StackedView, View
from hsi_studio.ml.instant.window_view import WindowView
from hsi_studio.ml.one_thread import one_thread

STRENGTHS = (1.0, 10.0, 100.0)
CONTRAST, SHARP_CONTRAST = 3.0, 1.0
_NOTHING = np.zeros(0, np.intp)

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class InstantFeatures:
    """What the experts see of a window. A value: each stage is another one that shares the views.

    Parameters
    ----------
    statistics : SpectralStatistics
    window : Window
        The pixels, N = rows · cols of them.
    valid : ndarray of bool (rows, cols)
        False where nothing was measured.
    graph : PixelGraph
        For the random walker.
    fractions : ndarray of float32 (N, k)
        Minimum noise fractions, by which pixels are compared.
    views : mapping of Expert to View
        What the experts that are ready see, in order.
    planned : tuple of Expert
        Those that will be there at last: the nine of the recipe, fewer for large scenes.
    learned : ndarray of int (m,)
        Flat indices of the pixels that the network among the experts was trained on.
    """

    statistics: SpectralStatistics
    window: Window
    valid: NDArray[np.bool_]
    graph: PixelGraph
    fractions: Floats
    views: Mapping[Expert, View]
    planned: tuple[Expert, ...] = kinds.ALL
    learned: NDArray[np.intp] = field(default_factory=lambda: _NOTHING)

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
        return tuple(self.views)

    @property
    def complete(self) -> bool:
        """Whether all planned experts are there."""
        return set(self.planned) <= set(self.views)

    @property
    def nbytes(self) -> int:
        """Memory of what the experts see."""
        held = {id(array): array.nbytes for view in self.views.values() for array in view.arrays}
        return sum(held.values())

    def at(self, expert: Expert, positions: NDArray[np.intp]) -> Floats:
        """Return the features (n, F) that an expert sees at flat pixel indices (n,)."""
        return self.views[expert].at(positions)

    def with_network(self, features: Floats, learned: NDArray[np.intp] = _NOTHING) -> InstantFeatures:
        """Return these features with one more expert: a trained network's output (N, F) of the window.

        What it says of the pixels that it was trained on is no evidence of how right it is.
        """
        joined = self._with({kinds.NETWORK: StackedView((features,))})
        return replace(joined, learned=np.asarray(learned, np.intp))

    def without_network(self) -> InstantFeatures:
        """Return these features without that expert."""
        views = {expert: view for expert, view in self.views.items() if expert != kinds.NETWORK}
        return replace(self, views=views, learned=_NOTHING)

    def only(self, expert: Expert) -> InstantFeatures:
        """Return these features with one expert alone."""
        return replace(self, views={expert: self.views[expert]})

    def _with(self, views: Mapping[Expert, View]) -> InstantFeatures:
        return replace(self, views={**self.views, **views})


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
        planes = _flat(spectra.fractions), _flat(spectra.shape_fractions)
        features = _cheap(statistics, window, spectra, planes)
    yield features
    with one_thread():
        progress.update(0.45, "fields")
        values, shapes = _diffused(features.graph, STRENGTHS, planes, progress)
        seen = {kinds.FIELDS: (planes[0], *values), kinds.SHAPE_FIELDS: (planes[1], *shapes)}
        features = features._with({expert: StackedView(parts) for expert, parts in seen.items()})
    yield features
    with one_thread():
        progress.update(0.85, "sharp fields")
        sharp = pixel_graph(spectra.fractions, spectra.valid, SHARP_CONTRAST)
        values, shapes = _diffused(sharp, STRENGTHS[-1:], planes, progress)
        seen = {kinds.SHARP_FIELDS: values, kinds.SHARP_SHAPE_FIELDS: shapes}
        features = features._with({expert: StackedView(parts) for expert, parts in seen.items()})
        progress.update(1.0, "ready")
    yield features


def _cheap(
    statistics: SpectralStatistics, window: Window, spectra: PixelSpectra, planes: tuple[Floats, Floats]
) -> InstantFeatures:
    own, valid = _flat(spectra.physical), spectra.valid
    views: dict[Expert, View] = {
        kinds.VALUES: SpectralView("values", statistics, own, valid.ravel()),
        kinds.SHAPE: SpectralView("shape", statistics, own, valid.ravel()),
        kinds.CHANGE: SpectralView("change", statistics, own, valid.ravel()),
        kinds.WINDOWS: WindowView(planes[0], valid),
        kinds.SHAPE_WINDOWS: WindowView(planes[1], valid),
    }
    graph = pixel_graph(spectra.fractions, valid, CONTRAST)
    return InstantFeatures(statistics, window, valid, graph, planes[0], views)


def _diffused(
    graph: PixelGraph, strengths: tuple[float, ...], planes: tuple[Floats, Floats], progress: Progress
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return each of the planes (N, k) spread along the graph with each strength."""
    systems: list[Smoother] = []
    for strength in strengths:
        systems.append(smoother(graph, strength))
        progress.update(None, "fields")
    solved = solve_all([(system, own) for own in planes for system in systems])
    return tuple(solved[: len(systems)]), tuple(solved[len(systems) :])


def _flat(planes: Floats) -> Floats:
    return planes.reshape(-1, planes.shape[2])
