"""How far the texts may bend the scores of their own classes: as far as held-out clicks bear it.

ρ of the closed form draws classes whose texts are alike together. Texts that differ as the spectra do are a
good prior. Where descriptions are nearly the same ("four weeks after planting", "five weeks …"), though, it
takes away what tells these classes apart, and what is left of large scores of other classes decides between
them. Each class with labels then keeps a residual of its own scores, as S3FN may learn one per class; what
other wordings, free phrases and classes without labels are scored with stays the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.click_validation import HeldOut, Trust
from hsi_studio.ml.instant.fit import InstantFit
from hsi_studio.ml.instant.text_projection import STRENGTH, TextProjection, text_projection

_WEAKER = (0.03, 0.01, 0.003, 0.001, 0.0)
"""ρ to go back to, tried in this order."""

_CERTAIN = 2.0  # standard errors
_DOUBT = 0.01  # probability kept back for all classes alike
_NEGLIGIBLE = 1e-8  # of the largest squared singular value

Vectors = NDArray[np.floating]
Floats = NDArray[np.float64]


def checked_projection(embeddings: Vectors, fit: InstantFit, strength: float = STRENGTH) -> TextProjection:
    """Return the projection for the embeddings (U, d) of the classes with labels, with a residual if need be.

    The largest ρ up to `strength` is kept whose mixture gives held-out clicks no smaller likelihood than the
    scores as they are, by more than two standard errors. With too few clicks to hold any out, no direction of
    the texts loses more than half.
    """
    projection = text_projection(embeddings, strength)
    kept = _kept(embeddings, fit.near, strength)
    if kept == strength:
        return projection
    own = text_projection(embeddings, kept)
    return replace(projection, residual=(own.into - projection.into) @ np.asarray(embeddings, float).T)


def _kept(embeddings: Vectors, trust: Trust, strength: float) -> float:
    if strength == 0:
        return strength
    if trust.held_out is None:
        squares = np.linalg.svd(np.asarray(embeddings, float), compute_uv=False) ** 2
        return min(strength, float(squares[squares > _NEGLIGIBLE * squares[0]].min()))
    held_out = trust.held_out
    plain = _likelihoods(held_out, trust, np.eye(embeddings.shape[0]))
    for candidate in (strength, *(one for one in _WEAKER if one < strength)):
        mixing = text_projection(embeddings, candidate).mixing(embeddings)
        if _is_no_worse(_likelihoods(held_out, trust, mixing) - plain, held_out.clicks):
            return candidate
    return 0.0


def _likelihoods(held_out: HeldOut, trust: Trust, mixing: Vectors) -> Floats:
    """Return the logarithm (m,) of the probability that the mixture gives to the truth."""
    total = np.zeros(len(held_out.truth))
    for scores, temperature, weight in zip(held_out.scores, trust.temperatures, trust.counted, strict=True):
        if weight:
            exponents = temperature * (scores @ mixing)
            exponents -= exponents.max(axis=1, keepdims=True)
            shares = np.exp(exponents)
            total += weight * shares[np.arange(len(total)), held_out.truth] / shares.sum(axis=1)
    return np.asarray(np.log((1 - _DOUBT) * total + _DOUBT / mixing.shape[0]))


def _is_no_worse(gains: Floats, clicks: NDArray[np.intp]) -> bool:
    """Tell whether gains (m,) are not below 0 by more than chance: clicks count, not their repetitions."""
    counts = np.bincount(clicks)
    own = np.bincount(clicks, gains)[counts > 0] / counts[counts > 0]
    return bool(own.mean() + _CERTAIN * own.std() / np.sqrt(len(own)) >= 0)
