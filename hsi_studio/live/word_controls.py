"""Whether words matter on a scene: the same labels with real texts, and with what could take their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError
from hsi_studio.live.map_requests import EngineName
from hsi_studio.live.recipes import CubeRecipe

if TYPE_CHECKING:
    from hsi_studio.ml.benchmark.texts import Texts
    from hsi_studio.ml.instant.features import InstantFeatures
    from hsi_studio.ml.instant.fit import ClickLabels, InstantFit

KINDS = ("real", "shuffled", "names", "nonsense", "one-hot")
UNSEEN = KINDS[:-1]
"""Kinds by which a class without labels can be found."""

_FOLDS = 4
_BLOCKS_PER_SIDE = 8
_FEWEST = 3  # classes, so that two are left when one is held out

Index = NDArray[np.intp]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ControlsWanted:
    """Request ``controls``: whether words matter; the answers are `ControlProgress` and at last `Controls`.

    Parameters
    ----------
    recipe : CubeRecipe
    positions, targets : ndarray of int (n,)
        Flat index of each labelled pixel, and place of its class in the table.
    ids : tuple of int
        Of the table's classes.
    texts : Texts
        Read from the same table.
    engine : {"instant", "s3fn", "both"}
    seeds : int
        How often the blocks are divided anew.
    """

    recipe: CubeRecipe
    positions: Index
    targets: Index
    ids: tuple[int, ...]
    texts: Texts
    engine: EngineName = "both"
    seeds: int = 5


@dataclass(frozen=True)
class ControlProgress:
    """How much is done, from 0 to 1."""

    share: float


@dataclass(frozen=True)
class Controls:
    """What was found.

    Parameters
    ----------
    accuracy : dict of str to tuple of float
        Overall accuracy on labels in blocks that were not learned from, by kind of text, one per seed.
    unseen : dict of int to dict of str to tuple of float
        Area under the ROC curve of a class's labels when the class had none, by id and kind, one per fold.
    labels : int
        How many there were.
    """

    accuracy: dict[str, tuple[float, ...]]
    unseen: dict[int, dict[str, tuple[float, ...]]]
    labels: int


@dataclass(frozen=True, eq=False)
class _Case:
    """Labels on a scene, and the block of the image that each lies in."""

    features: InstantFeatures
    labels: ClickLabels
    blocks: Index
    texts: Texts

    def folds(self, seed: int) -> Iterator[NDArray[np.bool_]]:
        """Yield which labels (n,) are held back, fold by fold: all of a block are in the same one."""
        used = np.unique(self.blocks)
        random = np.random.default_rng(seed)
        fold = random.permutation(len(used)) % _FOLDS
        for number in range(_FOLDS):
            yield fold[np.searchsorted(used, self.blocks)] == number

    def fit(self, kept: NDArray[np.bool_]) -> InstantFit:
        from hsi_studio.ml.instant.fit import fit_clicks
        from hsi_studio.ml.one_thread import one_thread

        with one_thread():
            return fit_clicks(
                self.features.experts,
                self.features.at,
                self.labels.take(kept),
                learned=self.features.learned,
            )

    def scores(self, fit: InstantFit, at: Index) -> list[Floats]:
        """Return the scores (U, k) of each expert at some pixels."""
        pairs = zip(fit.experts, fit.linear, strict=True)
        return [linear.scores(self.features.at(expert, at)).T for expert, linear in pairs]

    def vectors(self, kind: str, seed: int) -> Floats:
        texts = self.texts.of(kind, seed)
        assert texts is not None
        return texts.vectors


def controls(features: InstantFeatures, wanted: ControlsWanted) -> Iterator[ControlProgress | Controls]:
    """Yield how far it is after every fit, and at last what was found.

    Raises
    ------
    UsageError
        When fewer than three classes have labels, or these lie in too few blocks of the image.
    """
    case = _case(features, wanted)
    present = case.labels.present
    steps = (wanted.seeds + len(present)) * _FOLDS
    right: dict[str, list[float]] = {kind: [] for kind in KINDS}
    done = 0
    for seed in range(wanted.seeds):
        hits = []
        for held in case.folds(seed):
            hits.append(_hits(case, held, seed))
            done += 1
            yield ControlProgress(done / steps)
        for kind in KINDS:
            right[kind].append(_mean([hit for one in hits for hit in one.get(kind, ())]))
    unseen: dict[int, dict[str, tuple[float, ...]]] = {}
    for place in present.tolist():
        areas = []
        for number, held in enumerate(case.folds(0)):
            areas.append(_areas(case, held, place, number))
            done += 1
            yield ControlProgress(done / steps)
        unseen[wanted.ids[place]] = {
            kind: tuple(one[kind] for one in areas if kind in one) for kind in UNSEEN
        }
    yield Controls({kind: tuple(values) for kind, values in right.items()}, unseen, len(case.labels))


def _case(features: InstantFeatures, wanted: ControlsWanted) -> _Case:
    from hsi_studio.ml.instant.fit import ClickLabels

    rows, cols = features.valid.shape
    measured = features.valid.ravel()[wanted.positions]
    row, col = np.divmod(wanted.positions[measured], cols)
    labels = ClickLabels.sorted(row, col, wanted.targets[measured], cols)
    row, col = np.divmod(labels.positions, cols)
    side = -(-max(rows, cols) // _BLOCKS_PER_SIDE)
    case = _Case(features, labels, row // side * _BLOCKS_PER_SIDE + col // side, wanted.texts)
    _require_enough(case)
    return case


def _require_enough(case: _Case) -> None:
    if len(case.labels.present) < _FEWEST:
        raise UsageError("fewer than three classes have labels", "label pixels of three classes or more")
    if not any(_tested(case, held).any() for held in case.folds(0)):
        raise UsageError(
            "the labels of each class lie in one spot, so nothing can be held back",
            "label each class in two places or more, some way apart",
        )


def _tested(case: _Case, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which labels (n,) are held back and of a class that is still learned from."""
    learned = np.unique(case.labels.targets[~held])
    enough = len(learned) >= _FEWEST - 1
    return held & np.isin(case.labels.targets, learned) & enough


