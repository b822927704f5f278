"""How each rival learns from the spectra of labelled pixels.

Every recipe standardises the bands with means and deviations of the training pixels, and chooses what it
has to choose by cross-validation on the training pixels alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsi_studio.errors import UsageError

Spectra = NDArray[np.float32]
Targets = NDArray[np.integer[Any]]

_FOLDS = 5
_MOST_SEARCHED = 1000
_TEMPERATURES = np.geomspace(0.1, 30, 25)


class Fitted(Protocol):
    """A fitted estimator of scikit-learn, as far as it is used here."""

    classes_: NDArray[Any]

    def predict_proba(self, X: Spectra) -> NDArray[Any]:
        """Return probabilities (n, classes) of spectra (n, bands)."""
        ...


@dataclass(frozen=True)
class Recipe:
    """A rival.

    Parameters
    ----------
    fit : callable
        (spectra (n, bands), targets (n,), seed) → fitted estimator. The same input gives the same estimator.
    window : int
        Spectra are means over so many rows and columns.
    """

    fit: Callable[[Spectra, Targets, int], Fitted]
    window: int = 1


class TemperedSvm:
    """Support vectors whose probabilities are a softmax of the one-against-rest decision values.

    One temperature for all classes, found on held-out decision values: Platt's five-fold fit per pair of
    classes (scikit-learn's own) is unsteady at five labels per class and does not agree with the decision.
    """

    def __init__(self, svm: Any, temperature: float) -> None:
        self._svm = svm
        self._temperature = temperature
        self.classes_: NDArray[Any] = svm.classes_

    def predict_proba(self, X: Spectra) -> NDArray[Any]:
        """Return probabilities (n, classes) of spectra (n, bands)."""
        from scipy.special import softmax

        values: NDArray[Any] = softmax(self._temperature * _columns(self._svm.decision_function(X)), axis=1)
        return values


def _svm(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.svm import SVC

    # 1 / bands is the usual gamma of standardised bands.
    gammas = (np.geomspace(0.1, 10, 5) / spectra.shape[1]).tolist()
    model = _chosen(
        SVC(C=100, cache_size=100),
        {"svc__C": [1, 10, 100, 1000], "svc__gamma": gammas},
        spectra,
        targets,
        seed,
    )
    return TemperedSvm(model.fit(spectra, targets), _temperature(model, spectra, targets, seed))


def _knn(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.neighbors import KNeighborsClassifier

    fewest = _fewest_learned(targets, seed)
    grid = {"kneighborsclassifier__n_neighbors": [n for n in (1, 3, 5, 9) if n <= fewest]}
    model = _chosen(KNeighborsClassifier(1, weights="distance"), grid, spectra, targets, seed)
    return _fitted(model, spectra, targets)


def _gnb(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.naive_bayes import GaussianNB

    grid = {"gaussiannb__var_smoothing": [1e-9, 1e-3, 1e-2, 1e-1]}
    return _fitted(_chosen(GaussianNB(), grid, spectra, targets, seed), spectra, targets)


def _mlp(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.neural_network import MLPClassifier

    with _unfinished_is_fine():
        return _fitted(_scaled(MLPClassifier(max_iter=500, random_state=seed)), spectra, targets)


def _hgb(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # The usual 20 pixels per leaf are more than a class has here.
    model = HistGradientBoostingClassifier(min_samples_leaf=3, early_stopping=False, random_state=seed)
    return _fitted(_scaled(model), spectra, targets)


def _rf(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    from sklearn.ensemble import RandomForestClassifier

    return _fitted(_scaled(RandomForestClassifier(500, random_state=seed)), spectra, targets)


def _lda(spectra: Spectra, targets: Targets, seed: int) -> Fitted:
    del seed
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    classes, counts = np.unique(targets, return_counts=True)
    if counts.max() < 2:
        raise UsageError(
            "linear discriminants need the spread within a class, and every class has one label",
            "label a second pixel of a class",
        )
    priors = np.full(len(classes), 1 / len(classes))
    spread = _Spread(len(classes) / int((counts > 1).sum()))
    model = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=spread, priors=priors)
    return _fitted(_scaled(model), spectra, targets)


class _Spread:
    """Covariance within a class, shrunk as Ledoit and Wolf do, as scikit-learn's ``shrinkage="auto"`` does.

    A class of one label has no spread. It gets zeros, and `factor` makes the mean over all classes one over
    those that have a spread.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self.covariance_: NDArray[Any] = np.zeros((0, 0))

    def fit(self, X: Spectra) -> _Spread:
        """Find the covariance (bands, bands) of the spectra (n, bands) of a class."""
        from sklearn.covariance import ledoit_wolf

        if len(X) < 2:
            self.covariance_ = np.zeros((X.shape[1], X.shape[1]))
            return self
        deviations = X.std(axis=0)
        scale = np.where(deviations > 0, deviations, 1)
        covariance, _ = ledoit_wolf((X - X.mean(axis=0)) / scale)
        self.covariance_ = self._factor * scale[:, None] * covariance * scale
        return self


RECIPES = {
    "svm": Recipe(_svm),
    "knn": Recipe(_knn),
    "gnb": Recipe(_gnb),
    "mlp": Recipe(_mlp),
    "hgb": Recipe(_hgb),
    "rf": Recipe(_rf),
    "lda": Recipe(_lda),
    "lda9": Recipe(_lda, window=9),
}


def _fitted(model: Any, spectra: Spectra, targets: Targets) -> Fitted:
    fitted: Fitted = model.fit(spectra, targets)
    return fitted


def _scaled(estimator: Any) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), estimator)


