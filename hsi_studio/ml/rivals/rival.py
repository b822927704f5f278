"""A rival as a classifier: what it learned from, and its answers tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.ml.classifier import Prediction
from hsi_studio.ml.label_embeddings import LabelEmbeddings
from hsi_studio.ml.model_file import Arrays, Description, class_table, pack, require
from hsi_studio.ml.rivals.recipes import RECIPES, Fitted, Recipe
from hsi_studio.ml.rivals.spectra import SpectraReader
from hsi_studio.ml.tiling import tiles
from hsi_studio.ml.wavelength_match import has_same_bands, require_covered

KIND = "rival"


@dataclass(frozen=True, eq=False)
class Rival:
    """A classifier of scikit-learn that has learned from some spectra.

    scikit-learn's own files are pickles, which run whatever they hold. So a rival is kept as what it learned
    from, and learns again, to the same result, when it is first used: its spectra, their classes and a seed.

    Parameters
    ----------
    method : str
        Its name in `RECIPES`.
    classes : ClassTable
    spectra : ndarray of float32 (N, b)
        Of the labelled pixels, averaged over the recipe's window; without missing values.
    targets : ndarray of int64 (N,)
        Positions of their classes in the table.
    used : ndarray of int64 (b,)
        Bands (0-based) of the cube that `spectra` holds.
    seed, bands, wavelengths_nm, provenance, embeddings
        See `Classifier`; a rival knows no texts.
    """

    method: str
    classes: ClassTable
    spectra: NDArray[np.float32]
    targets: NDArray[np.int64]
    used: NDArray[np.int64]
    bands: int
    wavelengths_nm: NDArray[np.float64] | None = None
    seed: int = 0
    provenance: dict[str, Any] = field(default_factory=dict)
    embeddings: LabelEmbeddings | None = None

    @property
    def recipe(self) -> Recipe:
        return RECIPES[self.method]

    @cached_property
    def estimator(self) -> Fitted:
        """The fitted estimator; its classes are values of `targets`."""
        from threadpoolctl import threadpool_limits

        # Matrices this small take longer on several threads, which wait for each other.
        with threadpool_limits(1):
            return self.recipe.fit(self.spectra, self.targets, self.seed)

    def predict(
        self,
        cube: Cube,
        *,
        device: str = "cpu",
        side: int | None = None,
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction]:
        """Yield the prediction of each tile, always computed on the CPU; none takes long."""
        del device, progress
        reader = SpectraReader(self.used, self.recipe.window)
        side = reader.tile_side() if side is None else side
        for tile in tiles(cube.window if window is None else window, side):
            yield self._classified(tile, *reader.read(cube, tile))

    def _classified(self, tile: Window, spectra: NDArray[np.float32], valid: NDArray[np.bool_]) -> Prediction:
        probable = np.zeros((*valid.shape, len(self.classes)), np.float32)
        if valid.any():
            own = self.estimator.predict_proba(filled(spectra[valid], self.spectra.mean(axis=0)))
            places = np.zeros((len(own), len(self.classes)), np.float32)
            places[:, self.estimator.classes_] = own
            probable[valid] = places
        positions = np.where(valid, probable.argmax(axis=2), -1).astype(np.int16)
        return Prediction(tile, positions, probable.max(axis=2), "cpu", probable)

    def with_words(self, classes: ClassTable, embeddings: LabelEmbeddings) -> Rival:
        """Refuse: `HsiError`."""
        del classes, embeddings
        raise HsiError(f"a model of the method {self.method} knows no words", "train one with s3fn")

    def fitted_to(self, cube: Cube) -> Rival:
        """Return a rival that learns from the same spectra at the cube's own wavelengths.

        Raises
        ------
        HsiError
            When the bands cannot be matched, or do not reach as far as the training cube's.
        """
        if has_same_bands(self.wavelengths_nm, self.bands, self.used, cube):
            return self
        assert self.wavelengths_nm is not None
        assert cube.wavelengths_nm is not None
        own, other = self.wavelengths_nm[self.used], cube.wavelengths_nm
        good = np.flatnonzero(cube.good_bands())
        require_covered(own, other[good], cube.name)
        # Half a nanometre of grace, as between cubes of one sensor.
        used = good[(other[good] >= own.min() - 0.5) & (other[good] <= own.max() + 0.5)]
        order = np.argsort(own)
        spectra = [np.interp(other[used], own[order], one[order]) for one in self.spectra]
        return replace(
            self, spectra=np.array(spectra, np.float32), used=used, bands=cube.bands, wavelengths_nm=other
        )

    def to_bytes(self) -> bytes:
        """Return the content of its file: what it learned from, and the seed."""
        arrays: Arrays = {
            "rival.spectra": self.spectra,
            "rival.targets": self.targets,
            "rival.used": self.used,
        }
        return pack(KIND, self, {"seed": self.seed}, arrays)


def build(description: Description, arrays: Arrays) -> Rival:
    """Return the rival that a model file describes."""
    spectra, used, targets = (arrays[f"rival.{name}"] for name in ("spectra", "used", "targets"))
    require(len(used) > 0 and used.min() >= 0 and used.max() < description["bands"], "its bands")
    require(spectra.shape == (len(targets), len(used)), "its spectra")
    require(targets.min() >= 0 and targets.max() < len(description["classes"]), "its classes")
    return Rival(
        method=description["method"],
        classes=class_table(description),
        spectra=spectra,
        targets=targets,
        used=used,
        bands=description["bands"],
        wavelengths_nm=arrays.get("wavelengths_nm"),
        seed=description["seed"],
        provenance=description["provenance"],
    )


def filled(spectra: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return spectra (n, b) with `mean` (b,) in the place of missing values."""
    return np.where(np.isnan(spectra), mean, spectra)
