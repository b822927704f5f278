"""Means over seeds, and whether a difference between two methods is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.benchmark.accuracy import Plan, Trial

_ALL_SIGNS = 14


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation over seeds; the deviation of a single one is NaN."""

    mean: float
    std: float


@dataclass(frozen=True)
class Paired:
    """Mean difference over seeds, its standard error, and the probability of one as large by chance.

    Parameters
    ----------
    p : float
        Two-sided, of the test that turns the sign of every seed's difference in all ways (Fisher's
        randomisation test). With n seeds it cannot fall below 2 / 2ⁿ: 0.25 for three, 0.002 for ten.
    """

    mean: float
    error: float
    p: float


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean and deviation of the values that are there; None when there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(float(np.mean(known)), float(np.std(known, ddof=1)) if len(known) > 1 else float("nan"))


def paired(values: Sequence[float], others: Sequence[float]) -> Paired:
    """Compare values with others of the same seeds."""
    differences = np.subtract(values, others)
    count = len(differences)
    if count < 2:
        return Paired(float(differences.mean()), float("nan"), 1.0)
    error = float(differences.std(ddof=1) / np.sqrt(count))
    # Rounding must not tell apart sums that are equal.
    as_large = np.abs(_signs(count) @ differences) >= np.abs(differences.sum()) * (1 - 1e-9)
    return Paired(float(differences.mean()), error, float(as_large.mean()))


def _signs(count: int) -> NDArray[np.int64]:
    """Return all rows (2ⁿ, n) of signs, or 16 384: those of the differences themselves and drawn ones.

    So a probability is never 0 (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585).
    """
    if count <= _ALL_SIGNS:
        return 1 - 2 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
    signs = np.random.default_rng(0).choice([-1, 1], (2**_ALL_SIGNS, count))
    signs[0] = 1
    return signs


def cell(trials: Sequence[Trial], method: str, split: str, shots: int) -> list[Trial]:
    """Return the trials of a method on one kind of split, by seed."""
    own = [one for one in trials if (one.method, one.split, one.shots) == (method, split, shots)]
    return sorted(own, key=lambda one: one.seed)


def accuracies(trials: Sequence[Trial], method: str, split: str, shots: int) -> list[float]:
    """Return the overall accuracies of a cell, by seed."""
    return [one.figures.overall_accuracy for one in cell(trials, method, split, shots)]


def by_distance(trials: Sequence[Trial], method: str, split: str, shots: int) -> list[float | None]:
    """Return the share right in each bin of distance, the pixels of all seeds together; None where empty."""
    own = cell(trials, method, split, shots)
    right, tested = (
        np.sum([getattr(one.figures, name) for one in own], axis=0) for name in ("right", "tested")
    )
    return [float(a / b) if b else None for a, b in zip(right, tested, strict=True)]


def against_first(trials: Sequence[Trial], plan: Plan) -> list[tuple[str, str, int, Paired]]:
    """Return (method, split, shots, difference in overall accuracy from the plan's first method)."""
    first, *others = plan.methods
    return [
        (
            name,
            split,
            shots,
            paired(accuracies(trials, name, split, shots), accuracies(trials, first, split, shots)),
        )
        for name in others
        for split in plan.splits
        for shots in plan.shots
    ]
