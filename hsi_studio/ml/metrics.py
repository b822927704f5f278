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
    from sklearn.metrics import cohen_kappa_score, confusion_matrix, precision_recall_fscore_support

    labelled = truth != 0
    wanted, found = truth[labelled].astype(np.int64), predicted[labelled].astype(np.int64)
    if not len(wanted):
        raise UsageError("no pixel to compare is labelled in the truth", "check the truth and the mask")
    ids = np.union1d(wanted, found)
    own = np.unique(wanted)
    precision, recall, f1, support = precision_recall_fscore_support(
        wanted, found, labels=own, average=None, zero_division=0
    )
    one = len(ids) == 1  # of which scikit-learn warns
    rows = zip(own.tolist(), recall, precision, f1, support, strict=True)
    return Agreement(
        overall_accuracy=float((wanted == found).mean()),
        average_accuracy=float(recall.mean()),
        kappa=1.0 if one else float(cohen_kappa_score(wanted, found)),
        f1_macro=float(f1.mean()),
        per_class=tuple(ClassAgreement(i, float(r), float(p), float(f), int(n)) for i, r, p, f, n in rows),
        ids=ids,
        confusion=np.array([[len(wanted)]]) if one else confusion_matrix(wanted, found, labels=ids),
    )