def _hits(case: _Case, held: NDArray[np.bool_], seed: int) -> dict[str, list[float]]:
    """Return for each kind of text which labels held back are found right, as 0 or 1."""
    from hsi_studio.ml.instant.mixture import mixture, nearness
    from hsi_studio.ml.instant.text_prior import checked_projection

    tested = _tested(case, held)
    if not tested.any():
        return {}
    fit = case.fit(~held)
    at, truth = case.labels.positions[tested], case.labels.targets[tested]
    scores, near = case.scores(fit, at), nearness(case.labels.positions[~held], case.features.valid.shape)[at]
    found = {}
    for kind in KINDS:
        own = case.vectors(kind, seed)[fit.present]
        mixing = checked_projection(own, fit).of_classes(own, np.arange(len(own))).T
        each = {place: mixing @ one for place, one in enumerate(scores)}
        mixed = mixture(each, fit.near, fit.far, near)
        found[kind] = (fit.present[mixed.argmax(axis=0)] == truth).astype(float).tolist()
    return found


def _areas(case: _Case, held: NDArray[np.bool_], place: int, seed: int) -> dict[str, float]:
    """Return how well the labels of a class are told from others held back, by its text alone."""
    from hsi_studio.ml.benchmark.texts import area_under_curve
    from hsi_studio.ml.instant.text_projection import text_projection

    own = case.labels.targets == place
    kept, asked = ~held & ~own, own | held
    if len(np.unique(case.labels.targets[kept])) < _FEWEST - 1 or not (held & ~own).any():
        return {}
    fit = case.fit(kept)
    shares = fit.near.temperatures * fit.near.weights
    at = case.labels.positions[asked]
    pooled = sum(share * one for share, one in zip(shares, case.scores(fit, at), strict=True))
    found = {}
    for kind in UNSEEN:
        vectors = case.vectors(kind, seed)
        heat = np.asarray(pooled).T @ text_projection(vectors[fit.present]).mixing(vectors[[place]])
        found[kind] = area_under_curve(heat[:, 0], own[asked])
    return found


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
