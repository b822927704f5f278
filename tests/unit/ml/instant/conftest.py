"""Generated fields for the tests of the instant head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource
from hsi_studio.ml.instant.features import InstantFeatures
from hsi_studio.ml.instant.fit import ClickLabels


@dataclass(frozen=True, eq=False)
class Fields:
    """Stripes of classes with smooth spectra, noise and a brightness of each pixel."""

    rows: int = 40
    cols: int = 36
    bands: int = 24
    classes: int = 3
    noise: float = 0.25

    @cached_property
    def truth(self) -> NDArray[np.intp]:
        stripes = np.arange(self.cols) * self.classes // self.cols
        return np.broadcast_to(stripes, (self.rows, self.cols)).copy()

    @cached_property
    def values(self) -> NDArray[np.float32]:
        random = np.random.default_rng(5)
        steps = np.linspace(0, 3, self.bands)
        spectra = np.stack([3 + np.sin(steps * (1 + 0.4 * kind) + kind) for kind in range(self.classes)])
        light = random.uniform(0.8, 1.2, (self.rows, self.cols, 1))
        noise = random.normal(0, self.noise, (self.rows, self.cols, self.bands))
        return (spectra[self.truth] * light + noise).astype(np.float32)

    @cached_property
    def cube(self) -> Cube:
        return self.cube_of(self.values)

    def cube_of(self, values: NDArray[Any], **more: Any) -> Cube:
        wavelengths = np.linspace(400, 2400, values.shape[2])
        fields = {"name": "fields", "wavelengths_nm": wavelengths, "fingerprint": "f" * 32, **more}
        return Cube(ArraySource(values), **fields)

    @cached_property
    def features(self) -> InstantFeatures:
        return self.features_of(self.cube)

    def features_of(self, cube: Cube) -> InstantFeatures:
        *_, features = InstantFeatures.open(cube)
        return features

    def clicks(self, per_class: int, seed: int = 0) -> ClickLabels:
        random = np.random.default_rng(seed)
        own = [random.permutation(np.flatnonzero(self.truth == kind)) for kind in range(self.classes)]
        chosen = random.permutation(np.concatenate([places[:per_class] for places in own]))
        rows, cols = np.divmod(chosen, self.cols)
        return ClickLabels.sorted(rows, cols, self.truth[rows, cols], self.cols)


ROWS, COLS = 6, 7


@pytest.fixture
def planes(rng: np.random.Generator) -> NDArray[np.float32]:
    return rng.normal(size=(ROWS, COLS, 12)).astype(np.float32)


@pytest.fixture
def valid() -> NDArray[np.bool_]:
    found = np.ones((ROWS, COLS), bool)
    found[2, 3] = found[0, 0] = False
    return found


@pytest.fixture(scope="session")
def fields() -> Fields:
    return Fields()


@pytest.fixture(scope="session")
def texts() -> NDArray[np.float32]:
    """Unit vectors (3, 8), centred: they sum to zero but for their lengths."""
    vectors = np.random.default_rng(1).normal(size=(3, 8))
    vectors -= vectors.mean(axis=0)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
