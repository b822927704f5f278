"""Agreement of a map with the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError


@dataclass(frozen=True, eq=False)
class ClassAgreement:
    """One class: recall is also called producer's accuracy, precision user's accuracy."""

    id: int
    recall: float
    precision: float
    f1: float
    pixels: int


@dataclass(frozen=True, eq=False)
class Agreement:
    """Shares from 0 to 1.

    Parameters
    ----------
    overall_accuracy : float
        Share of pixels that agree.
    average_accuracy : float
        Mean recall over the classes of the truth.
    kappa : float
        Cohen's kappa.
    f1_macro : float
        Mean F1 over the classes of the truth.
    per_class : tuple of ClassAgreement
    ids : ndarray of int (k,)
        Ids of the rows and columns of `confusion`.
    confusion : ndarray of int (k, k)
        Pixels by truth (rows) and map (columns).
    """

    overall_accuracy: float
    average_accuracy: float
    kappa: float
    f1_macro: float
    per_class: tuple[ClassAgreement, ...]
    ids: NDArray[np.int64]
    confusion: NDArray[np.int64]


def agreement(predicted: NDArray[np.integer], truth: NDArray[np.integer]) -> Agreement:
    """Compare class ids (any shape) wherever the truth is labelled; an unlabelled map pixel is wrong.

    Raises
    ------
    UsageError
        When no pixel of the truth is labelled.
    """
    labelled = truth != 0
    wanted, found = truth[labelled].astype(np.int64), predicted[labelled].astype(np.int64)
    ids = np.union1d(wanted, found)
    pairs = np.searchsorted(ids, wanted) * len(ids) + np.searchsorted(ids, found)
    return agreement_of(ids, np.bincount(pairs, minlength=len(ids) ** 2).reshape(len(ids), len(ids)))


def agreement_of(ids: NDArray[np.int64], confusion: NDArray[np.int64]) -> Agreement:
    """Return the figures of a confusion matrix (k, k) of classes `ids` (k,), truth in rows.

    Plain arithmetic, as the window must not load scikit-learn for it. Classes that are nowhere in the truth
    count in no mean.

    Raises
    ------
    UsageError
        When no pixel was compared.
    """
    pixels = int(confusion.sum())
    if not pixels:
        raise UsageError("no pixel to compare is labelled in the truth", "use one with more labelled pixels")
    right, rows, cols = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    recall, precision = right / np.maximum(rows, 1), right / np.maximum(cols, 1)
    f1 = 2 * right / np.maximum(rows + cols, 1)
    overall, chance = right.sum() / pixels, float(rows @ cols) / pixels**2
    own = np.flatnonzero(rows)
    listed = zip(ids[own].tolist(), recall[own], precision[own], f1[own], rows[own], strict=True)
    return Agreement(
        overall_accuracy=float(overall),
        average_accuracy=float(recall[own].mean()),
        kappa=1.0 if chance == 1 else float((overall - chance) / (1 - chance)),
        f1_macro=float(f1[own].mean()),
        per_class=tuple(ClassAgreement(i, float(r), float(p), float(f), int(n)) for i, r, p, f, n in listed),
        ids=ids,
        confusion=confusion,
    )
