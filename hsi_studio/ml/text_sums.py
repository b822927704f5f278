"""From the vectors of tokens to the one of a text, piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.descriptions import phrase_spans


class TextSums:
    """Running means over one text: of all tokens, and of those that spell the name of its class."""

    def __init__(self, name: str, pooling: str) -> None:
        self._name, self._pooling = name, pooling
        self._whole, self._phrases = _Mean(), _Mean()

    def add(self, piece: str, hidden: NDArray[np.float32], offsets: NDArray[np.int64]) -> None:
        """Take in the last layer's (tokens, d) of a piece, and the tokens' (tokens, 2) places there."""
        self._whole.add(hidden)
        for start, stop in phrase_spans(self._name, piece) if self._pooling == "label-phrase" else ():
            inside = (offsets[:, 0] < stop) & (offsets[:, 1] > start) & (offsets[:, 1] > offsets[:, 0])
            if inside.any():
                self._phrases.add(hidden[inside].mean(axis=0, keepdims=True))

    def vector(self) -> NDArray[np.float64]:
        """Return the mean, of unit length."""
        mean = (self._phrases if self._phrases.count else self._whole).value()
        return mean / max(float(np.linalg.norm(mean)), 1e-12)


class _Mean:
    """Running mean of rows."""

    def __init__(self) -> None:
        self.sum: Any = 0.0
        self.count = 0

    def add(self, rows: NDArray[np.float32]) -> None:
        self.sum = self.sum + rows.sum(axis=0, dtype=np.float64)
        self.count += len(rows)

    def value(self) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = self.sum / self.count
        return mean