def _chosen(estimator: Any, grid: dict[str, list[Any]], spectra: Spectra, targets: Targets, seed: int) -> Any:
    """Return the pipeline with the settings that do best on held-out labels, not fitted yet.

    Where classes have too few labels to hold any out, the estimator keeps the settings it came with.
    """
    from sklearn.model_selection import GridSearchCV

    model, few = _scaled(estimator), _some(targets, seed)
    folds = _folds(targets[few], seed)
    if folds is None:
        return model
    search = GridSearchCV(model, grid, cv=folds, refit=False).fit(spectra[few], targets[few])
    return model.set_params(**search.best_params_)


def _folds(targets: Targets, seed: int) -> Any:
    from sklearn.model_selection import StratifiedKFold

    fewest = int(np.unique(targets, return_counts=True)[1].min())
    return StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed) if fewest > 1 else None


def _fewest_learned(targets: Targets, seed: int) -> int:
    """Return how many labels the smallest training part of the cross-validation has."""
    few = _some(targets, seed)
    folds = _folds(targets[few], seed)
    return 1 if folds is None else min(len(own) for own, _ in folds.split(few, targets[few]))


def _some(targets: Targets, seed: int) -> NDArray[np.intp]:
    """Return indices of about 1000 labels at most, as a search fits many times.

    The same share of every class, but of none fewer than the folds where it has them.
    """
    order = np.random.default_rng(seed).permutation(len(targets))
    by_class = order[np.argsort(targets[order], kind="stable")]
    _, starts, counts = np.unique(targets[by_class], return_index=True, return_counts=True)
    place = np.arange(len(targets))
    in_class = place - np.repeat(starts, counts)
    chosen: NDArray[np.intp] = by_class[
        (place % -(-len(targets) // _MOST_SEARCHED) == 0) | (in_class < _FOLDS)
    ]
    return chosen


def _temperature(model: Any, spectra: Spectra, targets: Targets, seed: int) -> float:
    """Return the factor on decision values whose softmax fits held-out labels best."""
    from scipy.special import log_softmax
    from sklearn.model_selection import cross_val_predict

    few = _some(targets, seed)
    folds = _folds(targets[few], seed)
    if folds is None:
        return 1.0
    held = cross_val_predict(model, spectra[few], targets[few], cv=folds, method="decision_function")
    own = np.searchsorted(np.unique(targets), targets[few])[:, None]
    fits = [np.take_along_axis(log_softmax(t * _columns(held), axis=1), own, 1).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmax(fits))])


def _columns(decision: NDArray[Any]) -> NDArray[Any]:
    """Return decision values (n, classes); of two classes scikit-learn gives only the second's."""
    return np.stack((-decision, decision), axis=1) / 2 if decision.ndim == 1 else decision


@contextmanager
def _unfinished_is_fine() -> Iterator[None]:
    """A network stopped after its last planned step is a result, not a failure."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
