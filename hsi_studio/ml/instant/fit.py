"""What the clicks teach: linear experts, how far each is trusted, and how strongly the map is smoothed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError
from hsi_studio.ml.instant.click_validation import (
    Trust,
    judged,
    validate,
    validate_with_network,
)
from hsi_studio.ml.instant.experts import NETWORK, Expert, prior
from hsi_studio.ml.instant.folds import strokes, thinned
from hsi_studio.ml.instant.linear_experts import (
    LinearExpert,
    fit_expert,
    fit_expert_to_many,
    scale_clicks,
)
from hsi_studio.ml.instant.places import Places

MOST_FITTED, MOST_VALIDATED = 2000, 400
"""Labels that the experts and their validation learn from; of more, equal numbers per class are drawn."""

Index = NDArray[np.intp]
Rows = Callable[[Expert, Index], NDArray[np.float32]]
"""(expert, positions) → its features (n, F) at flat pixel indices."""


@dataclass(frozen=True, eq=False)
class ClickLabels:
    """The labelled pixels in the order of their positions, whatever order they were given in.

    Parameters
    ----------
    positions : ndarray of int (n,)
        Flat index of the pixel.
    targets : ndarray of int (n,)
        Position of the class in the table.
    cols : int
        Of the image.
    """

    positions: Index
    targets: Index
    cols: int

    @classmethod
    def sorted(cls, rows: Index, cols: Index, targets: Index, width: int) -> ClickLabels:
        """Sort labels of an image of `width` columns."""
        positions = np.asarray(rows, np.intp) * width + np.asarray(cols, np.intp)
        order = np.argsort(positions, kind="stable")
        return cls(positions[order], np.asarray(targets, np.intp)[order], width)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def present(self) -> Index:
        """Positions of the classes that have labels."""
        return np.unique(self.targets)

    def take(self, chosen: NDArray[np.generic]) -> ClickLabels:
        """Return some of the labels."""
        return ClickLabels(self.positions[chosen], self.targets[chosen], self.cols)

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Tell which of the labels (n,) lie in a window."""
        rows, cols = np.divmod(self.positions, self.cols)
        vertical = (rows >= window.row) & (rows < window.row_stop)
        return np.asarray(vertical & (cols >= window.col) & (cols < window.col_stop))

    def seen_from(self, window: Window) -> ClickLabels:
        """Return the labels inside a window, at their places there."""
        own = self.take(self.inside(window))
        rows, cols = np.divmod(own.positions, self.cols)
        positions = (rows - window.row) * window.cols + cols - window.col
        return ClickLabels(positions, own.targets, window.cols)


@dataclass(frozen=True, eq=False)
class InstantFit:
    """All that was learned from the clicks.

    Parameters
    ----------
    present : ndarray of int (U,)
        Positions, in the class table, of the classes with labels: those that the experts score.
    experts : tuple of Expert
    linear : tuple of LinearExpert
    near, far : Trust
        Close to clicks and far from them.
    smoothing : float
        λ of the random walker.
    """

    present: Index
    experts: tuple[Expert, ...]
    linear: tuple[LinearExpert, ...]
    near: Trust
    far: Trust
    smoothing: float


def fit_clicks(
    experts: tuple[Expert, ...],
    rows: Rows,
    labels: ClickLabels,
    progress: Progress | None = None,
    *,
    learned: Index | None = None,
) -> InstantFit:
    """Fit the experts to the labels and validate them there.

    Parameters
    ----------
    learned : ndarray of int, optional
        Flat indices of the pixels that the network among the experts was trained on: its answers there say
        nothing of how right it is elsewhere.

    Raises
    ------
    UsageError
        When fewer than two classes have labels.
    Cancelled
        When `progress` says so, between two experts.
    """
    progress = Progress() if progress is None else progress
    present = labels.present
    if len(present) < 2:
        raise UsageError(
            "no class has labels" if not len(present) else "only one class has labels",
            "label pixels of two classes or more",
        )
    targets = np.searchsorted(present, labels.targets)
    some = thinned(labels.positions, targets, MOST_FITTED)
    fewer = thinned(labels.positions[some], targets[some], MOST_VALIDATED)
    touching = strokes(labels.positions, targets, labels.cols)[some][fewer]
    places = _places(labels.take(some[fewer]), targets[some][fewer], touching)
    linear, asked = [], []
    for number, expert in enumerate(experts):
        progress.update(number / len(experts), expert.name)
        features = rows(expert, labels.positions[some])
        clicks = scale_clicks(features[fewer], places.targets, len(present))
        asked.append(judged(clicks, expert.shrinkages, places))
        linear.append(_fitted(features, targets[some], len(present), asked[-1].shrinkage))
    believed = prior(experts)
    if NETWORK in experts:
        seen = np.isin(places.positions, np.zeros(0, np.intp) if learned is None else learned)
        near, far = validate_with_network(asked, places, believed, experts.index(NETWORK), seen)
    else:
        near, far = validate(asked, places, believed)
    strengths = np.log([expert.smoothing for expert in experts])
    smoothing = float(np.exp(near.weights @ strengths))
    return InstantFit(present, experts, tuple(linear), near, far, smoothing)


def _fitted(features: NDArray[np.float32], targets: Index, classes: int, shrinkage: float) -> LinearExpert:
    clicks = scale_clicks(features, targets, classes)
    fit = fit_expert if features.shape[0] <= features.shape[1] else fit_expert_to_many
    return fit(clicks, shrinkage)


def _places(labels: ClickLabels, targets: Index, touching: Index) -> Places:
    rows, cols = np.divmod(labels.positions, labels.cols)
    return Places(labels.positions, rows, cols, targets, touching)
