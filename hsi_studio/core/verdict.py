"""Says in plain words what measurements of texts have found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CHANCE = 0.5
FOUND, LOST = 0.7, 0.55
"""Areas from which a class counts as found by its words, and up to which it does not."""

_CERTAIN = 2.0  # standard errors
_MATTERS = 0.005
_COMPARED = ("real", "shuffled")


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation; the latter is 0 for a single value."""

    mean: float
    std: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return it for values that are finite; NaN without any."""
        finite = [one for one in values if np.isfinite(one)]
        if not finite:
            return cls(float("nan"), 0.0)
        return cls(float(np.mean(finite)), float(np.std(finite, ddof=1)) if len(finite) > 1 else 0.0)


def on_labelled(accuracy: Mapping[str, Sequence[float]]) -> str:
    """Return whether words change how well classes with labels are found; values come in pairs."""
    real, shuffled = accuracy["real"], accuracy["shuffled"]
    gain = Spread.of([one - other for one, other in zip(real, shuffled, strict=True)])
    error = gain.std / max(1, len(real)) ** 0.5
    figures = f"{_percent(real)} with the real texts, {_percent(shuffled)} with shuffled ones"
    if abs(gain.mean) <= max(_CERTAIN * error, _MATTERS) or np.isnan(gain.mean):
        return f"For classes that have labels the words make no difference: {figures}."
    verb = "help" if gain.mean > 0 else "hurt"
    return f"For classes that have labels the words {verb}: {figures}."


def on_unseen(areas: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """Return for which classes words tell where they are without a label.

    Parameters
    ----------
    areas : mapping of str to mapping of str to sequence of float
        Areas under the ROC curve by class name and kind of text, ``real`` and ``shuffled``; one per fold.
    """
    real, shuffled = ({name: _mean(kinds[kind]) for name, kinds in areas.items()} for kind in _COMPARED)
    known = {name: area for name, area in real.items() if np.isfinite(area - shuffled[name])}
    if not known:
        return "How well a class is found by its words alone could not be measured: there are too few labels."
    mean, other = _mean(list(known.values())), _mean([shuffled[name] for name in known])
    beginning = f"Found by its words alone, a class has an AUC of {mean:.2f} (shuffled texts {other:.2f}"
    found = (one for one in known if known[one] >= FOUND and _is_above_chance(areas[one]["real"]))
    best = sorted(found, key=lambda one: -known[one])
    worst = sorted((one for one in known if known[one] < LOST), key=lambda one: known[one])
    parts = [beginning + _ending(mean, [area - shuffled[name] for name, area in known.items()])]
    if best:
        parts.append(f"Found: {_listed(best, known)}.")
    if worst:
        parts.append(f"Do not trust the words of {_listed(worst, known)}.")
    return " ".join(parts)


def _ending(mean: float, gains: Sequence[float]) -> str:
    """Return what follows from the gain of each class over shuffled texts: classes differ more than folds."""
    if len(gains) < 2:
        return "): one class alone tells nothing about others."
    gain = Spread.of(gains)
    error = gain.std / len(gains) ** 0.5
    figures = f"; difference {gain.mean:.2f} ± {error:.2f}, standard error over {len(gains)} classes): "
    if abs(gain.mean) <= _CERTAIN * error:
        return figures + "your texts and shuffled ones cannot be told apart here."
    if gain.mean < 0:
        return figures + "words mislead there."
    return figures + ("words matter there." if mean >= LOST else "little better than chance here.")


def _is_above_chance(folds: Sequence[float]) -> bool:
    area = Spread.of(folds)
    return area.mean - CHANCE > _CERTAIN * area.std / math.sqrt(max(1, len(folds)))


def _mean(values: Sequence[float]) -> float:
    return Spread.of(values).mean


def _listed(names: Sequence[str], areas: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {areas[name]:.2f}" for name in names)


def _percent(values: Sequence[float]) -> str:
    found = Spread.of(values)
    return f"{100 * found.mean:.1f} ± {100 * found.std:.1f} %"
