"""The experts: which features each of them sees, and what is believed of it before any click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPECTRAL_PRIOR = 0.55


@dataclass(frozen=True)
class Expert:
    """A linear classifier on features of its own.

    Parameters
    ----------
    name : str
    shrinkages : tuple of float
        Shares of the diagonal in its scatter; the clicks choose one, the first where they cannot tell.
    smoothing : float
        λ of the random walker that suits it.
    spectral : bool
        Whether it looks at the pixel alone.
    """

    name: str
    shrinkages: tuple[float, ...]
    smoothing: float
    spectral: bool = False


VALUES = Expert("values", (0.1,), 0.1, spectral=True)
SHAPE = Expert("shape", (0.5, 0.9, 0.98), 0.1, spectral=True)
CHANGE = Expert("change", (0.5, 0.9, 0.98), 0.1, spectral=True)
WINDOWS = Expert("windows", (0.3,), 150.0)
SHAPE_WINDOWS = Expert("shape windows", (0.3,), 150.0)
FIELDS = Expert("fields", (0.3,), 100.0)
SHAPE_FIELDS = Expert("shape fields", (0.3,), 100.0)
SHARP_FIELDS = Expert("sharp fields", (0.3,), 100.0)
SHARP_SHAPE_FIELDS = Expert("sharp shape fields", (0.3,), 100.0)

ALL = (
    VALUES, SHAPE, CHANGE, WINDOWS, SHAPE_WINDOWS, FIELDS, SHAPE_FIELDS, SHARP_FIELDS, SHARP_SHAPE_FIELDS,
)  # fmt: skip
"""All that see classical features."""

NETWORK = Expert("S3FN", (0.3,), 100.0)
"""Sees the features of a trained network, and joins as one more."""


def prior(experts: Sequence[Expert]) -> NDArray[np.float64]:
    """Return weights (experts,) before any click.

    Of all nine, the three spectral ones share 0.55: what looks around a pixel has to show that it helps.
    Where some are missing, the others keep their proportions.
    """
    spectral = sum(expert.spectral for expert in ALL)
    each = np.array(
        [
            _SPECTRAL_PRIOR / spectral if expert.spectral else (1 - _SPECTRAL_PRIOR) / (len(ALL) - spectral)
            for expert in experts
        ]
    )
    return np.asarray(each / each.sum())
