"""Says in plain words what measurements of texts have found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CHANCE = 0.5
FOUND, LOST = 0.7, 0.55
"""Areas from which a class counts as found by its words, and up to which it does not."""

_CERTAIN = 2.0  # standard errors
_MATTERS = 0.005


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


def on_unseen(areas: Mapping[str, float], shuffled: float) -> str:
    """Return for which classes words tell where they are without a label; areas by class name."""
    known = {name: area for name, area in areas.items() if np.isfinite(area)}
    if not known:
        return "How well a class is found by its words alone could not be measured: there are too few labels."
    mean = float(np.mean(list(known.values())))
    beginning = (
        f"Found by its words alone, a class has an AUC of {mean:.2f} (shuffled texts {shuffled:.2f}): "
    )
    said = "words matter there." if mean >= LOST and mean > shuffled + 0.05 else "no better than chance here."
    best = sorted((one for one in known if known[one] >= FOUND), key=lambda one: -known[one])
    worst = sorted((one for one in known if known[one] < LOST), key=lambda one: known[one])
    parts = [beginning + said]
    if best:
        parts.append(f"Found: {_listed(best, known)}.")
    if worst:
        parts.append(f"Do not trust the words of {_listed(worst, known)}.")
    return " ".join(parts)


def _listed(names: Sequence[str], areas: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {areas[name]:.2f}" for name in names)


def _percent(values: Sequence[float]) -> str:
    found = Spread.of(values)
    return f"{100 * found.mean:.1f} ± {100 * found.std:.1f} %"
