"""The instant head on a scene: clicks → map, one text → scores; a frozen value, pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.progress import Progress
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.instant.fit import ClickLabels, InstantFit, fit_clicks
from hsi_studio.ml.instant.mixture import mixture, nearness
from hsi_studio.ml.instant.pairs import two_at_a_time
from hsi_studio.ml.instant.random_walker import RandomWalker, random_walker
from hsi_studio.ml.instant.text_prior import checked_projection
from hsi_studio.ml.instant.text_projection import STRENGTH, TextProjection
from hsi_studio.ml.one_thread import one_thread

Floats = NDArray[np.float32]
Vectors = NDArray[np.floating]

_SHARED = ("class_scores", "walker", "_nearness", "_pooled")


@dataclass(frozen=True, eq=False)
class InstantHead:
    """A fit at work over the pixels of a window.

    Scores, distances and the factorised walker are kept when first asked for, so another text costs little.

    Parameters
    ----------
    features : InstantFeatures
    fit : InstantFit
    labels : ClickLabels
        Those inside the window, which clamp the random walker; none on another cube.
    classes : int
        V, all classes of the table.
    projection : TextProjection, optional
        Into the space of the texts; None for plain class scores.
    embeddings : ndarray (V, d), optional
        Of the classes' texts; given whenever there is a projection.
    """

    features: InstantFeatures
    fit: InstantFit
    labels: ClickLabels
    classes: int
    projection: TextProjection | None = None
    embeddings: Vectors | None = None

    @classmethod
    def train(
        cls,
        features: InstantFeatures,
        labels: ClickLabels,
        classes: int,
        *,
        embeddings: Vectors | None = None,
        strength: float = STRENGTH,
        progress: Progress | None = None,
    ) -> InstantHead:
        """Fit the experts that are ready to the labels on measured pixels.

        Parameters
        ----------
        classes : int
            V, all classes of the table.
        embeddings : ndarray (V, d), optional
            E of their texts.
        strength : float
            ρ, see `text_projection`; less of it where held-out clicks say so, see `text_prior`.

        Raises
        ------
        UsageError
            When fewer than two classes have such labels.
        """
        measured = labels.take(features.valid.ravel()[labels.positions])
        with one_thread():
            fit = fit_clicks(features.experts, features.at, measured, progress, learned=features.learned)
            projection = None
            if embeddings is not None:
                projection = checked_projection(embeddings[fit.present], fit, strength)
        return cls(features, fit, measured, classes, projection, embeddings)

    def with_texts(self, embeddings: Vectors) -> InstantHead:
        """Return the head scoring other texts (V, d) for the same classes; what was computed is shared."""
        other = replace(self, embeddings=embeddings)
        other.__dict__.update({name: self.__dict__[name] for name in _SHARED if name in self.__dict__})
        return other

    @cached_property
    def class_scores(self) -> Mapping[int, Floats]:
        """Scores (U, N) for the classes with labels, by place of the expert; of experts that count."""
        counts = np.flatnonzero(self.fit.near.counted + self.fit.far.counted).tolist()

        def scored(place: int) -> Floats:
            return self.features.views[self.fit.experts[place]].scores(self.fit.linear[place])

        with one_thread():
            return dict(zip(counts, two_at_a_time(scored, counts), strict=True))

    @cached_property
    def walker(self) -> RandomWalker:
        """The random walker, clamped at the labels."""
        targets = self.labels.targets
        return random_walker(self.features.graph, self.fit.smoothing, self.labels.positions, targets)

    @cached_property
    def _nearness(self) -> Floats:
        return nearness(self.labels.positions, self.features.valid.shape)

    def probabilities(self, *, smooth: bool = True, progress: Progress | None = None) -> Floats:
        """Return probabilities (N, V), zeros where nothing was measured.

        A class without labels takes part by its text alone; without texts it has probability 0.

        Parameters
        ----------
        smooth : bool
            Whether the random walker spreads them.
        """
        progress = Progress() if progress is None else progress
        with one_thread():
            progress.update(0.0, "scores")
            mixed = self._mixed(self._scores())
            mixed[:, ~self.features.valid.ravel()] = 0
            progress.update(0.5, "smoothing")
            return self.walker.spread(mixed.T) if smooth else mixed.T

    def _scores(self) -> Mapping[int, Floats]:
        """Return scores of each expert: of the labelled classes (U, N), or of all (V, N) by their texts."""
        if self.projection is None or self.embeddings is None:
            return self.class_scores
        mixing = self.projection.of_classes(self.embeddings, self.fit.present).T
        return {place: mixing @ own for place, own in self.class_scores.items()}

    def _mixed(self, scores: Mapping[int, Floats]) -> Floats:
        mixed = mixture(scores, self.fit.near, self.fit.far, self._nearness)
        if len(mixed) == self.classes:
            return mixed
        spread = np.zeros((self.classes, mixed.shape[1]), np.float32)
        spread[self.fit.present] = mixed
        return spread

    def heat(self, texts: Vectors) -> Floats:
        """Return scores (N, k) of free texts (k, d): z'·e of the experts together, NaN where not measured.

        Raises
        ------
        ValueError
            When the head has no texts.
        """
        if self.projection is None:
            raise ValueError("the head was made without texts")
        scores = self._pooled.T @ self.projection.mixing(texts)
        scores[~self.features.valid.ravel()] = np.nan
        return np.asarray(scores)

    @cached_property
    def _pooled(self) -> Floats:
        """The experts' scores (U, N) in units of log-probability, weighted by trust."""
        trust = self.fit.near
        shares = (trust.temperatures * trust.counted).astype(np.float32)
        return np.asarray(sum(shares[place] * scores for place, scores in self.class_scores.items()))
