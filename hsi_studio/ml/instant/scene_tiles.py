"""Scenes whose features do not fit into memory: windows with a halo, and labels that lie in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.ml.instant.experts import Expert
from hsi_studio.ml.instant.features import STRENGTHS, InstantFeatures, window_features
from hsi_studio.ml.instant.fit import ClickLabels
from hsi_studio.ml.instant.network import Network
from hsi_studio.ml.instant.spectra import SpectralStatistics
from hsi_studio.ml.tiling import tiles

HALO = 64
"""Pixels around a tile: smoothing at λ = 150 reaches about 16 pixels, so 2 % of it is left there."""

MOST_PIXELS = 500_000
_WHOLE_BYTES = 2_500_000_000
_TILE_BYTES = 1_000_000_000
_LEAST_SIDE = 64
_CLASSICAL = 0.6  # of the work, where a network sees too

# With the content of the network that sees for one of the experts.
_recent: WeakKeyDictionary[Cube, tuple[InstantFeatures, bytes | None]] = WeakKeyDictionary()


def fits_whole(cube: Cube, statistics: SpectralStatistics) -> bool:
    """Tell whether the whole scene is one window."""
    return cube.window.size <= min(MOST_PIXELS, _WHOLE_BYTES // bytes_per_pixel(statistics))


def bytes_per_pixel(statistics: SpectralStatistics) -> int:
    """Return the memory of what all experts see of a pixel."""
    bands, components = statistics.axes.shape
    return 4 * int(bands + 2 * components * (len(STRENGTHS) + 2))


def tile_side(statistics: SpectralStatistics) -> int:
    """Return the side of tiles whose features with their halo take about a gigabyte."""
    return max(math.isqrt(_TILE_BYTES // bytes_per_pixel(statistics)) - 2 * HALO, _LEAST_SIDE)


def windows(
    cube: Cube, statistics: SpectralStatistics, asked: Window, side: int | None = None
) -> Iterator[tuple[Window, Window]]:
    """Yield (window, window with halo) that cover the pixels asked for; the whole cube where it fits."""
    if side is None and fits_whole(cube, statistics):
        yield asked, cube.window
        return
    for window in tiles(asked, tile_side(statistics) if side is None else side):
        yield window, with_halo(window, cube)


def with_halo(window: Window, cube: Cube) -> Window:
    """Return a window with `HALO` more pixels on each side, inside the cube."""
    grown = Window(window.row - HALO, window.col - HALO, window.rows + 2 * HALO, window.cols + 2 * HALO)
    row, col = max(grown.row, 0), max(grown.col, 0)
    return Window(row, col, min(grown.row_stop, cube.rows) - row, min(grown.col_stop, cube.cols) - col)


def complete_features(
    cube: Cube,
    statistics: SpectralStatistics,
    window: Window,
    progress: Progress | None = None,
    network: Network | None = None,
) -> InstantFeatures:
    """Return the features of a window with all experts; those of the last whole scene are remembered.

    With a network, its expert joins them.
    """
    progress = Progress() if progress is None else progress
    features, known = _recent.get(cube, (None, None))
    if features is None or features.statistics is not statistics or features.window != window:
        own = progress if network is None else progress.part(0.0, _CLASSICAL)
        *_, features = window_features(cube, statistics, window, own)
        known = None
    if network is None:
        features = features.without_network()
    elif network.content != known:
        seen = network.features(cube, window, progress.part(_CLASSICAL, 1.0))
        features = features.with_network(seen, network.learned(cube, window))
    if window == cube.window:
        remember(cube, features, network)
    return features


def remember(cube: Cube, features: InstantFeatures, network: Network | None = None) -> None:
    """Keep the features of a scene for as long as the cube lives, or until those of another come."""
    _recent.clear()
    _recent[cube] = features, None if network is None else network.content


def remembered(cube: Cube) -> InstantFeatures | None:
    """Return the features of the last scene, if it was this one."""
    return _recent.get(cube, (None, None))[0]


def click_features(
    cube: Cube,
    statistics: SpectralStatistics,
    labels: ClickLabels,
    progress: Progress,
    network: Network | None = None,
) -> tuple[ClickLabels, Mapping[Expert, NDArray[np.float32]]]:
    """Return the labels on measured pixels and what each expert sees there, (n, F), tile by tile."""
    places: list[NDArray[np.intp]] = []
    parts: dict[Expert, list[NDArray[np.float32]]] = {}
    for window, around in windows(cube, statistics, cube.window):
        there = np.flatnonzero(labels.inside(window))
        if not len(there):
            continue
        features = complete_features(cube, statistics, around, progress, network)
        positions = labels.take(there).seen_from(around).positions
        valid = features.valid.ravel()[positions]
        if not valid.any():
            continue
        places.append(there[valid])
        for expert, view in features.views.items():
            parts.setdefault(expert, []).append(view.at(positions[valid]))
    found = np.concatenate([np.zeros(0, np.intp), *places])
    order = np.argsort(found)
    return labels.take(found[order]), {expert: np.concatenate(part)[order] for expert, part in parts.items()}
