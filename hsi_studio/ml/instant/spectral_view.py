"""Every pixel's own spectrum as the spectral experts see it, made anew from its values when needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsi_studio.ml.instant.linear_experts import LinearExpert
from hsi_studio.ml.instant.spectra import (
    STRIP_VALUES,
    SpectralStatistics,
    difference_operators,
    relative_spectra,
)
from hsi_studio.ml.instant.views import weighted

Floats = NDArray[np.float32]
_Operator = tuple[Floats, Floats] | None


@dataclass(frozen=True, eq=False)
class SpectralView:
    """One of three looks at spectra.

    Parameters
    ----------
    kind : {"values", "shape", "change"}
        ``values``: z-scored. ``shape``: spectra standardised by themselves, then Savitzky–Golay slopes of
        those over their own mean, both z-scored. ``change``: z-scored gradients of those over their own mean.
    statistics : SpectralStatistics
    spectra : ndarray of float32 (N, b)
        Physical values, complete.
    valid : ndarray of bool (N,)
    """

    kind: Literal["values", "shape", "change"]
    statistics: SpectralStatistics
    spectra: Floats
    valid: NDArray[np.bool_]

    def at(self, positions: NDArray[np.intp]) -> Floats:
        pairs = zip(self._blocks(self.spectra[positions]), self._operators, strict=True)
        seen = [block if then is None else block @ then[0] - then[1] for block, then in pairs]
        features = np.concatenate(seen, axis=1)
        features[~self.valid[positions]] = 0
        return features

    def scores(self, expert: LinearExpert) -> Floats:
        weights, offsets = self._folded(expert)
        total = np.empty((len(offsets), len(self.spectra)), np.float32)
        height = max(1, STRIP_VALUES // self.spectra.shape[1])
        for first in range(0, len(self.spectra), height):
            strip = slice(first, first + height)
            total[:, strip] = weighted(self._blocks(self.spectra[strip]), weights)
        total += offsets[:, None]
        return total

    @property
    def arrays(self) -> Sequence[Floats]:
        return (self.spectra,)

    def _folded(self, expert: LinearExpert) -> tuple[list[Floats], Floats]:
        """Return weights (b, U) of the blocks and offsets (U,): what follows the blocks is linear, too."""
        folded, offsets = [], expert.offsets
        for own, then in zip(np.split(expert.weights, len(self._operators)), self._operators, strict=True):
            folded.append(own if then is None else then[0] @ own)
            offsets = offsets if then is None else offsets - then[1] @ own
        return folded, offsets

    def _blocks(self, spectra: Floats) -> list[Floats]:
        """Return what the features (n, F) are linear in, blocks (n, b), of spectra (n, b)."""
        own = self.statistics
        if self.kind == "values":
            return [own.scored(spectra)]
        shape, relative = relative_spectra(spectra, own.darkest, own.floor)
        return [relative] if self.kind == "change" else [own.scored_shape(shape), relative]

    @cached_property
    def _operators(self) -> tuple[_Operator, ...]:
        """What follows each block: a matrix (b, b) from the right, and what is taken away (b,)."""
        own = self.statistics
        gradient, slope = difference_operators(self.spectra.shape[1])
        match self.kind:
            case "values":
                return (None,)
            case "shape":
                return None, (slope / own.slope_std, own.slope_mean / own.slope_std)
            case "change":
                return ((gradient / own.change_std, own.change_mean / own.change_std),)
